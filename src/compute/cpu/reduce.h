#pragma once
/// \file
/// Halving an image: the step from one pyramid level to the next.

#include "pantile/dtype.h"
#include "pantile/result.h"
#include "pantile/view.h"

namespace pantile {

/// Fills `to` (⌈h/2⌉ × ⌈w/2⌉) from 2×2 blocks of `from` (h × w, same channels and dtype); at an
/// odd edge the pixels that exist count. Both in host memory, any strides, not overlapping.
/// By `kind`: intensity, rgb, rgba: the mean (integers (a+b+c+d+2)>>2 and likewise for two;
/// floats ((a+b)+(c+d))×¼, NaN left out, the canonical NaN when all are or infinities cancel);
/// label: the most frequent value, ties to the smallest; mask: the largest. Errors: invalid (f16,
/// or shapes that do not match).
Status reduce_2x2(View from, Kind kind, MutableView to);

}  // namespace pantile
