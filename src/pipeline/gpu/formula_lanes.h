#pragma once
/// \file
/// The GPUs that a job was told to use, as lanes of its drain.

#include <memory>
#include <string>
#include <vector>

#include "ops/formula/formula_lane.h"
#include "ops/formula/formula_source.h"
#include "pantile/job.h"
#include "pantile/tile_sink.h"
#include "pipeline/gpu/job_lanes.h"

namespace pantile {

/// A pyramid's next level is begun where the tiles are drawn.
formula::Halves halves_for(const SinkPlan& plan);

/// Opens what `run.device` names and has `program` drawn by it, in tiles of `tile_px`. Device::cpu
/// and Device::automatic, where there is no GPU or the picture is tiny, give no lanes; `none` says
/// why. A GPU that cannot
/// draw the formula (no compiler, too little memory) is left out and told in `left_out` and
/// `notes`; where the user named GPUs and none is left, that is the error,
/// unless all that is missing is a compiler: then the CPU draws. That a kernel has to be compiled
/// is told to the run's listener before; while it is, `run.cancel` is heard. Errors: not_found,
/// foreign, io, out_of_memory, cancelled.
Result<JobLanes> open_gpu_lanes(const formula::Program& program, const formula::FormulaImage& image,
                                std::int64_t tile_px, formula::Halves halves,
                                const RunOptions& run);

}  // namespace pantile
