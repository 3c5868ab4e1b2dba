#pragma once
/// \file
/// The chunk and shard grids of every level of one image, its groups of planes, and the order in
/// which shards are made.

#include <cstdint>
#include <vector>

#include "grid/tile_grid.h"
#include "pantile/tile_sink.h"

namespace pantile {

/// Answers which chunk lies where. Made from a SinkPlan; immutable and thread-safe.
class ShardLayout {
 public:
  ShardLayout() = default;  ///< No levels.
  explicit ShardLayout(const SinkPlan& plan)
      : levels_(plan.spec.levels),
        chunk_px_(plan.chunk_px),
        shard_px_(plan.shard_px),
        is_stack_(plan.spec.is_stack()),
        z_(plan.spec.z),
        channels_(plan.spec.channels),
        unit_channels_(plan.unit_channels()),
        groups_(plan.groups()),
        planes_(plan.planes ? plan.unit_channels() : 1) {}

  int level_count() const { return static_cast<int>(levels_.size()); }
  std::int64_t chunk_px() const { return chunk_px_; }
  TileGrid chunks(int level) const { return grid(level, chunk_px_); }
  TileGrid shards(int level) const { return grid(level, shard_px_); }
  /// Chunks along a side of a shard that no edge of the image cuts.
  std::int64_t chunks_per_side() const { return shard_px_ / chunk_px_; }

  /// How many objects a store makes of a chunk: one, or one of each channel.
  int planes() const { return planes_; }
  /// How many groups of planes there are, and how many channels each has.
  std::int64_t groups() const { return groups_; }
  int unit_channels() const { return unit_channels_; }
  /// True when there is more than one plane (t, z).
  bool is_stack() const { return is_stack_; }
  /// Groups of one plane: how many parts its channels are in.
  std::int64_t parts() const { return channels_ / unit_channels_; }
  /// The group that holds part `part` of the channels of plane (t, z); −1: there is none.
  std::int64_t group_of(std::int64_t t, std::int64_t z, std::int64_t part) const {
    const bool is_there = t < groups_ / (z_ * parts()) && z < z_ && part < parts();
    return is_there ? (t * z_ + z) * parts() + part : -1;
  }
  /// `rect` of `level`, of the plane and the channels of a group.
  Region region(std::int64_t group, int level, const Rect& rect) const {
    const std::int64_t plane = group / parts();
    const auto c0 = static_cast<int>(group % parts()) * unit_channels_;
    return {level, plane / z_, plane % z_, c0, c0 + unit_channels_, rect};
  }

  /// Units of `level`, group by group and row by row.
  std::vector<UnitId> units(int level) const;
  /// How many units all levels have.
  std::int64_t unit_count() const;
  /// True when there is such a unit.
  bool has(UnitId unit) const;
  /// True when `chunk` is one of `unit`'s, which has() likes.
  bool has(UnitId unit, ChunkId chunk) const;

  UnitId unit_of(ChunkId c) const {
    return {c.level, c.x / chunks_per_side(), c.y / chunks_per_side(), c.group};
  }
  /// Half-open rect of chunk columns and rows that `unit` holds within the image.
  Rect chunk_cells(UnitId unit) const {
    return chunks(unit.level).cells(shards(unit.level).rect(unit.x, unit.y));
  }
  /// Pixels of a chunk that lie in the image, at its level.
  Rect chunk_rect(ChunkId c) const { return chunks(c.level).rect(c.x, c.y); }
  /// The same with its plane and channels.
  Region chunk_region(ChunkId c) const { return region(c.group, c.level, chunk_rect(c)); }
  /// How many chunks of the level below make up chunk `c` (1, 2 or 4); level ≥ 1.
  int child_count(ChunkId c) const;

 private:
  TileGrid grid(int level, std::int64_t cell_px) const {
    const LevelInfo& l = levels_[static_cast<std::size_t>(level)];
    return {l.width, l.height, cell_px};
  }

  std::vector<LevelInfo> levels_;
  std::int64_t chunk_px_ = 1, shard_px_ = 1;
  bool is_stack_ = false;
  std::int64_t z_ = 1;
  int channels_ = 1, unit_channels_ = 1;
  std::int64_t groups_ = 1;
  int planes_ = 1;
};

/// The order in which units are made: group by group, along the Z-order of level-0 shards, finer
/// levels first.
bool made_before(UnitId a, UnitId b);

/// The stretch [z_begin, z_end) that a unit covers of the Z-order of level-0 shards.
std::uint64_t z_begin(UnitId unit);
std::uint64_t z_end(UnitId unit);

}  // namespace pantile
