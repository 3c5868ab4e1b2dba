#pragma once
/// \file
/// The functions' kernels on the host: the texts that a GPU's compiler gets, compiled for the CPU.

#include <cstddef>

#include "compute/math/apply-inl.h"
#include "support/fake_cuda.h"

namespace pantile::gpu {

/// What CUDA tells a thread of its place.
struct KernelIndex {
  unsigned x = 0;
};
inline thread_local KernelIndex blockIdx, blockDim, threadIdx;

#define __global__ inline  // NOLINT(bugprone-reserved-identifier): CUDA's word
#include "function_kernels.inc"
#undef __global__

template <class Arrays, void (*kernel)(Arrays, unsigned)>
void run_on_host(const testing_cuda::Launch& launch) {
  if (launch.threads == 0) {
    *static_cast<std::size_t*>(launch.arguments[0]) = sizeof(Arrays);
    *static_cast<std::size_t*>(launch.arguments[1]) = sizeof(unsigned);
    return;
  }
  blockDim.x = launch.threads;
  for (blockIdx.x = 0; blockIdx.x < launch.x; ++blockIdx.x) {
    for (threadIdx.x = 0; threadIdx.x < launch.threads; ++threadIdx.x) {
      kernel(*static_cast<const Arrays*>(launch.arguments[0]),
             *static_cast<const unsigned*>(launch.arguments[1]));
    }
  }
}

}  // namespace pantile::gpu
