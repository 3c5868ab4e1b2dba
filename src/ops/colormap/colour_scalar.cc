// The definition of every colour: one value at a time, plain C++.
#include "ops/colormap/colour_kernels.h"

#include <bit>
#include <type_traits>

namespace pantile {
namespace {

void put(Rgb8 colour, std::uint8_t* rgb) {
  rgb[0] = colour.r;
  rgb[1] = colour.g;
  rgb[2] = colour.b;
}

// The whole part of a level that lies on its anchor.
template <class T> std::uint8_t whole(T anchored) {
  using Bits = std::conditional_t<sizeof(T) == 8, std::uint64_t, std::uint32_t>;
  return static_cast<std::uint8_t>(std::bit_cast<Bits>(anchored) >> kLevelFraction<T>);
}

template <class T>
void map(const Ramp<T>& ramp, const T* values, std::uint8_t* rgb, std::size_t n) {
  for (std::size_t k = 0; k < n; ++k, rgb += 3) {
    const T v = values[k];
    if (v - v != T{0}) {
      put(v != v ? ramp.nan : v < T{0} ? ramp.neg_inf : ramp.pos_inf, rgb);
      continue;
    }
    T p = (v - ramp.lo) * ramp.per_value;
    p = p > T{0} ? p : T{0};
    p = p < ramp.last ? p : ramp.last;
    int segment = static_cast<int>(p);
    if (segment >= ramp.segments) segment = ramp.segments - 1;
    const T f = p - static_cast<T>(segment);
    const auto s = static_cast<std::size_t>(segment);
    for (int c = 0; c < 3; ++c) {
      rgb[c] = whole(ramp.base[c][s] + ramp.slope[c][s] * f);
    }
  }
}

template <class T> std::uint8_t level(T v) {
  v = v > T{0} ? v : T{0};
  v = v < T{1} ? v : T{1};
  return whole(v * T{255} + (kLevelAnchor<T> + T{0.5}));
}

template <class T>
void direct(const T* r, const T* g, const T* b, Rgb8 nan, std::uint8_t* rgb, std::size_t n) {
  for (std::size_t k = 0; k < n; ++k, rgb += 3) {
    const bool any_nan = r[k] != r[k] || g[k] != g[k] || b[k] != b[k];
    put(any_nan ? nan : Rgb8{level(r[k]), level(g[k]), level(b[k])}, rgb);
  }
}

template <class T> constexpr ColourKernels<T> kTable{map<T>, direct<T>, "scalar"};

}  // namespace

template <> const ColourKernels<double>& scalar_colour_kernels<double>() { return kTable<double>; }
template <> const ColourKernels<float>& scalar_colour_kernels<float>() { return kTable<float>; }

}  // namespace pantile
