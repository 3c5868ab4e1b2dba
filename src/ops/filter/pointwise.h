#pragma once
/// \file
/// Operators that look at one pixel.

#include <memory>
#include <utility>
#include <vector>

#include "compute/math/functions.h"
#include "ops/filter/row_operator.h"
#include "pantile/dtype.h"

namespace pantile::filter {

/// A function of the formula language's with a number: f(sample, number).
struct PointStep {
  math::Binary function;
  double number = 0;
};

/// Steps one after the other. `type`: f32 or f64.
std::shared_ptr<const RowOperator> make_steps(RowType type, std::vector<PointStep> steps);
/// |sample|.
std::shared_ptr<const RowOperator> make_function(RowType type, math::Unary function);
/// weights[0]·first + weights[1]·second + …, an input each. `type`: f32 or f64.
std::shared_ptr<const RowOperator> make_weighted(RowType type, const std::vector<double>& weights);
/// f(first, second). `type`: f32 or f64; of min and max any.
std::shared_ptr<const RowOperator> make_binary(RowType type, math::Binary function);
/// The first where the second, of the same type, is not 0, else `number`.
std::shared_ptr<const RowOperator> make_mask(RowType type, double number);
/// `value` as a sample of `dtype`: of an integer type rounded, ties to even, and limited.
double value_in(DType dtype, double value);
/// No number where the sample is `number`. `type`: f32 or f64.
std::shared_ptr<const RowOperator> make_nodata(RowType type, double number);
/// The same samples in another type; into integers: rounded to the nearest, ties to even, and
/// limited to their range, NaN as 0.
std::shared_ptr<const RowOperator> make_conversion(RowType from, RowType to);
/// 1 where the sample is greater than `number`, else 0; of type u8.
std::shared_ptr<const RowOperator> make_threshold(RowType type, double number);
/// In how many of two masks of 0 and 1 a sample is set; of type u8.
std::shared_ptr<const RowOperator> make_count();
/// Rounds to whole numbers, ties to even, and limits to the values of `dtype`, an integer type; NaN
/// is 0. `type`: f32 or f64.
std::shared_ptr<const RowOperator> make_rounding(RowType type, DType dtype);

/// The least and greatest value of an integer type (of 64 bits: that a double can hold).
std::pair<double, double> integer_range(DType dtype);

}  // namespace pantile::filter
