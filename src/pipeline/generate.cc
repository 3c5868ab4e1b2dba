#include "pantile/generate.h"

#include <utility>

#include "pipeline/folder_job.h"
#include "pipeline/generate_resolve.h"
#include "runtime/workers.h"

namespace pantile {

Result<JobSummary> run_generate(const GenerateOptions& given, const RunOptions& run) {
  const FloatEnvironmentScope float_environment;
  PANTILE_ASSIGN(ResolvedGenerate resolved, resolve_generate(given));
  if (run.listener != nullptr) {
    for (const std::string& text : resolved.notes) run.listener->on_note(text);
    for (const std::string& text : resolved.warnings) run.listener->on_warning(text);
  }
  return run_folder_job(resolved.job, run);
}

}  // namespace pantile
