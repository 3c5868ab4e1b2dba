#pragma once
/// \file
/// PNG of a picture that is in memory: smaller and several times quicker than row by row, because
/// libdeflate takes all of it at once.

#include <vector>

#include "pantile/result.h"
#include "pantile/view.h"

namespace pantile::png {

/// The bytes of a PNG that says sRGB and holds no time: u8 or u16, 1 to 4 channels, packed
/// interleaved; sides from 1 to 2^31 - 1. `level` is libdeflate's, 0 to 9. Every row takes the
/// filter whose bytes have the least sum of magnitudes. Memory: the filtered pixels and as much
/// again. Errors: out_of_memory.
Result<std::vector<std::byte>> encode_png(View image, int level);

/// The colour type of IHDR for 1 to 4 channels.
constexpr std::uint8_t color_type(int channels) {
  constexpr std::uint8_t kTypes[] = {0, 4, 2, 6};  // grey, grey and alpha, RGB, RGBA
  return kTypes[channels - 1];
}

}  // namespace pantile::png
