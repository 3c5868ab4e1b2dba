#include "io/tiff/plan_tiles.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "grid/pyramid.h"

namespace pantile::tiff {
namespace {

ShardLayout layout_of(std::int64_t width, std::int64_t height) {
  SinkPlan plan;
  plan.chunk_px = 16;
  plan.shard_px = 32;
  plan.spec.levels = halving_levels({width, height, {}, {}}, plan.chunk_px);
  return ShardLayout(plan);
}

TEST(FileOrder, HoldsEveryUnitOnceChildrenFirst) {
  const ShardLayout layout = layout_of(300, 170);
  const std::vector<UnitId> order = file_order(layout);
  std::map<UnitId, std::size_t> place;
  for (const UnitId u : order) EXPECT_TRUE(place.emplace(u, place.size()).second);
  EXPECT_EQ(static_cast<std::int64_t>(order.size()), layout.unit_count());
  for (const auto& [unit, at] : place) {
    const auto parent = place.find({unit.level + 1, unit.x / 2, unit.y / 2});
    if (parent != place.end()) {
      EXPECT_LT(at, parent->second);
    }
  }
}

TEST(FileOrder, AParentLiesRightBehindItsLastChild) {
  const std::vector<UnitId> order = file_order(layout_of(128, 128));
  const std::vector<UnitId> begin{{0, 0, 0}, {0, 1, 0}, {0, 0, 1}, {0, 1, 1}, {1, 0, 0}};
  ASSERT_GE(order.size(), begin.size());
  EXPECT_TRUE(std::equal(begin.begin(), begin.end(), order.begin()));
  EXPECT_EQ(order.back().level, 3);
}

TEST(TilesOf, CoverALevelOnce) {
  const ShardLayout layout = layout_of(100, 70);
  std::set<std::uint64_t> seen;
  for (const UnitId u : file_order(layout)) {
    if (u.level != 0) continue;
    for (const std::uint64_t t : tiles_of(layout, u)) EXPECT_TRUE(seen.insert(t).second);
  }
  EXPECT_EQ(seen.size(), 7u * 5u);
  EXPECT_EQ(*seen.rbegin(), 34u);
}

}  // namespace
}  // namespace pantile::tiff
