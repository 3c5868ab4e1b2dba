#pragma once
/// \file
/// Pictures drawn by a GPU, held to the CPU's bytes.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "compute/cuda/device.h"
#include "compute/cuda/kernel_compiler.h"
#include "ops/formula/formula_source.h"

namespace pantile::gpu {

struct Picture {
  std::string formula;
  formula::FormulaImage image;
  std::string words() const;  ///< The formula and every option.
};

/// Every sample formula in every output type and precision; and one with every combination of
/// sampling, samples, range and colour map.
std::vector<Picture> pictures();

/// How many of `picture`'s bytes differ, tiles of `tile_px` in batches, and where the first is.
struct PictureParity {
  std::int64_t compared = 0, different = 0;
  std::string first;
};
Result<PictureParity> compare_picture(const Picture& picture,
                                      const std::shared_ptr<const cuda::Device>& device,
                                      cuda::KernelCompiler& compiler, std::int32_t tile_px);

}  // namespace pantile::gpu
