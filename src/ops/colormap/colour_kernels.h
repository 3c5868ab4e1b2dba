#pragma once
/// \file
/// Array kernels from values to 8-bit colours, one table per SIMD target and one for scalar code.
/// All tables give the same bytes. Used through ColourMapper.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "ops/colormap/colormap.h"

namespace pantile {

/// Adding this to a level in [0, 256) leaves the level in the low bits of the sum, as a fixed-point
/// number with kLevelFraction<T> bits after the point: truncation and packing become shifts.
template <class T> inline constexpr T kLevelAnchor = sizeof(T) == 8 ? T(0x1p28) : T(0x1p15);
template <class T> inline constexpr int kLevelFraction = sizeof(T) == 8 ? 24 : 8;

/// A colour map prepared for one range, in the arithmetic of T. See ColourMapper for the meaning.
template <class T> struct Ramp {
  T lo = 0;          ///< The value of the first stop.
  T per_value = 0;   ///< Stops per unit of value.
  T last = 0;        ///< Index of the last stop.
  int segments = 0;  ///< Stops − 1.
  /// Channel c on segment k: base[c][k] + slope[c][k]·f, f in [0, 1]. The base holds the anchor and
  /// the ½ for rounding.
  std::vector<T> base[3], slope[3];
  Rgb8 nan, neg_inf, pos_inf;
};

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
