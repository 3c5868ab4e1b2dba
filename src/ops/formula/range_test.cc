#include "ops/formula/range.h"

#include <gtest/gtest.h>

#include "ops/formula/compile.h"

namespace pantile::formula {
namespace {

ValueRange range_of(const char* text, const Frame& frame, Precision precision = Precision::f64) {
  auto program = compile(text, precision);
  EXPECT_TRUE(program.ok());
  auto range = percentile_range(*program, frame, precision);
  EXPECT_TRUE(range.ok());
  return range.ok() ? *range : ValueRange{};
}

TEST(Range, IsTheOrderStatisticsOfTheGrid) {
  // Column k of 512 is pixel 2k + 1 of 1024: values 1, 3, … 1023, each 512 times.
  const ValueRange range = range_of("i", {.width = 1024, .height = 700});
  EXPECT_EQ(range.lo, 2 * ((512 * 512 - 1) / 100 / 512) + 1);
  EXPECT_EQ(range.hi, 1024 - range.lo);
  EXPECT_EQ(range.origin, "1st to 99th percentile of 262144 samples");
}

TEST(Range, SmallPicturesAreSampledAtEveryPixel) {
  const ValueRange range = range_of("i + 10*j", {.width = 10, .height = 10}, Precision::f32);
  EXPECT_EQ(range.lo, 0);  // floor(99 / 100) values are cut off at either end
  EXPECT_EQ(range.hi, 99);
}

TEST(Range, LeavesOutWhatIsNotFinite) {
  const ValueRange range =
      range_of("if(i < 5, 1/0, if(i < 10, sqrt(-1), i))", {.width = 20, .height = 20});
  EXPECT_EQ(range.lo, 10);
  EXPECT_EQ(range.hi, 19);
}

TEST(Range, AFlatPictureGetsSomeWidth) {
  EXPECT_EQ(range_of("7", {.width = 9, .height = 9}).lo, 3.5);
  EXPECT_EQ(range_of("7", {.width = 9, .height = 9}).hi, 10.5);
  EXPECT_EQ(range_of("0*x", {.width = 9, .height = 9}).lo, -0.5);
}

TEST(Range, SaysSoWhenThereIsNone) {
  auto none = compile("sqrt(-1 - x^2)");
  ASSERT_TRUE(none.ok());
  auto range = percentile_range(*none, {.width = 64, .height = 64}, Precision::f64);
  ASSERT_FALSE(range.ok());
  EXPECT_EQ(range.error().code(), Code::invalid);
  auto colour = compile("gradient");
  ASSERT_TRUE(colour.ok());
  EXPECT_FALSE(percentile_range(*colour, {.width = 64, .height = 64}, Precision::f64).ok());
}

TEST(NanShare, IsThatOfTheGrid) {
  const auto share = [](const char* text, Precision precision) {
    auto program = compile(text, precision);
    EXPECT_TRUE(program.ok());
    return nan_share(*program, {.width = 1000, .height = 10}, precision);
  };
  for (const Precision precision : {Precision::f64, Precision::f32}) {
    EXPECT_EQ(share("sqrt(x)", precision), 0.5);
    EXPECT_EQ(share("rgb(1, log(x), u)", precision), 0.5);
    EXPECT_EQ(share("x", precision), 0);
    EXPECT_EQ(share("1/0", precision), 0);
    EXPECT_EQ(share("nan", precision), 1);
  }
}

}  // namespace
}  // namespace pantile::formula
