#include "tile/shard_layout.h"

#include <gtest/gtest.h>

#include "grid/pyramid.h"

namespace pantile {
namespace {

ShardLayout layout_of(std::int64_t width, std::int64_t height) {
  SinkPlan plan;
  plan.chunk_px = 16;
  plan.shard_px = 32;
  plan.spec.levels = halving_levels({width, height, {}, {}}, plan.chunk_px);
  return ShardLayout(plan);
}

TEST(ShardLayout, AddressesBorderUnits) {
  const ShardLayout layout = layout_of(100, 70);  // 7x5 chunks, 4x3 shards
  EXPECT_EQ(layout.chunks_per_side(), 2);
  EXPECT_EQ(layout.unit_of({0, 6, 4}), (UnitId{0, 3, 2}));
  EXPECT_EQ(layout.chunk_cells({0, 3, 2}), (Rect{6, 4, 7, 5}));
  EXPECT_EQ(layout.chunk_rect({0, 6, 4}), (Rect{96, 64, 100, 70}));
}

TEST(ShardLayout, KnowsWhatIsThere) {
  const ShardLayout layout = layout_of(100, 70);
  EXPECT_TRUE(layout.has({0, 3, 2}));
  EXPECT_FALSE(layout.has({0, 4, 2}));
  EXPECT_FALSE(layout.has({0, 3, 3}));
  EXPECT_FALSE(layout.has({0, -1, 0}));
  EXPECT_FALSE(layout.has({layout.level_count(), 0, 0}));
  EXPECT_FALSE(layout.has({-1, 0, 0}));
  EXPECT_TRUE(layout.has({0, 3, 2}, {0, 6, 4}));
  EXPECT_FALSE(layout.has({0, 3, 2}, {0, 7, 4}));  // beyond the image
  EXPECT_FALSE(layout.has({0, 3, 2}, {0, 5, 4}));  // the shard to the left
  EXPECT_FALSE(layout.has({0, 3, 2}, {1, 6, 4}));
}

TEST(ShardLayout, CountsUnitsOfAllLevels) {
  const ShardLayout layout = layout_of(100, 70);  // 50x35: 2x2 shards; 25x18 and 13x9: one each
  EXPECT_EQ(layout.unit_count(), 12 + 4 + 1 + 1);
  EXPECT_EQ(layout.units(1), (std::vector<UnitId>{{1, 0, 0}, {1, 1, 0}, {1, 0, 1}, {1, 1, 1}}));
}

TEST(ShardLayout, CountsChildrenAtOddEdges) {
  const ShardLayout layout = layout_of(100, 70);  // level 0 has 7x5 chunks, level 1 4x3
  EXPECT_EQ(layout.child_count({1, 0, 0}), 4);
  EXPECT_EQ(layout.child_count({1, 3, 0}), 2);
  EXPECT_EQ(layout.child_count({1, 0, 2}), 2);
  EXPECT_EQ(layout.child_count({1, 3, 2}), 1);
}

TEST(ZOrder, AUnitCoversItsChildrenAndNobodyElse) {
  const UnitId parent{2, 3, 1};
  EXPECT_EQ(z_begin(parent), z_begin({1, 6, 2}));
  EXPECT_EQ(z_end(parent), z_end({1, 7, 3}));
  EXPECT_EQ(z_end({1, 6, 2}), z_begin({1, 7, 2}));
  EXPECT_EQ(z_end(parent) - z_begin(parent), 16u);
}

}  // namespace
}  // namespace pantile
