#include "pantile/geometry.h"

#include <gtest/gtest.h>

namespace pantile {
namespace {

TEST(Rect, IsHalfOpen) {
  const Rect r{2, 3, 7, 4};
  EXPECT_EQ(r.width(), 5);
  EXPECT_EQ(r.height(), 1);
  EXPECT_EQ(r.area(), 5);
  EXPECT_FALSE(r.empty());
  EXPECT_TRUE((Rect{2, 3, 2, 4}.empty()));
  EXPECT_EQ((Rect{5, 5, 2, 2}.area()), 0) << "two negative sides cover nothing";
}

TEST(Rect, IntersectIsTheCommonPart) {
  const Rect a{0, 0, 10, 10}, b{6, -4, 12, 3};
  EXPECT_EQ(intersect(a, b), (Rect{6, 0, 10, 3}));
  EXPECT_EQ(intersect(b, a), intersect(a, b));
  EXPECT_EQ(intersect(a, a), a);
  EXPECT_TRUE(intersect(a, {10, 0, 20, 10}).empty()) << "they only touch";
  EXPECT_TRUE(intersect(a, {30, 30, 40, 40}).empty());
}

TEST(Rect, UnitedHoldsBothAndNoMore) {
  EXPECT_EQ(united({0, 0, 4, 4}, {6, 2, 8, 9}), (Rect{0, 0, 8, 9}));
  EXPECT_EQ(united({}, {6, 2, 8, 9}), (Rect{6, 2, 8, 9}));
  EXPECT_EQ(united({6, 2, 8, 9}, {1, 1, 1, 5}), (Rect{6, 2, 8, 9}));
}

TEST(Rect, ContainsItsOwnEdgesOnly) {
  const Rect r{1, 2, 8, 9};
  EXPECT_TRUE(r.contains(r));
  EXPECT_TRUE(r.contains({1, 2, 2, 3}));
  EXPECT_FALSE(r.contains({0, 2, 2, 3}));
  EXPECT_FALSE(r.contains({1, 1, 2, 3}));
  EXPECT_FALSE(r.contains({1, 2, 9, 3}));
  EXPECT_FALSE(r.contains({1, 2, 2, 10}));
}

TEST(Rect, TranslateKeepsTheSize) {
  EXPECT_EQ(translate({1, 2, 8, 9}, -1, 10), (Rect{0, 12, 7, 19}));
}

}  // namespace
}  // namespace pantile
