#include "pantile/generate.h"
#include "pipeline/drain/disk_space.h"
#include "pipeline/folder/job_folder.h"
#include "pipeline/folder/open_image.h"
#include "pipeline/generate/resolve.h"
#include "pipeline/gpu/formula_lanes.h"
#include "pipeline/job/folder_setup.h"
#include "runtime/workers.h"

namespace pantile {
namespace {

std::vector<GeneratePlan::Level> levels_of(const SinkPlan& plan) {
  std::vector<GeneratePlan::Level> levels;
  levels.reserve(plan.spec.levels.size());
  for (const LevelInfo& l : plan.spec.levels) {
    levels.push_back({l.width, l.height, TileGrid{l.width, l.height, plan.chunk_px}.count(),
                      TileGrid{l.width, l.height, plan.shard_px}.count()});
  }
  return levels;
}

std::string folder_of(const GenerateOptions& options) {
  return options.out.empty() ? "." : options.out;
}

/// What would keep generate() from beginning.
Status find_refusal(const ResolvedGenerate& job, const RunOptions& run, const GeneratePlan& plan) {
  const std::string out = folder_of(job.options);
  PANTILE_TRY(check_writable(out));
  if (!job.options.out.empty()) PANTILE_TRY(check_job_folder(out, job.job.pixels, run));
  // A job that goes on needs less than all, and finds out itself how much.
  if (is_job_folder(out) && !run.restart) return {};
  const std::int64_t freed_bytes = run.restart ? disk_bytes(out) : 0;
  return check_disk(out, plan.peak_disk_bytes, plan.free_disk_bytes + freed_bytes,
                    kWriteLessAdvice);
}

}  // namespace

Result<GeneratePlan> plan_generate(const GenerateOptions& options, const RunOptions& run) {
  const FloatEnvironmentScope float_environment;
  PANTILE_ASSIGN(const ResolvedGenerate resolved, resolve_generate(options));
  RunOptions look = run;
  look.cuda.keep_kernels = false;
  auto opened = open_gpu_lanes(resolved.program, resolved.image, resolved.job.plan.chunk_px,
                               halves_for(resolved.job.plan), look);
  const Status no_lanes = opened.ok() ? Status() : opened.error();
  JobLanes lanes = opened.ok() ? std::move(*opened) : JobLanes();
  PANTILE_ASSIGN(const FolderSetup setup, set_up_folder_or_drop(resolved.job, run, lanes));
  GeneratePlan plan;
  plan.options = resolved.options;
  plan.levels = levels_of(resolved.job.plan);
  plan.memory_bytes = setup.memory.budget_bytes;
  plan.least_memory_bytes = setup.memory.least_bytes;
  plan.store_bytes = setup.estimate.bytes[0];
  plan.tiff_bytes = options.tiff.enabled ? setup.estimate.bytes[1] : 0;
  plan.preview_bytes = setup.preview_bytes;
  plan.peak_disk_bytes = setup.peak_disk_bytes();
  PANTILE_ASSIGN(plan.free_disk_bytes, free_disk_bytes(folder_of(options)));
  plan.seconds = setup.estimate.worker_seconds / setup.memory.threads;
  plan.threads = setup.memory.threads;
  plan.simd_target = simd_target_name();
  for (const auto& lane : lanes.lanes) plan.gpus.push_back(lane->name());
  plan.cpu_draws = no_lanes.ok() && (lanes.lanes.empty() || lanes.workers_read);
  plan.no_gpus = no_lanes.ok() ? lanes.none : no_lanes.error().message();
  plan.notes = resolved.notes;
  plan.notes.insert(plan.notes.end(), resolved.output_notes.begin(), resolved.output_notes.end());
  plan.notes.insert(plan.notes.end(), lanes.notes.begin(), lanes.notes.end());
  plan.warnings = resolved.warnings;
  plan.refusal = no_lanes.ok() ? find_refusal(resolved, run, plan) : no_lanes;
  return plan;
}

std::string program_version() { return PANTILE_VERSION; }

std::string simd_target_name() { return std::string(math::kernels<double>().target); }

}  // namespace pantile
