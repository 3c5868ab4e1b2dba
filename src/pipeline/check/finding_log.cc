#include "pipeline/check/finding_log.h"

#include <array>
#include <utility>

namespace pantile {
namespace {

constexpr std::array kKinds{
    Word{FindingKind::missing, "missing"},
    Word{FindingKind::truncated, "truncated"},
    Word{FindingKind::checksum, "checksum"},
    Word{FindingKind::unreadable, "unreadable"},
    Word{FindingKind::undecodable, "undecodable"},
    Word{FindingKind::wrong_pixels, "wrong_pixels"},
    Word{FindingKind::wrong_metadata, "wrong_metadata"},
    Word{FindingKind::foreign, "foreign"},
    Word{FindingKind::leftover, "leftover"},
};
constexpr std::array kStates{
    Word{CheckState::complete, "complete"},
    Word{CheckState::unfinished, "unfinished"},
    Word{CheckState::being_written, "being_written"},
};

}  // namespace

template <> std::span<const Word<FindingKind>> words_of() { return kKinds; }
template <> std::span<const Word<CheckState>> words_of() { return kStates; }

void FindingLog::add(Finding finding) {
  const std::lock_guard lock(mutex_);
  ++count_;
  ++by_kind_[finding.kind];
  if (listener_ != nullptr) listener_->on_finding(finding);
  if (on_each_) on_each_(finding);
  if (kept_.size() < CheckReport::kMostKept) kept_.push_back(std::move(finding));
}

std::int64_t FindingLog::count() const {
  const std::lock_guard lock(mutex_);
  return count_;
}

void FindingLog::move_into(CheckReport& report) {
  const std::lock_guard lock(mutex_);
  report.finding_count = count_;
  report.by_kind = std::move(by_kind_);
  report.findings = std::move(kept_);
}

void FindingLog::on_stage_begin(const Progress& p) {
  const std::lock_guard lock(mutex_);
  if (listener_ != nullptr) listener_->on_stage_begin(p);
}

void FindingLog::on_progress(const Progress& p) {
  const std::lock_guard lock(mutex_);
  if (listener_ != nullptr) listener_->on_progress(p);
}

void FindingLog::on_stage_end(const Progress& p) {
  const std::lock_guard lock(mutex_);
  if (listener_ != nullptr) listener_->on_stage_end(p);
}

void FindingLog::on_note(std::string_view text) {
  const std::lock_guard lock(mutex_);
  if (listener_ != nullptr) listener_->on_note(text);
}

void FindingLog::on_warning(std::string_view text) {
  const std::lock_guard lock(mutex_);
  if (listener_ != nullptr) listener_->on_warning(text);
}

}  // namespace pantile
