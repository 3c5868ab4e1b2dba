#include "cli/commands.h"
#include "cli/run_job.h"

namespace pantile::cli {

void name_default_folder(Call& call) {
  GenerateOptions& options = call.settings.generate;
  call.dated_folder = options.out.empty();
  if (call.dated_folder) options.out = options.name + "-" + call.environment.stamp();
}

Status command_generate(Call& call) {
  name_default_folder(call);
  return run_job(call, [&](const RunOptions& run) {
    return call.backend.generate(call.settings.generate, run);
  });
}

}  // namespace pantile::cli
