#include "pantile/generate.h"

#include <fmt/format.h>

#include <memory>
#include <string>
#include <utility>

#include "pipeline/folder/job_folder.h"
#include "pipeline/folder/open_image.h"
#include "pipeline/generate/resolve.h"
#include "pipeline/gpu/formula_lanes.h"
#include "pipeline/job/folder_job.h"
#include "pipeline/validate/validate.h"
#include "runtime/workers.h"

namespace pantile {
namespace {

/// Beside the job's folder, which has no place for it. Shares that run at the same time have one
/// each.
std::string report_folder(const std::string& out, const RunOptions& run) {
  const std::string share = run.share_count > 1 ? fmt::format("-{}", run.share_index) : "";
  return out + "-validate" + share;
}

Status validate_first(ResolvedGenerate& job, JobLanes& lanes, const RunOptions& run) {
  ValidateOptions& options = job.options.validate;
  if (job.options.out.empty()) return {};  // refused at once, afterwards
  // What would be refused afterwards is refused before the checks take their time.
  PANTILE_TRY(check_job_folder(job.options.out, job.job.pixels, run));
  if (options.out.empty()) options.out = report_folder(job.options.out, run);
  PANTILE_ASSIGN(const ValidateReport report, validate_job(job, lanes, run));
  if (run.listener != nullptr) {
    for (const ValidateCheck& check : report.checks) {
      if (check.passed) run.listener->on_note(check.name + ": passed, " + check.sentence);
    }
    for (const auto& [name, reason] : report.not_made) {
      run.listener->on_note(name + ": not made, " + reason);
    }
    run.listener->on_note(fmt::format("validation: {0}/report.json, {0}/report.png", options.out));
  }
  return report.status();
}

}  // namespace

Result<JobSummary> run_generate(const GenerateOptions& given, const RunOptions& run) {
  const FloatEnvironmentScope float_environment;
  PANTILE_ASSIGN(ResolvedGenerate resolved, resolve_generate(given));
  tell(resolved, run.listener);
  if (run.listener != nullptr) {
    for (const std::string& text : resolved.output_notes) run.listener->on_note(text);
  }
  const auto open_lanes = [&](const RunOptions& options) {
    return open_gpu_lanes(resolved.program, resolved.image, resolved.job.plan.chunk_px,
                          halves_for(resolved.job.plan), options);
  };
  resolved.job.open_lanes = open_lanes;
  if (given.validate.enabled) {
    PANTILE_ASSIGN(JobLanes lanes, open_lanes(run));
    PANTILE_TRY(validate_first(resolved, lanes, run));
    // The job goes on with what was checked, and what was said is not said again.
    lanes.notes.clear();
    resolved.job.open_lanes = [checked = std::make_shared<JobLanes>(std::move(lanes))](
                                  const RunOptions&) -> Result<JobLanes> {
      return std::move(*checked);
    };
  }
  Result<JobSummary> summary = run_folder_job(resolved.job, run);
  if (!summary.ok()) return with_repair_advice(summary.error(), resolved.job.output.out);
  return summary;
}

}  // namespace pantile
