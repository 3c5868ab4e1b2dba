#pragma once
/// \file
/// Where this machine keeps NVIDIA's parts and our compiled kernels.

#include "pantile/job.h"

namespace pantile::cli {

/// From the environment: PANTILE_CUDA_DRIVER and PANTILE_NVRTC name libraries; PANTILE_KERNELS a
/// folder for compiled kernels (empty: keep none), else $XDG_CACHE_HOME/pantile/kernels or
/// ~/.cache/pantile/kernels.
CudaOptions cuda_places();

}  // namespace pantile::cli
