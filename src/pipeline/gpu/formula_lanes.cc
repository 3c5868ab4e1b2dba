#include "pipeline/gpu/formula_lanes.h"

#include <utility>

#include "pipeline/gpu/open_lanes.h"

namespace pantile {

formula::Halves halves_for(const SinkPlan& plan) {
  return plan.spec.levels.size() > 1 ? formula::Halves::yes : formula::Halves::no;
}

Result<JobLanes> open_gpu_lanes(const formula::Program& program, const formula::FormulaImage& image,
                                std::int64_t tile_px, formula::Halves halves,
                                const RunOptions& run) {
  const auto px = static_cast<std::int32_t>(tile_px);
  GpuWork work;
  work.what = "formula";
  work.tile_bytes = formula::FormulaLane::bytes_of_tile(image, px, halves);
  work.samples = static_cast<double>(image.frame.width) * static_cast<double>(image.frame.height) *
                 static_cast<double>(image.frame.samples * image.frame.samples);
  work.make = [&](std::shared_ptr<const cuda::Device> device, cuda::KernelCompiler& compiler,
                  const LaneBatches& batches) -> Result<std::unique_ptr<TileLane>> {
    PANTILE_ASSIGN(auto lane,
                   formula::FormulaLane::make(program, image, std::move(device), compiler,
                                              {.tile_px = px,
                                               .batch_bytes = batches.batch_bytes,
                                               .batches = batches.batches,
                                               .halves = halves}));
    return std::unique_ptr<TileLane>(std::move(lane));
  };
  return open_lanes(work, run);
}

}  // namespace pantile
