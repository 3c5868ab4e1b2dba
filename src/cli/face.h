#pragma once
/// \file
/// How a job looks while it runs and when it is over.

#include <memory>
#include <string_view>

#include "cli/environment.h"
#include "cli/names.h"
#include "pantile/check.h"
#include "pantile/job.h"

namespace pantile::cli {

/// A listener that also shows the end. Thread-safe throughout: on_interrupt comes from the
/// thread that waits for signals.
class Face : public JobListener {
 public:
  virtual void on_interrupt() {}  ///< The first Ctrl-C.
  virtual void on_summary(const JobSummary&) {}
  virtual void on_report(const CheckReport&) {}
  /// Before the error's sentence is printed: leaves the cursor at the beginning of a line.
  virtual void on_error(const Error&, int /*exit_code*/) {}
};

/// A progress bar on a terminal, plain lines elsewhere, JSON lines, or silence.
std::unique_ptr<Face> make_face(LogMode mode, Environment& environment);

std::unique_ptr<Face> make_progress_bar(Environment& environment);
std::unique_ptr<Face> make_plain_log(Environment& environment);
std::unique_ptr<Face> make_json_log(Environment& environment);

/// What the faces say on the first Ctrl-C.
inline constexpr std::string_view kInterruptText =
    "finishing the shards in flight (Ctrl-C again to stop at once)";

}  // namespace pantile::cli
