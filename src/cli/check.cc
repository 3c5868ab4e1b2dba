#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/run_job.h"

namespace pantile::cli {
namespace {

std::string things(std::int64_t count) {
  return count == 1 ? "1 thing is" : fmt::format("{} things are", count);
}

/// The exit code is in the error: corrupt, or cancelled where the job can go on.
Status verdict(const std::string& path, const CheckReport& report) {
  if (!report.whole()) {
    const bool foreign_only =
        report.by_kind.contains(FindingKind::foreign) && report.by_kind.size() == 1;
    return Error(Code::corrupt,
                 fmt::format("{}: {} wrong; {}", path, things(report.finding_count),
                             foreign_only ? std::string("remove what is foreign yourself")
                                          : "run `pantile repair` on the job's folder"));
  }
  if (report.state != CheckState::complete) {
    return Error(Code::cancelled,
                 path +
                     ": nothing is wrong, but the job is not finished; run the same generate "
                     "command again to go on");
  }
  return {};
}

}  // namespace

Status command_check(Call& call) {
  const CheckOptions options{call.settings.input, call.settings.fast};
  const auto body = [&](const RunOptions& run, Face& face) -> Status {
    const auto report = call.backend.check(options, run);
    if (!report.ok()) return say_interrupted(report.error(), "nothing was changed; run it again");
    face.on_report(*report);
    return verdict(options.path, *report);
  };
  return run_with_face(call, body);
}

Status command_repair(Call& call) {
  const std::string& path = call.settings.input;
  const auto body = [&](const RunOptions& run, Face& face) -> Status {
    const auto report = call.backend.repair(path, run);
    if (!report.ok()) {
      return say_interrupted(report.error(), "run the same command again to go on");
    }
    face.on_report(*report);
    return verdict(path, *report);
  };
  return run_with_face(call, body);
}

}  // namespace pantile::cli
