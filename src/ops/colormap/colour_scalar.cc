// The definition of every colour: one value at a time, plain C++.
#include "ops/colormap/colour_kernels.h"

namespace pantile {
namespace {

void put(Rgb8 colour, std::uint8_t* rgb) {
  rgb[0] = colour.r;
  rgb[1] = colour.g;
  rgb[2] = colour.b;
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
      rgb[c] = static_cast<std::uint8_t>(ramp.base[c][s] + ramp.slope[c][s] * f);
    }
  }
}

template <class T>
std::uint8_t level(T v) {
  v = v > T{0} ? v : T{0};
  v = v < T{1} ? v : T{1};
  return static_cast<std::uint8_t>(v * T{255} + T{0.5});
}

template <class T>
void direct(const T* r, const T* g, const T* b, Rgb8 nan, std::uint8_t* rgb, std::size_t n) {
  for (std::size_t k = 0; k < n; ++k, rgb += 3) {
    const bool any_nan = r[k] != r[k] || g[k] != g[k] || b[k] != b[k];
    put(any_nan ? nan : Rgb8{level(r[k]), level(g[k]), level(b[k])}, rgb);
  }
}

template <class T>
constexpr ColourKernels<T> kTable{map<T>, direct<T>, "scalar"};

}  // namespace

template <> const ColourKernels<double>& scalar_colour_kernels<double>() { return kTable<double>; }
template <> const ColourKernels<float>& scalar_colour_kernels<float>() { return kTable<float>; }

}  // namespace pantile
