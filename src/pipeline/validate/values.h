#pragma once
/// \file
/// What a formula gives before it becomes a colour, on several SIMD targets.

#include <vector>

#include "pipeline/validate/checks.h"

namespace pantile::validate {

/// For each of `tables`, how many samples of the smaller picture differ from plain code in any bit
/// of any output; a colour would hide what is smaller than its steps. `samples` counts samples, not
/// pixels, and so do the results. Errors: cancelled.
template <class T>
Result<std::vector<Found>> compare_values(const Subject& subject,
                                          const std::vector<const math::Kernels<T>*>& tables,
                                          const Rect& samples);

}  // namespace pantile::validate
