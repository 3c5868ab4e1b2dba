#include "grid/morton.h"

#include <gtest/gtest.h>

#include <set>

namespace pantile {
namespace {

TEST(Morton, InterleavesBits) {
  EXPECT_EQ(morton_key(0, 0), 0u);
  EXPECT_EQ(morton_key(1, 0), 1u);
  EXPECT_EQ(morton_key(0, 1), 2u);
  EXPECT_EQ(morton_key(0b101, 0b011), 0b011011u);
  for (int bit = 0; bit < 32; ++bit) {
    EXPECT_EQ(morton_key(std::uint64_t{1} << bit, 0), std::uint64_t{1} << (2 * bit)) << bit;
    EXPECT_EQ(morton_key(0, std::uint64_t{1} << bit), std::uint64_t{2} << (2 * bit)) << bit;
  }
  EXPECT_EQ(morton_key(0xffffffff, 0xffffffff), ~std::uint64_t{0});
}

TEST(Morton, FourSiblingsFollowEachOther) {
  std::set<std::uint64_t> keys;
  for (std::uint64_t y = 0; y < 16; ++y) {
    for (std::uint64_t x = 0; x < 16; ++x) {
      EXPECT_EQ(morton_key(x, y) / 4, morton_key(x / 2, y / 2)) << x << "," << y;
      keys.insert(morton_key(x, y));
    }
  }
  EXPECT_EQ(keys.size(), 256u);
  EXPECT_EQ(*keys.rbegin(), 255u) << "a square is visited before what lies outside";
}

}  // namespace
}  // namespace pantile
