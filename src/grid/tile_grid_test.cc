#include "grid/tile_grid.h"

#include <gtest/gtest.h>

namespace pantile {
namespace {

TEST(TileGrid, CountsCellsWithTheCutOnes) {
  const TileGrid g{100, 64, 32};
  EXPECT_EQ(g.columns(), 4);
  EXPECT_EQ(g.rows(), 2);
  EXPECT_EQ(g.count(), 8);
  EXPECT_EQ((TileGrid{1, 1, 512}.count()), 1);
  EXPECT_EQ((TileGrid{std::int64_t{1} << 31, 1, 1}.columns()), std::int64_t{1} << 31);
}

TEST(TileGrid, BorderCellsAreCutAtTheEdge) {
  const TileGrid g{100, 70, 32};
  EXPECT_EQ(g.rect(1, 1), (Rect{32, 32, 64, 64}));
  EXPECT_EQ(g.rect(3, 2), (Rect{96, 64, 100, 70}));
  EXPECT_TRUE(g.rect(4, 0).empty());
}

TEST(TileGrid, CellsCoverEachPixelOnce) {
  for (const TileGrid g : {TileGrid{100, 70, 32}, TileGrid{96, 64, 32}, TileGrid{1, 9, 4}}) {
    std::int64_t area = 0;
    for (std::int64_t y = 0; y < g.rows(); ++y) {
      for (std::int64_t x = 0; x < g.columns(); ++x) {
        EXPECT_FALSE(g.rect(x, y).empty());
        EXPECT_EQ(g.cells(g.rect(x, y)), (Rect{x, y, x + 1, y + 1}));
        area += g.rect(x, y).area();
      }
    }
    EXPECT_EQ(area, g.width * g.height);
  }
}

TEST(TileGrid, CellsAreThoseTouched) {
  const TileGrid g{100, 70, 32};
  EXPECT_EQ(g.cells({0, 0, 100, 70}), (Rect{0, 0, 4, 3}));
  EXPECT_EQ(g.cells({31, 32, 33, 64}), (Rect{0, 1, 2, 2}));
  EXPECT_EQ(g.cells({64, 69, 65, 70}), (Rect{2, 2, 3, 3}));
}

TEST(CeilDiv, RoundsUp) {
  EXPECT_EQ(ceil_div(0, 7), 0);
  EXPECT_EQ(ceil_div(1, 7), 1);
  EXPECT_EQ(ceil_div(7, 7), 1);
  EXPECT_EQ(ceil_div(8, 7), 2);
  EXPECT_EQ(ceil_div(INT64_MAX, 2), (std::int64_t{1} << 62)) << "no overflow on the way";
}

}  // namespace
}  // namespace pantile
