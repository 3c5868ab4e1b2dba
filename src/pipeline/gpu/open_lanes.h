#pragma once
/// \file
/// The GPUs that a job was told to use, as lanes of its drain, whatever their kernels do.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "compute/cuda/device.h"
#include "compute/cuda/kernel_compiler.h"
#include "pantile/job.h"
#include "pipeline/gpu/job_lanes.h"
#include "tile/tile_lane.h"

namespace pantile {

/// A lane's batches, in the host's memory.
struct LaneBatches {
  std::int64_t batch_bytes = 0;  ///< At least one tile.
  int batches = 0;               ///< At least 2.
};

/// What a job has for GPUs to do.
struct GpuWork {
  std::string what;             ///< Whose kernel has to be compiled: "formula".
  std::int64_t tile_bytes = 0;  ///< Of what is brought to the host for a tile.
  double samples = 0;           ///< Of all tiles: whether Device::automatic takes a GPU.
  /// A lane on one of the GPUs; its batches hold whole tiles. Errors: not_found (no compiler), any
  /// other.
  std::function<Result<std::unique_ptr<TileLane>>(std::shared_ptr<const cuda::Device>,
                                                  cuda::KernelCompiler&, const LaneBatches&)>
      make;
};

/// Opens what `run.device` names. Device::cpu and Device::automatic, where there is no GPU or the
/// work is tiny, give no lanes; `none` says why. A GPU that cannot do it (no compiler, too little
/// memory) is left out and told in `left_out` and `notes`; where the user named GPUs and none is
/// left, that is the error, unless all that is missing is a compiler: then the CPU draws. That a
/// kernel has to be compiled is told to the run's listener before; while it is, `run.cancel` is
/// heard. Errors: not_found, foreign, io, out_of_memory, cancelled.
Result<JobLanes> open_lanes(const GpuWork& work, const RunOptions& run);

}  // namespace pantile
