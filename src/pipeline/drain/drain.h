#pragma once
/// \file
/// The engine of every job: a source is drained into sinks, the pyramid built in the same pass.

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "pantile/result.h"
#include "pantile/tile_sink.h"
#include "pantile/tile_source.h"
#include "pipeline/drain/lane_feed.h"
#include "pipeline/drain/plan.h"
#include "pipeline/drain/stage_reporter.h"

namespace pantile {

/// What is drained into what. Nothing is owned; everything outlives the drain. Every sink has
/// been begun with `plan`.
struct DrainJob {
  /// Level 0 equals the plan's; further levels are used where the source has them.
  const TileSource* source = nullptr;
  std::vector<TileSink*> sinks;
  SinkPlan plan;
  int store = -1;                      ///< The sink that `stored` reads back; -1: none.
  const TileSource* stored = nullptr;  ///< Committed units, at every level.
  Share share;
};

struct DrainOptions {
  int threads = 1;
  const CancelToken* cancel = nullptr;  ///< Raised: units begun are completed, nothing else.
  /// Called after each leaf chunk with its pixels and its unit, from any worker.
  std::function<void(std::int64_t pixels, const UnitWork& unit)> on_pixels;
  /// Told of each chunk of level 0 that workers read from the source by themselves, until it is in
  /// the sinks; null: nobody is.
  StageReporter* tiles = nullptr;
  /// Read the source's level 0 beside the workers. Nothing is owned.
  std::vector<TileLane*> lanes;
  bool workers_read = true;  ///< Beside lanes; what no lane can read they always do.
  /// Called once per lane, after the drain.
  std::function<void(const LaneUse&)> on_lane;
  /// Called after the drain where there are lanes: how long workers waited, all together.
  std::function<void(double seconds)> on_workers_idle;
};

/// Levels from 0 on at which `source` has just the sizes that `plan` wants.
int matching_levels(const TileSource& source, const SinkPlan& plan);

using Codecs = std::vector<std::shared_ptr<const ChunkCodec>>;

/// Memory that drain() into sinks of these codecs takes besides the source's own scratch, the
/// lanes' tiles and the sinks' spools. `lane_tiles`: the most tiles that lanes have under way.
std::int64_t drain_memory_bytes(const SinkPlan& plan, const Codecs& codecs, int threads,
                                std::int64_t lane_tiles = 0);

/// Does everything in `todo` (from plan_drain on the same job): reads each leaf chunk, encodes it
/// once per codec, puts it into the sinks that lack it, halves it into its parent, and commits
/// each unit that is complete. Errors: the first one met; `cancelled`. What is committed by then
/// stays committed.
Status drain(const DrainJob& job, const DrainPlan& todo, const DrainOptions& options);

}  // namespace pantile
