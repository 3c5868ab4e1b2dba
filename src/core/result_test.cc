#include "pantile/result.h"

#include <gtest/gtest.h>

#include <memory>

namespace pantile {
namespace {

Result<int> half(int number) {
  if (number % 2 != 0) return Error(Code::invalid, "an odd number");
  return number / 2;
}

Result<int> quarter(int number) {
  PANTILE_ASSIGN(const int once, half(number));
  PANTILE_ASSIGN(const int twice, half(once));
  return twice;
}

Status check_quarter(int number, bool& passed) {
  PANTILE_TRY(quarter(number));
  passed = true;
  return {};
}

TEST(Result, HoldsAValueOrAnError) {
  const Result<int> good = half(6);
  ASSERT_TRUE(good.ok());
  EXPECT_TRUE(static_cast<bool>(good));
  EXPECT_EQ(*good, 3);
  const Result<int> bad = half(5);
  ASSERT_FALSE(bad.ok());
  EXPECT_EQ(bad.error().code(), Code::invalid);
  EXPECT_EQ(bad.error().message(), "an odd number");
}

TEST(Result, GivesUpWhatCanOnlyBeMoved) {
  Result<std::unique_ptr<int>> result(std::make_unique<int>(7));
  const std::unique_ptr<int> taken = *std::move(result);
  EXPECT_EQ(*taken, 7);
}

TEST(Result, ContextGoesInFrontAndKeepsTheCode) {
  const Result<int> bad = half(5).with_context("row 3").with_context("table");
  EXPECT_EQ(bad.error().message(), "table: row 3: an odd number");
  EXPECT_EQ(bad.error().code(), Code::invalid);
  EXPECT_EQ(*half(6).with_context("row 3"), 3);

  EXPECT_TRUE(Status().with_context("unused").ok());
  const Status status = Status(Error(Code::io, "refused")).with_context("disk");
  EXPECT_EQ(status.error().message(), "disk: refused");
  EXPECT_EQ(status.error().code(), Code::io);
}

TEST(Result, MacrosStopAtTheFirstError) {
  EXPECT_EQ(*quarter(12), 3);
  EXPECT_EQ(quarter(6).error().message(), "an odd number");
  bool passed = false;
  EXPECT_FALSE(check_quarter(6, passed).ok());
  EXPECT_FALSE(passed);
  EXPECT_TRUE(check_quarter(8, passed).ok());
  EXPECT_TRUE(passed);
}

TEST(Result, CodesHaveTheirNames) {
  EXPECT_EQ(code_name(Code::out_of_space), "out_of_space");
  EXPECT_EQ(code_name(Code::corrupt), "corrupt");
  EXPECT_EQ(code_name(Code::foreign), "foreign");
  EXPECT_EQ(code_name(Code::internal), "internal");
}

}  // namespace
}  // namespace pantile
