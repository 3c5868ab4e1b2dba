#include "pipeline/file/values_job.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "pipeline/drain/memory_plan.h"
#include "pipeline/preview/value_colours.h"

namespace pantile {
namespace {

/// Errors: invalid, when a PNG cannot show such pixels.
Status check_showable(const ImageSpec& spec, const std::string& output) {
  if (spec.dtype != DType::u8 && spec.dtype != DType::u16) {
    return Error(
        Code::invalid,
        fmt::format("{}: the operators give {}, of which it is not known what a PNG should "
                    "show as black and white; end them with cast(uint8) (after rescale: "
                    "multiply(255) | cast(uint8)) or with threshold, or write .ome.zarr "
                    "or .tiff",
                    output, dtype_name(spec.dtype)));
  }
  const bool coloured = spec.kind == Kind::rgb || spec.kind == Kind::rgba;
  if (coloured || spec.channels == 1) return {};
  return Error(Code::invalid, fmt::format("{}: the operators give {} channels of values, and a PNG "
                                          "shows colours or one channel; write .ome.zarr or .tiff",
                                          output, spec.channels));
}

/// A PNG is not resumed: what has to be measured is measured first.
Result<JobSummary> run_picture(FileJob job, const RunOptions& run) {
  PANTILE_TRY(check_showable(job.image.source->spec(), job.output));
  std::vector<StageSummary> measured;
  if (job.settling) {
    const auto working = [&](int threads) { return job.settling->memory_bytes(threads); };
    PANTILE_ASSIGN(const MemoryPlan memory, plan_memory(run, working, 0, 0));
    PANTILE_ASSIGN(job.image.source, job.settling->settle(nullptr, memory.threads, run, measured));
    job.settling.reset();
  }
  PANTILE_ASSIGN(job.image.source,
                 colour_values(job.image.source, job.input, "{}", {}, ColourSource::Levels::first));
  PANTILE_ASSIGN(JobSummary summary, run_file_job(std::move(job), run));
  summary.stages.insert(summary.stages.begin(), measured.begin(), measured.end());
  for (const StageSummary& stage : measured) summary.wall_s += stage.wall_s;
  return summary;
}

}  // namespace

Result<JobSummary> run_values_job(FileJob job, const RunOptions& run) {
  if (format_of(job.output) != FileFormat::png) return run_file_job(std::move(job), run);
  const std::string input = job.input;
  Result<JobSummary> summary = run_picture(std::move(job), run);
  if (!summary.ok() && !input.empty()) return with_repair_advice(summary.error(), input);
  return summary;
}

}  // namespace pantile
