#pragma once
/// \file
/// Rectangles that reach beyond the image.

#include "pantile/boundary.h"
#include "pantile/tile_source.h"

namespace pantile {

/// What lies beyond the image's edges.
struct Outside {
  Boundary boundary = Boundary::reflect;
  double value = 0;  ///< Of Boundary::constant.
};

/// Whether every sample of `dtype` can be `value`. Of float16 only 0 can be asked for.
bool holds(DType dtype, double value);

/// Fills `out` with `rect` of level 0 of `source`, all channels; `rect` may lie anywhere. Of
/// `outside.value`, holds() is true. Errors: those of the source.
Status read_padded(const TileSource& source, const Rect& rect, const Outside& outside,
                   MutableView out, ReadContext& ctx);

}  // namespace pantile
