// A bar that redraws one line of a terminal.
#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <string>

#include "cli/face.h"
#include "cli/format.h"
#include "cli/summary.h"

namespace pantile::cli {
namespace {

/// `part` of `cells` cells filled, to an eighth of a cell where the terminal has the glyphs.
std::string bar(double part, int cells, bool utf8) {
  const int eighths = static_cast<int>(std::clamp(part, 0.0, 1.0) * cells * 8);
  std::string out;
  for (int i = 0; i < cells; ++i) {
    const int fill = std::clamp(eighths - i * 8, 0, 8);
    if (!utf8) {
      out += fill == 8 ? '#' : '.';
      continue;
    }
    static constexpr const char* kGlyphs[] = {"·", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"};
    out += kGlyphs[fill];
  }
  return out;
}

class ProgressBar : public Face {
 public:
  explicit ProgressBar(Environment& environment) : environment_(environment) {}

  void on_stage_begin(const Progress& progress) override { draw(progress); }
  void on_progress(const Progress& progress) override { draw(progress); }
  void on_stage_end(const Progress& progress) override {
    const std::scoped_lock lock(mutex_);
    drawn_.clear();
    write("\r" + stage_line(progress) + "\x1b[K\n");
  }
  void on_note(std::string_view text) override { say(text); }
  void on_warning(std::string_view text) override { say(fmt::format("warning: {}", text)); }
  void on_finding(const Finding& finding) override {
    const std::scoped_lock lock(mutex_);
    clear();
    environment_.out << finding_line(finding) << '\n' << std::flush;
  }
  void on_interrupt() override { say(kInterruptText); }
  void on_report(const CheckReport& report) override {
    const std::scoped_lock lock(mutex_);
    clear();
    environment_.out << report_text(report) << std::flush;
  }
  void on_summary(const JobSummary& summary) override {
    const std::scoped_lock lock(mutex_);
    clear();
    environment_.out << "\n" << summary_table(summary) << std::flush;
  }
  void on_error(const Error&, int) override {
    const std::scoped_lock lock(mutex_);
    clear();
  }

 private:
  void draw(const Progress& progress) {
    const std::scoped_lock lock(mutex_);
    // The last column stays free: some terminals wrap when it is written.
    const int columns = std::max((environment_.columns ? environment_.columns() : 80) - 1, 1);
    std::string line = line_of(progress, columns);
    if (line == drawn_) return;
    drawn_ = std::move(line);
    write("\r" + drawn_ + "\x1b[K");
  }

  /// The widest form that fits: with bar, without bar, without rate, cut.
  std::string line_of(const Progress& progress, int columns) const {
    const std::string stage = fmt::format("{:<8}", progress.stage);
    const std::string done = fmt::format("{:>3} %", percent(progress));
    std::string facts = human_rate(rate(progress), progress.unit);
    if (!facts.empty()) facts = fmt::format("  {:>14}", facts);
    std::string left;
    if (const double s = seconds_left(progress); s >= 0) {
      left = fmt::format("  {:>7} left", human_clock(s));
    }
    const auto size = [](const std::string& text) { return static_cast<int>(text.size()); };
    const int fixed = size(stage) + 2 + size(done);
    const int cells = std::min(columns - fixed - size(facts) - size(left), 40);
    if (cells >= 6) {
      const double part = progress.total > 0 ? static_cast<double>(progress.done) /
                                                   static_cast<double>(progress.total)
                                             : 1.0;
      return stage + " " + bar(part, cells, environment_.utf8) + " " + done + facts + left;
    }
    if (fixed - 1 + size(facts) + size(left) <= columns) return stage + " " + done + facts + left;
    if (fixed - 1 + size(left) <= columns) return stage + " " + done + left;
    return (stage + " " + done).substr(0, static_cast<std::size_t>(columns));
  }

  /// A line above the bar.
  void say(std::string_view text) {
    const std::scoped_lock lock(mutex_);
    write(fmt::format("\r{}\x1b[K\n{}", text, drawn_));
  }

  void clear() {
    if (!drawn_.empty()) write("\r\x1b[K");
    drawn_.clear();
  }

  /// One write for one redraw, so that nothing flickers.
  void write(const std::string& text) { environment_.err << text << std::flush; }

  Environment& environment_;
  std::mutex mutex_;
  std::string drawn_;  ///< What the terminal shows now; empty: nothing.
};

}  // namespace

std::unique_ptr<Face> make_progress_bar(Environment& environment) {
  return std::make_unique<ProgressBar>(environment);
}

}  // namespace pantile::cli
