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
  /// Reports the end and returns the stage's line of the summary. Call once.
  StageSummary end();

 private:
  using Clock = std::chrono::steady_clock;
  double elapsed_s() const;

  JobListener* listener_;
  std::mutex mutex_;
  Progress progress_;
  const Clock::time_point begin_;
  Clock::time_point last_report_;
};

}  // namespace pantile
