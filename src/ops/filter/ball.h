#pragma once
/// \file
/// A ball that rolls below the surface of an image.

#include <memory>

#include "ops/filter/row_operator.h"

namespace pantile::filter {

/// The least of x + radius − √(radius² − d²) over the pixels within distance d ≤ radius: how high
/// the ball's top is when it touches from below (Sternberg, "Biomedical image processing", Computer
/// 16, 1983, as scikit-image's rolling_ball has it). Reaches as far as the radius, rounded up. What
/// is no number counts as +infinity. `type`: f32 or f64.
std::shared_ptr<const RowOperator> make_ball(RowType type, double radius);

}  // namespace pantile::filter
