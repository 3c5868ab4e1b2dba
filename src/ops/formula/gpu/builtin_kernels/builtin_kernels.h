#pragma once
/// \file
/// Kernels of the built-in formulas that the build has compiled into the program.

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "compute/cuda/kernel_compiler.h"

namespace pantile::formula {

/// One kernel's code for all generations of GPUs that the build was told of, and as PTX for later
/// ones.
struct BuiltinKernel {
  std::string_view text_hash;  ///< KernelCompiler::text_hash of what it was compiled from.
  std::string_view code;       ///< A fatbin.
};

/// All of them; none where the build had no nvcc.
std::span<const BuiltinKernel> builtin_kernels();

/// What they run on, "sm_75, sm_80, sm_90, PTX"; empty where there are none.
std::string builtin_kernel_targets();

/// They as a cache that keeps nothing new.
std::shared_ptr<cuda::CodeCache> builtin_kernel_cache();

}  // namespace pantile::formula
