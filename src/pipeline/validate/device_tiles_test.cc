#include "pipeline/validate/device_tiles.h"

#include <gtest/gtest.h>

namespace pantile::validate {
namespace {

constexpr std::int64_t kTile = 512;

TEST(DeviceTiles, AreCornersAndEdgesAndSomeByChance) {
  const TileGrid grid{200 * kTile - 9, 150 * kTile - 1, kTile};
  for (const std::int64_t per_pixel : {1, 4, 64, 256}) {
    const auto tiles = choose_tiles(grid, kTile * kTile * per_pixel, 7);
    for (const std::int64_t column : {0, 199}) {
      for (const std::int64_t row : {0, 149}) EXPECT_TRUE(tiles.contains({column, row}));
    }
    std::set<std::int64_t> columns, rows;
    int inside = 0;
    for (const auto& [column, row] : tiles) {
      EXPECT_LT(column, 200);
      EXPECT_LT(row, 150);
      columns.insert(column);
      rows.insert(row);
      inside += column > 0 && column < 199 && row > 0 && row < 149 ? 1 : 0;
    }
    EXPECT_GE(inside, 2) << per_pixel;
    EXPECT_GE(std::min(columns.size(), rows.size()), tiles.size() / 2) << per_pixel;
    EXPECT_LE(static_cast<std::int64_t>(tiles.size()), 64);
  }
  EXPECT_EQ(choose_tiles(grid, kTile * kTile, 7).size(), 64U);
  EXPECT_LT(choose_tiles(grid, kTile * kTile * 256, 7).size(), 10U);
}

TEST(DeviceTiles, FollowFromTheSeed) {
  const TileGrid grid{100 * kTile, 100 * kTile, kTile};
  EXPECT_EQ(choose_tiles(grid, kTile * kTile, 1), choose_tiles(grid, kTile * kTile, 1));
  EXPECT_NE(choose_tiles(grid, kTile * kTile, 1), choose_tiles(grid, kTile * kTile, 2));
}

TEST(DeviceTiles, AreAllOfASmallGrid) {
  EXPECT_EQ(choose_tiles({3 * kTile, 2 * kTile - 1, kTile}, kTile * kTile * 64, 1).size(), 6U);
  EXPECT_EQ(choose_tiles({10, 10, kTile}, kTile * kTile, 1).size(), 1U);
}

}  // namespace
}  // namespace pantile::validate
