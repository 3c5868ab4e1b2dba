#pragma once
/// \file
/// A run-time compiler for tests: it compiles nothing, gives the code that the test has for it, and
/// knows only as many GPUs, and takes only as long, as it is told.

#include <atomic>
#include <string>

namespace pantile::testing_cuda {

/// How it behaves; the library's symbol `fake_nvrtc_control` gives it.
struct NvrtcControl {
  int newest = 90;                ///< The latest architecture it compiles for.
  bool until_cancelled = false;   ///< It compiles until it is told to stop, a minute at the most.
  std::string code;               ///< What comes out, whatever goes in.
  std::string compiled;           ///< What it was asked for: "sm_90 compute_75 ".
  std::atomic<int> cancelled{0};  ///< Compilations that it was told to stop.
};

}  // namespace pantile::testing_cuda
