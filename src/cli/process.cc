#include "cli/commands.h"
#include "cli/run_job.h"

namespace pantile::cli {

Status command_process(Call& call) {
  const ProcessOptions options = process_options(call.settings);
  return run_job(call, [&](const RunOptions& run) { return call.backend.process(options, run); });
}

}  // namespace pantile::cli
