#pragma once
/// \file
/// Copying pixels between views of any strides.

#include "pantile/view.h"

namespace pantile {

/// Copies all samples of `from` to `to`. Same shape and dtype, both in host memory, not
/// overlapping.
void copy_pixels(View from, MutableView to);

/// Sets every byte of every sample of `to` to zero.
void clear_pixels(MutableView to);

/// True when both views hold the same bits.
bool same_pixels(View a, View b);

}  // namespace pantile
