#pragma once
/// \file
/// What a launch of a kernel that makes pixels works on: a batch of tiles. For device code and
/// host.

#include <cstdint>

#include "compute/math/rounded.h"

namespace pantile::cuda {

/// What a pixel becomes; as StoreKind.
enum class PixelForm : std::uint8_t { rgb8, u16, f32 };

PANTILE_HD constexpr int bytes_of(PixelForm form) {
  return form == PixelForm::rgb8 ? 3 : form == PixelForm::u16 ? 2 : 4;
}

/// Pixels [x0, x1) × [y0, y1) of the picture.
struct PixelRect {
  std::int32_t x0, y0, x1, y1;
};

/// Most tiles of a launch.
inline constexpr int kMostTiles = 64;

/// What a launch draws: tiles of tile_px × tile_px pixels, one after the other from `out` on, rows
/// without gaps. Pixels of a tile beyond its rect are zeros. `half`: as `out`, for the tiles'
/// halves (halve_kernel.h), each tile_px / 2 pixels a side.
struct PixelBatch {
  std::uint8_t* out;
  std::int32_t tile_px;
  std::int32_t columns, rows;  ///< Pixels of a block of threads.
  PixelRect tiles[kMostTiles];
  std::uint8_t* half;
};

/// Threads of a block.
inline constexpr int kBlockThreads = 128;

}  // namespace pantile::cuda
