#pragma once
/// \file
/// Names for what a thread does, which NVIDIA's profilers show (Nsight Systems, Nsight Compute).

#include <cstdint>

namespace pantile::cuda {

/// Names the time until it goes, on the thread that made it and that ends it. Costs next to nothing
/// where no profiler looks, and nothing where the build has no NVTX headers.
class Label {
 public:
  /// `amount`, where there is one, is shown beside the name: bytes, tiles.
  explicit Label(const char* name, std::int64_t amount = 0);
  ~Label();
  Label(const Label&) = delete;
  Label& operator=(const Label&) = delete;
};

/// Whether labels reach a profiler at all.
bool has_labels();

}  // namespace pantile::cuda
