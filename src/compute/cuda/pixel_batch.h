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

/// Threads of a block.
inline constexpr int kBlockThreads = 128;

/// What a launch draws: tiles of tile_px × tile_px pixels, one after the other from `out` on, rows
/// without gaps. Pixels of a tile beyond its rect are zeros. `half`: as `out`, for the tiles'
/// halves (halve_kernel.h), each tile_px / 2 pixels a side.
struct PixelBatch {
  std::uint8_t* out;
  std::int32_t tile_px;
  PixelRect tiles[kMostTiles];
  std::uint8_t* half;

  /// A block of threads draws 2^column_bits × rows pixels, each thread in one column.
  std::int32_t column_bits, rows;
  std::int32_t row_step;      ///< From a thread's pixel to its next one, in rows
  std::int64_t stride_bytes;  ///< and in bytes of `out`.

  PANTILE_HD std::int32_t columns() const { return std::int32_t{1} << column_bits; }

  /// Sets what a block draws, of at most kBlockThreads columns; after tile_px.
  PANTILE_HD void set_blocks(std::int32_t bits, std::int32_t block_rows, PixelForm form) {
    column_bits = bits;
    rows = block_rows;
    row_step = kBlockThreads >> bits;
    stride_bytes = std::int64_t{row_step} * tile_px * bytes_of(form);
  }
};

}  // namespace pantile::cuda
