#pragma once
/// \file
/// What a formula's kernel is launched with: an image as pixel_kernel.h sees it.

#include <cstdint>

#include "ops/formula/formula_source.h"
#include "ops/formula/gpu/pixel_kernel.h"
#include "pantile/geometry.h"
#include "pantile/result.h"

namespace pantile::formula {

/// The pixels that one block of threads shares; samples along an axis are these times n.
struct BlockShape {
  std::int32_t column_bits, rows;  ///< 2^column_bits columns, at most kBlockThreads; so many rows.
  std::int64_t shared_bytes;

  constexpr std::int32_t columns() const { return std::int32_t{1} << column_bits; }
};

/// How many pixels a block shares, so that the values of its rows and columns fit `shared_bytes`.
/// Errors: invalid (a formula of so many values that those of one pixel do not).
Result<BlockShape> block_shape(int row_values, int column_values, int samples, Precision precision,
                               std::int64_t shared_bytes);

/// The parameters of an image; `ramp` (of ColourMapper) must outlive them.
template <class T>
PixelParameters<T> pixel_parameters(const FormulaImage& image, const RampView<T>& ramp);

/// A rectangle of a picture that has at most 2^31 - 1 pixels a side.
constexpr PixelRect pixel_rect(const Rect& r) {
  return {static_cast<std::int32_t>(r.x0), static_cast<std::int32_t>(r.y0),
          static_cast<std::int32_t>(r.x1), static_cast<std::int32_t>(r.y1)};
}

}  // namespace pantile::formula
