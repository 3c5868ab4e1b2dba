#pragma once
/// \file
/// What a check writes down while it runs.

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "pipeline/drain/stage_reporter.h"
#include "pipeline/validate/checks.h"

namespace pantile::validate {

/// One check as a stage of the listener, from construction to finish().
class CheckLog {
 public:
  /// `total`: how many of `unit` there are to do.
  CheckLog(const Subject& subject, const std::string& name, std::string_view unit,
           std::int64_t total)
      : stage_name_("validate/" + name), stage_(subject.listener, stage_name_, unit, total) {
    check_.name = name;
  }

  void progress(std::int64_t amount) { stage_.add(amount); }
  void number(std::string_view key, double value) { check_.numbers.emplace_back(key, value); }
  void number(std::string_view key, std::int64_t value) { number(key, static_cast<double>(value)); }
  void place(bool of_job, const Rect& rect, std::string text) {
    if (check_.places.size() >= ValidateCheck::kMostPlaces) return;
    check_.places.push_back({of_job, rect, std::move(text)});
  }
  /// A place, if anything was found: "`what`: 3 of 4096 pixels `fault`".
  void found(bool of_job, const Found& found, std::string_view what, std::string_view fault) {
    if (found.wrong == 0) return;
    place(of_job, found.where,
          fmt::format("{}: {} of {} pixels {}", what, found.wrong, found.pixels, fault));
  }

  ValidateCheck finish(bool passed, std::string sentence) {
    stage_.end();
    check_.passed = passed;
    check_.sentence = std::move(sentence);
    return std::move(check_);
  }

 private:
  std::string stage_name_;  ///< The stage refers to it.
  StageReporter stage_;
  ValidateCheck check_;
};

}  // namespace pantile::validate
