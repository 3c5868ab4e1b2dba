#pragma once
/// \file
/// A driver without a GPU, for tests: memory is the host's, work is queued and done when somebody
/// waits for it, kernels are functions of the test, and calls fail when told to.

#include <cstdint>

namespace pantile::testing_cuda {

/// A kernel: its grid, and what its arguments point to.
struct Launch {
  unsigned x = 0, y = 0, z = 0, threads = 0, shared_bytes = 0;
  void** arguments = nullptr;
};
using HostKernel = void (*)(const Launch& launch);

/// How the driver behaves; the library's symbol `fake_cuda_control` gives it.
struct Control {
  int devices = 1;
  std::int64_t memory_bytes = std::int64_t{1} << 30;  ///< Of a device, and for pinning.
  int fail_call = -1;  ///< This call of launch, copy or wait fails, counted from 0, and all later.
  int fail_outcome = 719;
  // What it saw:
  int calls = 0;
  int alive = 0;  ///< Streams, events, modules and pieces of memory not given back.
  std::int64_t used_bytes = 0;
};

}  // namespace pantile::testing_cuda
