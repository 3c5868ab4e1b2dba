#pragma once
/// \file
/// What every job that writes an image has in common: draining, finishing, reporting.

#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "pantile/job.h"
#include "pantile/tile_sink.h"
#include "pantile/tile_source.h"
#include "pipeline/drain/drain.h"

namespace pantile {

/// A source and the sinks it is written to, all begun with `plan`; nothing is owned.
struct ImageJob {
  const TileSource* source = nullptr;
  std::vector<TileSink*> sinks;
  SinkPlan plan;
  int threads = 1;
  std::vector<TileLane*> lanes = {};  ///< Read the source beside the workers.
  bool workers_read = true;
};

/// Runs the stages of one ImageJob and keeps account of them.
class ImageJobRun {
 public:
  /// Both outlive the object.
  ImageJobRun(const ImageJob& job, const RunOptions& run);

  /// Level-0 pixels that drain() will read from the source, after prepare().
  std::int64_t source_pixels() const { return source_pixels_; }
  /// True when no unit is missing anywhere.
  bool complete() const { return todo_.leaves.empty(); }
  /// The share of all levels' pixels that sink `index` of the job has not committed, 0 to 1.
  double missing_fraction(std::size_t index) const;
  /// Asks the sinks what is left to do. Errors: those of opening what is committed.
  Status prepare();
  /// Does it, as stage `name`, or as "export" when nothing is read from the source. When it fails,
  /// the sinks have dropped what was not committed. Errors: those of drain().
  Status drain_as(std::string_view name);
  /// Finishes a sink that is not finished, as stage `name`. Errors: cancelled, the sink's.
  Status finish_as(std::string_view name, TileSink& sink);
  /// A stage that was run elsewhere.
  void add_stage(StageSummary stage) { stages_.push_back(std::move(stage)); }

  /// Cancelled, when the user asked for it.
  Status check_cancelled() const;
  /// Everything but the outputs.
  JobSummary summary() const;

 private:
  void report_lane(const LaneUse& use);

  const ImageJob& job_;
  const RunOptions& run_;
  DrainJob drain_job_;
  DrainPlan todo_;
  std::unique_ptr<TileSource> committed_;
  std::int64_t image_pixels_ = 0, source_pixels_ = 0;
  std::vector<StageSummary> stages_;
  std::vector<DeviceSummary> devices_;
  double workers_idle_s_ = 0;
  const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace pantile
