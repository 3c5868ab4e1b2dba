#include "cli/commands.h"
#include "cli/run_job.h"

namespace pantile::cli {

Status command_convert(Call& call) {
  const ConvertOptions options = convert_options(call.settings);
  return run_job(call, [&](const RunOptions& run) { return call.backend.convert(options, run); });
}

}  // namespace pantile::cli
