#include "pantile/boundary.h"

#include <gtest/gtest.h>

#include <string>

namespace pantile {
namespace {

/// What an image "abc" looks like from 7 before it to 7 behind it.
std::string around(Boundary boundary) {
  std::string text;
  for (std::int64_t i = -7; i < 10; ++i) {
    const std::int64_t at = inside(i, 3, boundary);
    text += at < 0 ? 'k' : static_cast<char>('a' + at);
  }
  return text;
}

TEST(Boundary, StandsForWhatLiesOutside) {
  EXPECT_EQ(around(Boundary::reflect), "aabccbaabccbaabcc");
  EXPECT_EQ(around(Boundary::nearest), "aaaaaaaabcccccccc");
  EXPECT_EQ(around(Boundary::constant), "kkkkkkkabckkkkkkk");
  EXPECT_EQ(around(Boundary::wrap), "cabcabcabcabcabca");
}

TEST(Boundary, OfOnePixelIsThatPixel) {
  for (const Boundary b : {Boundary::reflect, Boundary::nearest, Boundary::wrap}) {
    for (std::int64_t i = -3; i < 4; ++i) EXPECT_EQ(inside(i, 1, b), 0) << boundary_name(b);
  }
}

}  // namespace
}  // namespace pantile
