#include "cli/check_verdict.h"
#include "cli/commands.h"
#include "cli/run_job.h"

namespace pantile::cli {

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
