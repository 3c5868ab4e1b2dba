#include "cli/check_verdict.h"
#include "cli/commands.h"
#include "cli/run_job.h"

namespace pantile::cli {

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

}  // namespace pantile::cli
