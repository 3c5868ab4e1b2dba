#pragma once
/// \file
/// The chunk and shard grids of every level of one image.

#include <vector>

#include "grid/tile_grid.h"
#include "pantile/tile_sink.h"

namespace pantile {

/// Answers which chunk lies where. Made from a SinkPlan; immutable.
class ShardLayout {
 public:
  explicit ShardLayout(const SinkPlan& plan)
      : levels_(plan.spec.levels), chunk_px_(plan.chunk_px), shard_px_(plan.shard_px) {}

  int level_count() const { return static_cast<int>(levels_.size()); }
  std::int64_t chunk_px() const { return chunk_px_; }
  TileGrid chunks(int level) const { return grid(level, chunk_px_); }
  TileGrid shards(int level) const { return grid(level, shard_px_); }

  UnitId unit_of(ChunkId c) const {
    const std::int64_t per_side = shard_px_ / chunk_px_;
    return {c.level, c.x / per_side, c.y / per_side};
  }
  /// Half-open rect of chunk columns and rows that `unit` holds within the image.
  Rect chunk_cells(UnitId unit) const {
    return chunks(unit.level).cells(shards(unit.level).rect(unit.x, unit.y));
  }
  /// Pixels of a chunk that lie in the image, at its level.
  Rect chunk_rect(ChunkId c) const { return chunks(c.level).rect(c.x, c.y); }
  /// How many chunks of the level below make up chunk `c` (1, 2 or 4); level ≥ 1.
  int child_count(ChunkId c) const {
    const TileGrid below = chunks(c.level - 1);
    const auto along = [](std::int64_t i, std::int64_t n) { return 2 * i + 1 < n ? 2 : 1; };
    return along(c.x, below.columns()) * along(c.y, below.rows());
  }

 private:
  TileGrid grid(int level, std::int64_t cell_px) const {
    const LevelInfo& l = levels_[static_cast<std::size_t>(level)];
    return {l.width, l.height, cell_px};
  }

  std::vector<LevelInfo> levels_;
  std::int64_t chunk_px_, shard_px_;
};

}  // namespace pantile
