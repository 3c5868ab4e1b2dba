#pragma once
/// \file
/// Pictures drawn by a GPU, held to the CPU's bytes.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
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

/// Of the pictures, in pixels.
struct PictureSize {
  std::int64_t width = 700, height = 500;
};
/// Every sample formula in every output type and precision; and kOptionFormulas with every
/// combination of sampling, samples, range and colour map. All sizes show the same part of the
/// plane.
std::vector<Picture> pictures(PictureSize size = {});
/// The second has NaN and infinities of both signs.
inline constexpr std::string_view kOptionFormulas[] = {"complex", "log(x)/floor(2*y)"};

/// How many of `picture`'s bytes differ, and of its next level's, tiles of `tile_px` (even) in two
/// batches or more, and where the first is: "pixel 17, 3 of the picture: byte 1 is …".
struct PictureParity {
  std::int64_t compared = 0, different = 0;
  std::string first;
};
Result<PictureParity> compare_picture(const Picture& picture,
                                      const std::shared_ptr<const cuda::Device>& device,
                                      cuda::KernelCompiler& compiler, std::int32_t tile_px);

}  // namespace pantile::gpu
