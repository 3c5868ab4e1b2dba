#include "tile/shard_layout.h"

#include "grid/morton.h"

namespace pantile {

std::vector<UnitId> ShardLayout::units(int level) const {
  const TileGrid grid = shards(level);
  std::vector<UnitId> units;
  units.reserve(static_cast<std::size_t>(groups_ * grid.count()));
  for (std::int64_t group = 0; group < groups_; ++group) {
    for (std::int64_t y = 0; y < grid.rows(); ++y) {
      for (std::int64_t x = 0; x < grid.columns(); ++x) units.push_back({level, x, y, group});
    }
  }
  return units;
}

std::int64_t ShardLayout::unit_count() const {
  std::int64_t count = 0;
  for (int level = 0; level < level_count(); ++level) count += shards(level).count();
  return groups_ * count;
}

bool ShardLayout::has(UnitId unit) const {
  if (unit.level < 0 || unit.level >= level_count() || unit.x < 0 || unit.y < 0 || unit.group < 0 ||
      unit.group >= groups_) {
    return false;
  }
  const TileGrid grid = shards(unit.level);
  return unit.x < grid.columns() && unit.y < grid.rows();
}

bool ShardLayout::has(UnitId unit, ChunkId chunk) const {
  return chunk.level == unit.level && chunk.group == unit.group &&
         chunk_cells(unit).contains({chunk.x, chunk.y, chunk.x + 1, chunk.y + 1});
}

int ShardLayout::child_count(ChunkId c) const {
  const TileGrid below = chunks(c.level - 1);
  const auto along = [](std::int64_t i, std::int64_t n) { return 2 * i + 1 < n ? 2 : 1; };
  return along(c.x, below.columns()) * along(c.y, below.rows());
}

bool made_before(UnitId a, UnitId b) {
  if (a.group != b.group) return a.group < b.group;
  const std::uint64_t ka = z_begin(a), kb = z_begin(b);
  return ka != kb ? ka < kb : a.level < b.level;
}

std::uint64_t z_begin(UnitId unit) {
  return morton_key(static_cast<std::uint64_t>(unit.x), static_cast<std::uint64_t>(unit.y))
         << 2 * unit.level;
}

std::uint64_t z_end(UnitId unit) { return z_begin(unit) + (std::uint64_t{1} << 2 * unit.level); }

}  // namespace pantile
