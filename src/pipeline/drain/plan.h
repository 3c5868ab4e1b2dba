#pragma once
/// \file
/// What is left to do of an image, and where each unit's pixels come from.

#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "pantile/tile_sink.h"
#include "pantile/tile_source.h"
#include "tile/shard_layout.h"

namespace pantile {

/// Where the pixels of a unit come from, cheapest first.
enum class Origin : std::uint8_t {
  store,     ///< Read back from a sink that has committed it.
  source,    ///< Read from the source.
  children,  ///< Halved from the level below, in the same pass.
};

/// One unit that somebody still needs.
struct UnitWork {
  UnitId id;
  Origin origin = Origin::source;
  std::uint32_t missing = 0;  ///< Bit i: sink i has not committed it.
  bool feeds_parent = false;  ///< The unit above is made from this one.
};

/// Everything left to do. A unit is wanted when a sink lacks it, or when its parent is wanted and
/// can only be made from it.
struct DrainPlan {
  std::map<UnitId, UnitWork> units;
  std::vector<UnitId> leaves;  ///< Units whose origin is not `children`, group by group in Z-order.
  bool reads_source = false;   ///< At any level.
  std::int64_t leaf_pixels = 0;    ///< Level-0 pixels to be read.
  std::int64_t source_pixels = 0;  ///< … of which from the source.
  std::int64_t coarse_pixels = 0;  ///< Pixels to be read at the levels above 0.
};

/// Part `index` of `count` of the level-0 shards (contiguous in that order), with every higher unit
/// that depends on no other part.
struct Share {
  int index = 0, count = 1;
};

/// Asks every sink what it has committed and decides the rest. At most 32 sinks.
/// `store`: which sink can be read back, -1 for none. `source_levels`: how many levels, from 0,
/// the source itself can be read at.
DrainPlan plan_drain(const ShardLayout& layout, std::span<TileSink* const> sinks, int store,
                     int source_levels, Share share);

}  // namespace pantile
