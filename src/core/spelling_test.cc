#include "core/spelling.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace pantile {
namespace {

constexpr std::array<std::string_view, 6> kWords{"sin", "sinh", "smoothstep", "x", "theta", "cos"};

TEST(NearestWord, FindsSlips) {
  EXPECT_EQ(nearest_word("sine", kWords), "sin");
  EXPECT_EQ(nearest_word("isn", kWords), "sin");
  EXPECT_EQ(nearest_word("smothstep", kWords), "smoothstep");
  EXPECT_EQ(nearest_word("tehta", kWords), "theta");
  EXPECT_EQ(nearest_word("SmoothStep", kWords), "smoothstep");
  EXPECT_EQ(nearest_word("X", kWords), "x");
}

TEST(NearestWord, SaysNothingRatherThanNonsense) {
  EXPECT_EQ(nearest_word("q", kWords), "");
  EXPECT_EQ(nearest_word("", kWords), "");
  EXPECT_EQ(nearest_word("gamma", kWords), "");
  EXPECT_EQ(nearest_word(std::string(100, 's'), kWords), "");
}

}  // namespace
}  // namespace pantile
