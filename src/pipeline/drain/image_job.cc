#include "pipeline/drain/image_job.h"

#include <algorithm>

#include "pipeline/drain/stage_reporter.h"
#include "runtime/memory.h"
#include "tile/shard_layout.h"

namespace pantile {

ImageJobRun::ImageJobRun(const ImageJob& job, const RunOptions& run) : job_(job), run_(run) {
  const LevelInfo& level = job.plan.spec.levels.front();
  image_pixels_ = job.plan.groups() * level.width * level.height;
}

double ImageJobRun::missing_fraction(std::size_t index) const {
  const ShardLayout layout(job_.plan);
  std::int64_t all = 0, missing = 0;
  for (const LevelInfo& level : job_.plan.spec.levels) all += level.width * level.height;
  all *= layout.groups();
  for (const auto& [id, work] : todo_.units) {
    if ((work.missing >> index & 1u) != 0)
      missing += layout.shards(id.level).rect(id.x, id.y).area();
  }
  return static_cast<double>(missing) / static_cast<double>(all);
}

Status ImageJobRun::prepare() {
  drain_job_.source = job_.source;
  drain_job_.sinks = job_.sinks;
  drain_job_.plan = job_.plan;
  drain_job_.share = {run_.share_index, run_.share_count};
  for (std::size_t i = 0; i < job_.sinks.size() && committed_ == nullptr; ++i) {
    PANTILE_ASSIGN(committed_, job_.sinks[i]->open_committed());
    if (committed_ != nullptr) drain_job_.store = static_cast<int>(i);
  }
  drain_job_.stored = committed_.get();
  todo_ = plan_drain(ShardLayout(job_.plan), job_.sinks, drain_job_.store,
                     matching_levels(*job_.source, job_.plan), drain_job_.share);
  source_pixels_ = todo_.source_pixels;
  return {};
}

Status ImageJobRun::drain_as(std::string_view name) {
  if (todo_.leaves.empty()) return {};
  // Pixels are those of level 0, whether the coarser levels are read or made on the way; they count
  // only where nothing else is left. What needs no reading any more was done by an earlier run;
  // reading back what it stored is not counted. A share knows only its own part; without anything
  // to read from the source, all work is reading back.
  const bool whole = run_.share_count == 1;
  const bool reads_source = todo_.reads_source;
  const std::int64_t level0 = reads_source ? source_pixels_ : todo_.leaf_pixels;
  const bool coarse = level0 == 0;
  const std::int64_t to_do = coarse ? todo_.coarse_pixels : level0;
  const std::int64_t total = whole && reads_source && !coarse ? image_pixels_ : to_do;
  StageReporter stage(run_.listener, reads_source ? name : "export", "px", total, total - to_do);
  DrainOptions options;
  options.threads = job_.threads;
  options.cancel = run_.cancel;
  options.on_pixels = [&](std::int64_t pixels, const UnitWork& unit) {
    const bool counts =
        coarse || (unit.id.level == 0 && (!reads_source || unit.origin == Origin::source));
    if (counts) stage.add(pixels);
  };
  if (stage.reports_tiles()) options.tiles = &stage;
  options.lanes = job_.lanes;
  options.workers_read = job_.workers_read;
  options.on_lane = [this](const LaneUse& use) { report_lane(use); };
  options.on_workers_idle = [this](double seconds) { workers_idle_s_ += seconds; };
  const Status drained = drain(drain_job_, todo_, options);
  stages_.push_back(stage.end());
  if (!drained.ok()) {
    for (TileSink* sink : job_.sinks) sink->abort();
  }
  return drained;
}

void ImageJobRun::report_lane(const LaneUse& use) {
  if (run_.listener != nullptr && !use.lost.empty()) {
    run_.listener->on_warning(use.lost + "; the job went on without it");
  }
  DeviceSummary device;
  device.name = use.name;
  device.pixels = use.pixels;
  device.idle_s = use.idle_s;
  device.blocked_s = use.blocked_s;
  device.memory_bytes = use.memory_bytes;
  device.lost = use.lost;
  device.note = use.note;
  devices_.push_back(std::move(device));
}

Status ImageJobRun::finish_as(std::string_view name, TileSink& sink) {
  if (sink.finished()) return {};
  PANTILE_TRY(check_cancelled());
  StageReporter stage(run_.listener, name, "files", 1);
  PANTILE_TRY(sink.finish());
  stage.add(1);
  stages_.push_back(stage.end());
  return {};
}

Status ImageJobRun::check_cancelled() const {
  if (run_.cancel == nullptr || !run_.cancel->cancelled()) return {};
  return Error(Code::cancelled, "stopped on request");
}

JobSummary ImageJobRun::summary() const {
  JobSummary summary;
  summary.pixels = image_pixels_;
  summary.pixels_done = source_pixels_;
  summary.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
  summary.peak_memory_bytes = peak_resident_bytes();
  summary.stages = stages_;
  summary.devices = devices_;
  summary.workers = job_.threads;
  summary.workers_idle_s = workers_idle_s_;
  return summary;
}

}  // namespace pantile
