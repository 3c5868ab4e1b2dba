// Lines for log files: one per ten per cent of a stage.
#include <fmt/format.h>

#include <mutex>
#include <string>

#include "cli/face.h"
#include "cli/format.h"
#include "cli/summary.h"

namespace pantile::cli {
namespace {

class PlainLog : public Face {
 public:
  explicit PlainLog(Environment& environment) : environment_(environment) {}

  void on_stage_begin(const Progress& progress) override {
    const std::scoped_lock lock(mutex_);
    tenth_ = percent(progress) / 10;
    if (progress.unit == "files") return;  // a moment's work: its end says enough
    line(fmt::format(
        "{:<8} {} to do", progress.stage,
        human_amount(static_cast<double>(progress.total - progress.resumed), progress.unit)));
  }
  void on_progress(const Progress& progress) override {
    const std::scoped_lock lock(mutex_);
    const int tenth = percent(progress) / 10;
    if (tenth <= tenth_ || tenth == 10) return;  // the stage's end has a line of its own
    tenth_ = tenth;
    std::string text = fmt::format("{:<8} {:>3} %", progress.stage, tenth * 10);
    if (const std::string speed = human_rate(rate(progress), progress.unit); !speed.empty()) {
      text += ", " + speed;
    }
    if (seconds_left(progress) >= 0) text += ", " + human_clock(seconds_left(progress)) + " left";
    line(text);
  }
  void on_stage_end(const Progress& progress) override {
    const std::scoped_lock lock(mutex_);
    line(stage_line(progress));
  }
  void on_note(std::string_view text) override {
    const std::scoped_lock lock(mutex_);
    line(text);
  }
  void on_warning(std::string_view text) override {
    const std::scoped_lock lock(mutex_);
    line(fmt::format("warning: {}", text));
  }
  void on_finding(const Finding& finding) override {
    const std::scoped_lock lock(mutex_);
    environment_.out << finding_line(finding) << '\n' << std::flush;
  }
  void on_interrupt() override {
    const std::scoped_lock lock(mutex_);
    line(kInterruptText);
  }
  void on_report(const CheckReport& report) override {
    const std::scoped_lock lock(mutex_);
    environment_.out << report_text(report) << std::flush;
  }
  void on_summary(const JobSummary& summary) override {
    const std::scoped_lock lock(mutex_);
    environment_.out << summary_table(summary) << std::flush;
  }

 private:
  void line(std::string_view text) { environment_.err << text << '\n' << std::flush; }

  Environment& environment_;
  std::mutex mutex_;
  int tenth_ = 0;  ///< Tenths of the stage that have been reported.
};

}  // namespace

std::unique_ptr<Face> make_plain_log(Environment& environment) {
  return std::make_unique<PlainLog>(environment);
}

}  // namespace pantile::cli
