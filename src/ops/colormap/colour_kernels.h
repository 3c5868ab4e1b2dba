#pragma once
/// \file
/// Array kernels from values to 8-bit colours, one table per SIMD target and one for scalar code.
/// All tables give the same bytes. Used through ColourMapper.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "ops/colormap/colormap.h"
#include "ops/colormap/colour_pixel.h"

namespace pantile {

/// A colour map prepared for one range, in the arithmetic of T. See ColourMapper for the meaning.
template <class T> struct Ramp {
  T lo = 0;          ///< The value of the first stop.
  T per_value = 0;   ///< Stops per unit of value.
  T last = 0;        ///< Index of the last stop.
  int segments = 0;  ///< Stops − 1.
  /// Channel c on segment k: base[c][k] + slope[c][k]·f, f in [0, 1]. The base holds the anchor and
  /// the ½ for rounding.
  std::vector<T> base[3], slope[3];
  std::vector<RampStop<T>> stops;  ///< The same, a stop's numbers side by side, and the last stop.
  Rgb8 nan, neg_inf, pos_inf;
};

inline PixelRgb as_pixel(Rgb8 c) { return {c.r, c.g, c.b}; }

/// The ramp as the definition in colour_pixel.h takes it; valid as long as `ramp` is.
template <class T> RampView<T> view_of(const Ramp<T>& ramp) {
  return {ramp.lo,
          ramp.per_value,
          ramp.last,
          as_pixel(ramp.nan),
          as_pixel(ramp.neg_inf),
          as_pixel(ramp.pos_inf),
          ramp.stops.data()};
}

template <class T> struct ColourKernels {
  /// `n` values to 3n bytes, r g b r g b …; no alignment needed, no overlap.
  using MapFn = void (*)(const Ramp<T>& ramp, const T* values, std::uint8_t* rgb, std::size_t n);
  /// Three arrays of intensities in [0, 1] to 3n bytes.
  using DirectFn = void (*)(const T* r, const T* g, const T* b, Rgb8 nan, std::uint8_t* rgb,
                            std::size_t n);
  MapFn map = nullptr;
  DirectFn direct = nullptr;
  std::string_view target;  ///< "scalar", "AVX3", …
};

/// The table of the widest target this machine has.
template <class T> const ColourKernels<T>& colour_kernels();
/// The table that defines the bytes.
template <class T> const ColourKernels<T>& scalar_colour_kernels();
/// Every table this machine can run, widest first, the scalar one last.
template <class T> std::vector<const ColourKernels<T>*> all_colour_kernels();

}  // namespace pantile
