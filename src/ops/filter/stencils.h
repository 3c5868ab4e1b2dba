#pragma once
/// \file
/// Operators that look at the pixels around: sums with weights, gradients, minima and maxima.

#include <memory>
#include <vector>

#include "ops/filter/row_operator.h"

namespace pantile::filter {

/// A row of weights, from −reach to +reach.
struct Weights {
  std::vector<double> values;  ///< An odd number of them.
  std::int32_t reach() const { return static_cast<std::int32_t>(values.size() / 2); }
};

/// Sampled from the normal density with standard deviation `sigma`, or its derivative of `order` 1
/// or 2, as far as truncate·sigma, rounded; the sum of the density's is 1 (as SciPy's
/// gaussian_filter1d). sigma 0: the pixel itself.
Weights gaussian_weights(double sigma, double truncate, int order = 0);

/// Columns by `y`, then rows by `x`. `type`: f32 or f64.
std::shared_ptr<const RowOperator> make_separable(RowType type, const Weights& y, const Weights& x);
/// Weights over height × width, both odd, row by row; what lies at (dy, dx) from the pixel is
/// multiplied with the weight there (no mirroring).
std::shared_ptr<const RowOperator> make_correlation(RowType type, int height, int width,
                                                    const std::vector<double>& weights);
/// √(gx² + gy²) of the 3×3 derivatives with `side` and `middle` across: Sobel 1 and 2, Scharr
/// 3, 10.
std::shared_ptr<const RowOperator> make_gradient(RowType type, double side, double middle);
/// From −reach to reach, `step` apart, the last one nearer where that is needed.
std::vector<std::int32_t> offsets(std::int32_t reach, std::int32_t step = 1);
/// The least (greatest) value of some rows, by offset, ascending, and of columns within reach; any
/// type.
std::shared_ptr<const RowOperator> make_extreme(RowType type, std::vector<std::int32_t> rows,
                                                std::int32_t reach_x, bool least);

}  // namespace pantile::filter
