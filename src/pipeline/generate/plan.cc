#include "pantile/generate.h"
#include "pipeline/drain/disk_space.h"
#include "pipeline/generate/resolve.h"
#include "pipeline/job/folder_setup.h"
#include "runtime/workers.h"

namespace pantile {
namespace {

std::vector<GeneratePlan::Level> levels_of(const SinkPlan& plan) {
  std::vector<GeneratePlan::Level> levels;
  for (const LevelInfo& l : plan.spec.levels) {
    levels.push_back({l.width, l.height, TileGrid{l.width, l.height, plan.chunk_px}.count(),
                      TileGrid{l.width, l.height, plan.shard_px}.count()});
  }
  return levels;
}

}  // namespace

Result<GeneratePlan> plan_generate(const GenerateOptions& options, const RunOptions& run) {
  const FloatEnvironmentScope float_environment;
  PANTILE_ASSIGN(const ResolvedGenerate resolved, resolve_generate(options));
  PANTILE_ASSIGN(const FolderSetup setup, set_up_folder(resolved.job, run));
  GeneratePlan plan;
  plan.options = resolved.options;
  plan.range_origin = resolved.range_origin;
  plan.levels = levels_of(resolved.job.plan);
  plan.memory_bytes = setup.memory.budget_bytes;
  plan.least_memory_bytes = setup.memory.least_bytes;
  plan.store_bytes = setup.estimate.bytes[0];
  plan.tiff_bytes = options.tiff.enabled ? setup.estimate.bytes[1] : 0;
  plan.preview_bytes = setup.preview_bytes;
  plan.peak_disk_bytes = setup.peak_disk_bytes();
  PANTILE_ASSIGN(plan.free_disk_bytes, free_disk_bytes(options.out.empty() ? "." : options.out));
  plan.seconds = setup.estimate.worker_seconds / setup.memory.threads;
  plan.threads = setup.memory.threads;
  plan.simd_target = simd_target_name();
  plan.notes = resolved.notes;
  plan.warnings = resolved.warnings;
  const Status room = check_disk(options.out.empty() ? "." : options.out, plan.peak_disk_bytes,
                                 plan.free_disk_bytes, kWriteLessAdvice);
  if (!room.ok()) plan.warnings.push_back(room.error().message());
  return plan;
}

std::string simd_target_name() { return std::string(math::kernels<double>().target); }

}  // namespace pantile
