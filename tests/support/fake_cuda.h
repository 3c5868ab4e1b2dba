#pragma once
/// \file
/// A driver without a GPU, for tests: memory is the host's, work is queued and done when somebody
/// waits for it, kernels are functions of the test, and calls fail when told to. Code is a text of
/// lines "<kernel> at <address of a HostKernel>", the address in hexadecimal digits.

#include <cstdint>
#include <cstdio>
#include <string>

namespace pantile::testing_cuda {

/// A kernel: its grid, and what its arguments point to; two at most. With threads == 0 it is asked
/// for their sizes: each argument then points to a std::size_t, 0 where there is none.
struct Launch {
  unsigned x = 0, y = 0, z = 0, threads = 0, shared_bytes = 0;
  void** arguments = nullptr;
};
using HostKernel = void (*)(const Launch& launch);

/// A line of code.
inline std::string code_line(const char* kernel, HostKernel code) {
  char line[96];
  std::snprintf(line, sizeof line, "%s at %llx\n", kernel,
                reinterpret_cast<unsigned long long>(code));
  return line;
}

/// How the work of streams lay beside each other. A batch is what a stream does from a first launch
/// until somebody waits for it.
struct Overlap {
  int batches = 0;
  int under_way = 0, most_under_way = 0;
  int lone_waits = 0;     ///< For a batch while no other was under way.
  int copies_beside = 0;  ///< To the host, queued while a batch of another stream was under way.
};

/// How the driver behaves; the library's symbol `fake_cuda_control` gives it.
struct Control {
  int devices = 1;
  int init_outcome = 0;  ///< Of starting the driver.
  int old_device = -1;   ///< This one is of compute capability 7.0.
  int major = 9, minor = 0;
  bool pools = true;
  std::int64_t memory_bytes = std::int64_t{1} << 30;  ///< Of a device, and for pinning.
  /// This call of launch, copy or wait, counted from 0, and so many in a row from there on, fail.
  int fail_call = -1, fail_calls = 1 << 30;
  int fail_outcome = 719;
  int fail_device = -1;  ///< Only calls to this one count for that, and fail; -1: all.
  /// This call of those that take memory (allocations of every kind and launches), counted from 0,
  /// and so many in a row from there on, find none left.
  int memory_call = -1, memory_failures = 1;
  std::int64_t largest_bytes = std::int64_t{1} << 40;  ///< That a device gives in one piece.
  // What it saw:
  int calls = 0;                                    ///< Of fail_device, where there is one.
  int memory_calls = 0, launches = 0, streams = 0;  ///< Streams made.
  int alive = 0;  ///< Streams, events, modules, pools and pieces of memory not given back.
  std::int64_t used_bytes = 0;
  std::int64_t device_bytes = 0, device_peak_bytes = 0;  ///< Of that, without pinned memory.
  Overlap overlap;
};

}  // namespace pantile::testing_cuda
