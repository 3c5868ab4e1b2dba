#pragma once
/// \file
/// Values to colours and to stored numbers. What is computed here decides bytes on disk, so the
/// order of operations is written down; scalar code (colour_scalar.cc) is the definition.

#include <cstddef>
#include <cstdint>

#include "ops/colormap/colormap.h"
#include "ops/colormap/colour_kernels.h"
#include "pantile/result.h"

namespace pantile {

/// Checks that values can be spread over [lo, hi] in the arithmetic of T: both finite, lo < hi,
/// and hi − lo neither overflowing nor so small that its reciprocal does. Errors: invalid.
template <class T> Status check_value_range(double lo, double hi);

/// Maps values to colours. Immutable and thread-safe.
///
/// With S stops, in T, every operation rounded to nearest, none contracted:
///   p = (v − lo) · s, where s = (S−1) / (hi − lo), clamped to [0, S−1];
///   k = min(⌊p⌋, S−2);  f = p − k;
///   each channel is ⌊(a + ½) + (b − a)·f⌋, a and b being levels (0 to 255) of stops k and k+1,
///   where a + ½ and the sum are rounded to 24 bits after the point (8 in single precision).
/// lo, s, a + ½ and b − a are computed in double and rounded to T.
/// NaN and the infinities have colours of their own.
template <class T> class ColourMapper {
 public:
  /// Requires check_value_range<T>(lo, hi). `kernels` must outlive the mapper.
  ColourMapper(const Colormap& map, double lo, double hi, Rgb8 nan, Rgb8 neg_inf, Rgb8 pos_inf,
               const ColourKernels<T>& kernels = colour_kernels<T>());

  /// Writes 3n bytes: r, g, b of each value in turn.
  void map(const T* values, std::uint8_t* rgb, std::size_t n) const {
    kernels_->map(ramp_, values, rgb, n);
  }

  /// What the definition in colour_pixel.h takes; valid as long as the mapper is.
  RampView<T> ramp() const { return view_of(ramp_); }

 private:
  Ramp<T> ramp_;
  const ColourKernels<T>* kernels_;
};

/// Numbers as they are stored: rounded to float, every NaN the quiet one without payload.
template <class T> void pack_f32(const T* values, float* out, std::size_t n);

/// [lo, hi] spread over 0 to 65535: ⌊(v − lo)·s + ½⌋ with s = 65535 / (hi − lo), in T, clamped.
/// NaN gives 0. Requires check_value_range<T>(lo, hi).
template <class T>
void pack_u16(const T* values, double lo, double hi, std::uint16_t* out, std::size_t n);

}  // namespace pantile
