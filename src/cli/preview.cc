#include "cli/commands.h"
#include "cli/run_job.h"

namespace pantile::cli {

Status command_preview(Call& call) {
  const PreviewOptions options = preview_options(call.settings);
  return run_job(call, [&](const RunOptions& run) { return call.backend.preview(options, run); });
}

}  // namespace pantile::cli
