#pragma once
/// \file
/// Collects what a check finds and passes it on.

#include <functional>
#include <mutex>

#include "pantile/check.h"
#include "pantile/job.h"

namespace pantile {

/// True for an error that says something about one file (a bad sector, a link out of the folder, an
/// end that comes too early), and so is a finding like a wrong checksum: the rest can be read.
inline bool is_unreadable(const Error& error) {
  return error.code() == Code::io || error.code() == Code::corrupt || error.code() == Code::foreign;
}

/// Stands between the stages of a check and the user's listener, so that findings and progress
/// reach it one at a time. Thread-safe. Keeps the first CheckReport::kMostKept findings.
class FindingLog final : public JobListener {
 public:
  /// `listener` may be null. `on_each` hears of every finding, one at a time; may be empty.
  explicit FindingLog(JobListener* listener, std::function<void(const Finding&)> on_each = {})
      : listener_(listener), on_each_(std::move(on_each)) {}

  void add(Finding finding);
  std::int64_t count() const;
  /// Moves what was found into `report`.
  void move_into(CheckReport& report);

  void on_stage_begin(const Progress& p) override;
  void on_progress(const Progress& p) override;
  void on_stage_end(const Progress& p) override;
  void on_note(std::string_view text) override;
  void on_warning(std::string_view text) override;

 private:
  JobListener* listener_;
  std::function<void(const Finding&)> on_each_;
  mutable std::mutex mutex_;
  std::int64_t count_ = 0;
  std::map<FindingKind, std::int64_t> by_kind_;
  std::vector<Finding> kept_;
};

}  // namespace pantile
