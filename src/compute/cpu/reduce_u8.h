#pragma once
/// \file
/// The vector path of halving 8-bit images.

#include <cstddef>
#include <cstdint>

namespace pantile {

/// out[x][c] = (a + b + c + d + 2) >> 2 over the 2×2 block at column 2x of two rows of
/// interleaved samples; `width` output pixels; channels 1, 3 or 4.
void reduce_rows_u8(const std::uint8_t* row0, const std::uint8_t* row1, std::uint8_t* out,
                    std::size_t width, int channels);

}  // namespace pantile
