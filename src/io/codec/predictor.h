#pragma once
/// \file
/// TIFF's horizontal predictor (TIFF 6.0, section 14): each sample minus the one a pixel before.

#include "pantile/view.h"

namespace pantile::codec {

/// Both work in place on a packed interleaved block of an integer type; samples wrap around.
void apply_predictor(MutableView block);
void undo_predictor(MutableView block);

}  // namespace pantile::codec
