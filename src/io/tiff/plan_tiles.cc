#include "io/tiff/plan_tiles.h"

#include <algorithm>

#include "grid/morton.h"

namespace pantile::tiff {
namespace {

TileGrid shard_grid(const SinkPlan& plan, int level) {
  const LevelInfo& l = plan.spec.levels[static_cast<std::size_t>(level)];
  return {l.width, l.height, plan.shard_px};
}

/// Z-order position behind the last level-0 shard that a unit covers.
std::uint64_t z_end(UnitId u) {
  const std::uint64_t own =
      morton_key(static_cast<std::uint64_t>(u.x), static_cast<std::uint64_t>(u.y));
  return (own + 1) << (2 * u.level);
}

}  // namespace

TileGrid tile_grid(const SinkPlan& plan, int level) {
  const LevelInfo& l = plan.spec.levels[static_cast<std::size_t>(level)];
  return {l.width, l.height, plan.chunk_px};
}

std::vector<std::uint64_t> tiles_of(const SinkPlan& plan, UnitId unit) {
  const TileGrid tiles = tile_grid(plan, unit.level);
  const Rect cells = tiles.cells(shard_grid(plan, unit.level).rect(unit.x, unit.y));
  std::vector<std::uint64_t> indices;
  indices.reserve(static_cast<std::size_t>(cells.area()));
  for (std::int64_t y = cells.y0; y < cells.y1; ++y) {
    for (std::int64_t x = cells.x0; x < cells.x1; ++x) {
      indices.push_back(static_cast<std::uint64_t>(y * tiles.columns() + x));
    }
  }
  return indices;
}

std::vector<UnitId> file_order(const SinkPlan& plan) {
  std::vector<UnitId> units;
  for (int level = 0; level < static_cast<int>(plan.spec.levels.size()); ++level) {
    const TileGrid shards = shard_grid(plan, level);
    for (std::int64_t y = 0; y < shards.rows(); ++y) {
      for (std::int64_t x = 0; x < shards.columns(); ++x) units.push_back({level, x, y});
    }
  }
  std::sort(units.begin(), units.end(), [](UnitId a, UnitId b) {
    const std::uint64_t ka = z_end(a), kb = z_end(b);
    return ka != kb ? ka < kb : a.level < b.level;
  });
  return units;
}

}  // namespace pantile::tiff
