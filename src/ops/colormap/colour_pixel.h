#pragma once
/// \file
/// One value to one stored pixel: the definition of every colour and of packed numbers, for CPUs
/// and GPUs. ColourMapper (colour_mapper.h) says what is computed.

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

#include "compute/math/rounded.h"

namespace pantile {

/// Adding this to a level in [0, 256) leaves the level in the low bits of the sum, as a fixed-point
/// number with kLevelFraction<T> bits after the point: truncation and packing become shifts.
template <class T> inline constexpr T kLevelAnchor = sizeof(T) == 8 ? T(0x1p28) : T(0x1p15);
template <class T> inline constexpr int kLevelFraction = sizeof(T) == 8 ? 24 : 8;

/// A colour as plain bytes.
struct PixelRgb {
  std::uint8_t r, g, b;
};

/// A colour as it is computed: its bytes are the low 8 bits, those above mean nothing. A GPU has
/// words, and would cut a byte out of each wherever ways of the code meet.
struct PixelLevels {
  std::uint32_t r, g, b;
};
PANTILE_HD constexpr PixelLevels levels_of(PixelRgb c) { return {c.r, c.g, c.b}; }
PANTILE_HD constexpr PixelRgb as_bytes(const PixelLevels& c) {
  return {static_cast<std::uint8_t>(c.r), static_cast<std::uint8_t>(c.g),
          static_cast<std::uint8_t>(c.b)};
}

/// What follows one stop of a colour map: channel c is base + slope·f, f in [0, 1]. The base holds
/// the anchor and the ½ for rounding. Aligned so that a GPU loads 16 bytes at a time.
template <class T> struct alignas(8 * sizeof(T)) RampStop {
  struct Channel {
    T base, slope;
  } channels[3];
};

/// A colour map prepared for one range, in the arithmetic of T; the stops belong to somebody else.
template <class T> struct RampView {
  T lo, per_value, last;  ///< The first stop's value, stops per unit of value, stops − 1.
  PixelRgb nan, neg_inf, pos_inf;
  const RampStop<T>* stops;  ///< `last` + 1 of them; the slopes of the last are 0.
};

/// The whole part of a level that lies on its anchor.
template <class T> PANTILE_HD inline std::uint32_t whole_level(T anchored) {
  using Bits = std::conditional_t<sizeof(T) == 8, std::uint64_t, std::uint32_t>;
  Bits bits;
  std::memcpy(&bits, &anchored, sizeof bits);
  return static_cast<std::uint32_t>(bits >> kLevelFraction<T>);
}

/// The colour of a value.
template <class T> PANTILE_HD inline PixelLevels map_value(const RampView<T>& ramp, T v) {
  using math::rounded_add, math::rounded_mul, math::rounded_sub;
  if (!(std::fabs(v) <= std::numeric_limits<T>::max())) {
    return levels_of(v != v ? ramp.nan : v < T{0} ? ramp.neg_inf : ramp.pos_inf);
  }
  T p = rounded_mul(rounded_sub(v, ramp.lo), ramp.per_value);
  p = math::lesser(math::greater(p, T{0}), ramp.last);
  const int k = static_cast<int>(p);
  const T f = rounded_sub(p, static_cast<T>(k));
  const RampStop<T> stop = ramp.stops[k];
  const auto channel = [&](int c) {
    return whole_level(rounded_add(stop.channels[c].base, rounded_mul(stop.channels[c].slope, f)));
  };
  return {channel(0), channel(1), channel(2)};
}

/// An intensity in [0, 1] as a level; what lies beyond is clamped.
template <class T> PANTILE_HD inline std::uint32_t level_of(T v) {
  v = math::lesser(math::greater(v, T{0}), T{1});
  return whole_level(math::rounded_add(math::rounded_mul(v, T{255}), kLevelAnchor<T> + T{0.5}));
}
/// Three intensities as a colour; `nan` where one is NaN.
template <class T> PANTILE_HD inline PixelLevels direct_colour(T r, T g, T b, PixelRgb nan) {
  if (r != r || g != g || b != b) return levels_of(nan);
  return {level_of(r), level_of(g), level_of(b)};
}

/// A value as it is stored: rounded to float, every NaN the quiet one without payload.
template <class T> PANTILE_HD inline float stored_f32(T value) {
  const auto v = static_cast<float>(value);
  return v == v ? v : std::numeric_limits<float>::quiet_NaN();
}
/// ⌊(v − low)·scale + ½⌋ within 0 and 65535; NaN gives 0.
template <class T> PANTILE_HD inline std::uint16_t stored_u16(T value, T low, T scale) {
  T q = math::rounded_add(math::rounded_mul(math::rounded_sub(value, low), scale), T{0.5});
  q = math::lesser(math::greater(q, T{0}), T{65535});  // NaN too
  return static_cast<std::uint16_t>(static_cast<int>(q));
}

}  // namespace pantile
