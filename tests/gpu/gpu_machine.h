#pragma once
/// \file
/// The machine's GPUs, for tests and benchmarks that need one. Where NVIDIA's parts and compiled
/// kernels lie is said by the same variables as to the program: PANTILE_CUDA_DRIVER, PANTILE_NVRTC,
/// PANTILE_KERNELS.

#include <memory>
#include <string>
#include <vector>

#include "compute/cuda/device.h"
#include "compute/cuda/kernel_compiler.h"
#include "pantile/job.h"

namespace pantile::gpu {

struct GpuMachine {
  std::shared_ptr<const void> host;  ///< What has to outlive the rest; none for a true driver.
  std::shared_ptr<const cuda::Driver> driver;
  std::vector<std::shared_ptr<const cuda::Device>> devices;
  std::shared_ptr<cuda::KernelCompiler> compiler;
  CudaOptions places;  ///< For jobs.
};

/// A GPU that is too old is left out, which is said on standard error. Errors: not_found (no
/// driver, or no GPU that can be used: what needs one is to be left out, and to say so).
Result<GpuMachine> open_gpu_machine();
/// With all parts from `places`.
Result<GpuMachine> open_gpu_machine(const CudaOptions& places);

}  // namespace pantile::gpu
