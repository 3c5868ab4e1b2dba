// The scalar tables: colour_pixel.h, one value at a time.
#include "ops/colormap/colour_kernels.h"
#include "ops/colormap/colour_pixel.h"

namespace pantile {
namespace {

void put(PixelRgb colour, std::uint8_t* rgb) {
  rgb[0] = colour.r;
  rgb[1] = colour.g;
  rgb[2] = colour.b;
}

template <class T>
void map(const Ramp<T>& ramp, const T* values, std::uint8_t* rgb, std::size_t n) {
  const RampView<T> view = view_of(ramp);
  for (std::size_t k = 0; k < n; ++k, rgb += 3) put(as_bytes(map_value(view, values[k])), rgb);
}

template <class T>
void direct(const T* r, const T* g, const T* b, Rgb8 nan, std::uint8_t* rgb, std::size_t n) {
  for (std::size_t k = 0; k < n; ++k, rgb += 3) {
    put(as_bytes(direct_colour(r[k], g[k], b[k], as_pixel(nan))), rgb);
  }
}

template <class T> constexpr ColourKernels<T> kTable{map<T>, direct<T>, "scalar"};

}  // namespace

template <> const ColourKernels<double>& scalar_colour_kernels<double>() { return kTable<double>; }
template <> const ColourKernels<float>& scalar_colour_kernels<float>() { return kTable<float>; }

}  // namespace pantile
