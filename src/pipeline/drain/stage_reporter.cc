#include "pipeline/drain/stage_reporter.h"

namespace pantile {

constexpr std::chrono::milliseconds kReportInterval{200};

StageReporter::StageReporter(JobListener* listener, std::string_view stage, std::string_view unit,
                             std::int64_t total, std::int64_t resumed)
    : listener_(listener),
      reports_tiles_(listener != nullptr && listener->wants_tiles()),
      begin_(Clock::now()),
      last_report_(begin_) {
  progress_.stage = stage;
  progress_.unit = unit;
  progress_.total = total;
  progress_.resumed = resumed;
  progress_.done = resumed;
  if (listener_ != nullptr) listener_->on_stage_begin(progress_);
}

double StageReporter::elapsed_s() const {
  return std::chrono::duration<double>(Clock::now() - begin_).count();
}

void StageReporter::add(std::int64_t amount) {
  const std::lock_guard lock(mutex_);
  progress_.done += amount;
  const Clock::time_point now = Clock::now();
  if (listener_ == nullptr || now - last_report_ < kReportInterval) return;
  last_report_ = now;
  progress_.elapsed_s = elapsed_s();
  listener_->on_progress(progress_);
}

void StageReporter::begin(const JobTile& tile) {
  const std::lock_guard lock(mutex_);
  listener_->on_tile_begin(tile);
}

void StageReporter::end(const JobTile& tile, const Status& done) {
  const std::lock_guard lock(mutex_);
  if (done.ok()) {
    listener_->on_tile_end(tile);
  } else {
    listener_->on_tile_error(tile, done.error());
  }
}

StageSummary StageReporter::end() {
  const std::lock_guard lock(mutex_);
  progress_.elapsed_s = elapsed_s();
  if (listener_ != nullptr) listener_->on_stage_end(progress_);
  return {std::string(progress_.stage), progress_.elapsed_s, progress_.done - progress_.resumed,
          std::string(progress_.unit)};
}

}  // namespace pantile
