#pragma once
/// \file
/// Where a sample lies, and what a formula is told of it: one definition for CPUs and GPUs.

#include <cstdint>

#include "compute/math/rounded.h"

namespace pantile::formula {

/// One axis of a Frame (coordinates.h), as plain numbers.
struct AxisFrame {
  std::int64_t size;      ///< Pixels.
  double center, scale;   ///< The middle's coordinate; units per pixel.
  std::int32_t samples;   ///< Per pixel along the axis.
  std::int32_t centered;  ///< 1: samples at (k + ½)/n of a pixel; 0: at k/n.
};

/// As coordinate() of coordinates.h.
PANTILE_HD inline double sample_coordinate(std::int64_t sample, const AxisFrame& axis) {
  using math::rounded_add, math::rounded_div, math::rounded_fma, math::rounded_sub;
  const std::int64_t pixel = sample / axis.samples;
  double in_pixel = axis.centered != 0 ? 0.5 : 0;
  if (axis.samples != 1) {  // else that is what comes out, without a division
    in_pixel = rounded_div(rounded_add(static_cast<double>(sample % axis.samples), in_pixel),
                           static_cast<double>(axis.samples));
  }
  // The first difference is exact: both are halves of whole numbers below 2^32.
  const double half = math::rounded_mul(static_cast<double>(axis.size), 0.5);
  const double from_middle = rounded_sub(static_cast<double>(pixel), half);
  return rounded_fma(rounded_add(from_middle, in_pixel), axis.scale, axis.center);
}

/// What a formula may ask about one axis: x, i, u (or y, j, v) of Input.
template <class T> struct AxisInput {
  T position, index, fraction;
};
template <class T>
PANTILE_HD inline AxisInput<T> axis_input(std::int64_t sample, const AxisFrame& axis) {
  const auto pixel = static_cast<double>(sample / axis.samples);
  const double fraction =
      math::rounded_div(math::rounded_add(pixel, 0.5), static_cast<double>(axis.size));
  return {static_cast<T>(sample_coordinate(sample, axis)), static_cast<T>(pixel),
          static_cast<T>(fraction)};
}

}  // namespace pantile::formula
