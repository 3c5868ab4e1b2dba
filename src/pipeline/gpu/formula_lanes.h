#pragma once
/// \file
/// The GPUs that a job was told to use, drawing its formula.

#include <memory>
#include <string>
#include <vector>

#include "ops/formula/formula_source.h"
#include "ops/formula/gpu/formula_lane.h"
#include "pantile/job.h"
#include "pantile/tile_sink.h"
#include "pipeline/gpu/job_lanes.h"

namespace pantile {

/// A pyramid's next level is begun where the tiles are drawn.
formula::Halves halves_for(const SinkPlan& plan);

/// open_lanes() for `program`, drawn in tiles of `tile_px`.
Result<JobLanes> open_gpu_lanes(const formula::Program& program, const formula::FormulaImage& image,
                                std::int64_t tile_px, formula::Halves halves,
                                const RunOptions& run);

}  // namespace pantile
