#pragma once
/// \file
/// A machine's GPUs and compiled kernels, as a job is told to use them.

#include <memory>
#include <string>
#include <vector>

#include "compute/cuda/device.h"
#include "compute/cuda/kernel_compiler.h"
#include "pantile/job.h"

namespace pantile {

/// The folders of `options`, then the kernels that are in the program.
std::vector<std::shared_ptr<cuda::CodeCache>> open_caches(const CudaOptions& options);

/// The GPUs that are meant, opened side by side; of those that nobody named, the ones that can be
/// used: a sentence for each other is added to `left_out`. Errors: those of the driver, and of a
/// GPU that was named; with none left, the last one's.
Result<std::vector<std::shared_ptr<const cuda::Device>>> open_devices(
    const RunOptions& run, std::vector<std::string>& left_out);

}  // namespace pantile
