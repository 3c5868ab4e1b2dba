#pragma once
/// \file
/// Turns counts from many workers into a few calls to a JobListener.

#include <chrono>
#include <cstdint>
#include <mutex>

#include "pantile/job.h"

namespace pantile {

/// One stage of a job, from construction to end(). Thread-safe. The listener may be null.
class StageReporter {
 public:
  StageReporter(JobListener* listener, std::string_view stage, std::string_view unit,
                std::int64_t total, std::int64_t resumed = 0);

  void add(std::int64_t amount);
  bool reports_tiles() const { return reports_tiles_; }
  /// Calls make(), which makes a tile, and tells the listener of it, if it wants to know.
  template <class Make> Status tile(const JobTile& tile, const Make& make) {
    if (!reports_tiles_) return make();
    begin(tile);
    const Status done = make();
    end(tile, done);
    return done;
  }
  /// Reports the end and returns the stage's line of the summary. Call once.
  StageSummary end();

 private:
  using Clock = std::chrono::steady_clock;
  double elapsed_s() const;
  void begin(const JobTile& tile);
  void end(const JobTile& tile, const Status& done);

  JobListener* listener_;
  const bool reports_tiles_;
  std::mutex mutex_;
  Progress progress_;
  const Clock::time_point begin_;
  Clock::time_point last_report_;
};

}  // namespace pantile
