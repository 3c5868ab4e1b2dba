#pragma once
/// \file
/// Elementary functions on a GPU, held to the CPU's bits.

#include <cstdint>
#include <memory>
#include <string>

#include "compute/cuda/device.h"
#include "compute/cuda/kernel_compiler.h"
#include "gpu/function_kernel.h"

namespace pantile::gpu {

struct FunctionParity {
  std::int64_t compared = 0, different = 0;
  std::string first;  ///< "sin(0x1p+3): CPU 0x…, GPU 0x…"; empty: none.
};

/// On how many arguments a function is tried.
struct ArgumentCount {
  std::int64_t random = 0;
  /// Special values meet in every combination. Of three of them, which are 5 million, each so many
  /// th is taken.
  std::int64_t triple_step = 1;
};

/// `f` of random and of special arguments, on the device and on the widest target of the CPU.
/// Errors: those of compiler and device.
template <class T>
Result<FunctionParity> compare_function(const Function& f,
                                        const std::shared_ptr<const cuda::Device>& device,
                                        cuda::KernelCompiler& compiler, const ArgumentCount& count);

}  // namespace pantile::gpu
