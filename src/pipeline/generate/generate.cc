#include "pantile/generate.h"

#include <utility>

#include "pantile/validate.h"
#include "pipeline/folder/open_image.h"
#include "pipeline/generate/resolve.h"
#include "pipeline/job/folder_job.h"
#include "runtime/workers.h"

namespace pantile {
namespace {

/// A job's folder has no place for the report.
GenerateOptions without_report(GenerateOptions options) {
  options.validate.out.clear();
  return options;
}

}  // namespace

Result<JobSummary> run_generate(const GenerateOptions& given, const RunOptions& run) {
  const FloatEnvironmentScope float_environment;
  PANTILE_ASSIGN(ResolvedGenerate resolved, resolve_generate(given));
  if (run.listener != nullptr) {
    for (const std::string& text : resolved.notes) run.listener->on_note(text);
    for (const std::string& text : resolved.warnings) run.listener->on_warning(text);
  }
  if (given.validate.enabled) {
    PANTILE_ASSIGN(const ValidateReport report, run_validate(without_report(given), run));
    if (run.listener != nullptr) {
      for (const ValidateCheck& check : report.checks) {
        if (check.passed) run.listener->on_note(check.name + ": " + check.sentence);
      }
    }
    PANTILE_TRY(report.status());
  }
  Result<JobSummary> summary = run_folder_job(resolved.job, run);
  if (!summary.ok()) return with_repair_advice(summary.error(), resolved.job.output.out);
  return summary;
}

}  // namespace pantile
