#include "cli/run_job.h"

#include <optional>

#include "cli/exit_code.h"
#include "cli/face.h"
#include "cli/signals.h"

namespace pantile::cli {
namespace {

/// A folder that was named by the clock has to be named by hand the next time.
std::string resume_hint(const Call& call) {
  return call.dated_folder
             ? "run the same command with --out " + call.settings.generate.out + " to go on"
             : std::string("run the same command again to go on");
}

}  // namespace

Status run_job(Call& call, const std::function<Result<JobSummary>(const RunOptions&)>& job) {
  return run_with_face(call, [&](const RunOptions& run, Face& face) -> Status {
    const Result<JobSummary> summary = job(run);
    if (!summary.ok()) return say_interrupted(summary.error(), resume_hint(call));
    face.on_summary(*summary);
    return {};
  });
}

Error say_interrupted(const Error& error, const std::string& hint) {
  if (error.code() != Code::cancelled) return error;
  return Error(Code::cancelled, "interrupted; " + hint);
}

Status run_with_face(Call& call, const std::function<Status(const RunOptions&, Face&)>& body) {
  const std::unique_ptr<Face> face = make_face(call.settings.log, call.environment);
  CancelToken cancel;
  std::optional<SignalWatcher> watcher;
  if (call.environment.stop_at_once) {
    watcher.emplace(
        [&] {
          cancel.cancel();
          face->on_interrupt();
        },
        call.environment.stop_at_once);
  }
  RunOptions run = call.settings.run;
  run.cancel = &cancel;
  run.listener = face.get();
  const Status done = body(run, *face);
  if (!done.ok()) face->on_error(done.error(), exit_code(done.error().code()));
  return done;
}

}  // namespace pantile::cli
