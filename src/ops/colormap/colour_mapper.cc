#include "ops/colormap/colour_mapper.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

namespace pantile {

template <class T> Status check_value_range(double lo, double hi) {
  const T low = static_cast<T>(lo);
  const T high = static_cast<T>(hi);
  if (!std::isfinite(low) || !std::isfinite(high)) {
    return Error(Code::invalid,
                 fmt::format("range {},{}: both ends must be finite numbers", lo, hi));
  }
  if (!(low < high)) {
    return Error(Code::invalid,
                 fmt::format("range {},{}: the low end must be below the high end{}", lo, hi,
                             lo < hi ? " in single precision, use --precision f64" : ""));
  }
  // The widest map and the 16-bit packing both stay below 65536 steps.
  if (!std::isfinite(high - low) || !std::isfinite(T{65536} / (high - low))) {
    return Error(Code::invalid,
                 fmt::format("range {},{}: its width is beyond the number type, choose one between "
                             "{} and {}",
                             lo, hi, std::numeric_limits<T>::min() * T{65536},
                             std::numeric_limits<T>::max()));
  }
  return {};
}

template <class T>
ColourMapper<T>::ColourMapper(const Colormap& map, double lo, double hi, Rgb8 nan, Rgb8 neg_inf,
                              Rgb8 pos_inf, const ColourKernels<T>& kernels)
    : kernels_(&kernels) {
  ramp_.segments = map.stop_count() - 1;
  ramp_.lo = static_cast<T>(lo);
  ramp_.per_value = static_cast<T>(ramp_.segments / (hi - lo));
  ramp_.last = static_cast<T>(ramp_.segments);
  for (int c = 0; c < 3; ++c) {
    for (int k = 0; k < ramp_.segments; ++k) {
      ramp_.base[c].push_back(static_cast<T>((map.level(k, c) + 0.5) + kLevelAnchor<T>));
      ramp_.slope[c].push_back(static_cast<T>(map.level(k + 1, c) - map.level(k, c)));
    }
  }
  // At the last stop f is 0 instead of 1 on the segment before it: the same sum.
  ramp_.stops.resize(static_cast<std::size_t>(ramp_.segments) + 1);
  for (std::size_t c = 0; c < 3; ++c) {
    for (std::size_t k = 0; k + 1 < ramp_.stops.size(); ++k) {
      ramp_.stops[k].channels[c] = {ramp_.base[c][k], ramp_.slope[c][k]};
    }
    ramp_.stops.back().channels[c] = {ramp_.base[c].back() + ramp_.slope[c].back(), T{0}};
  }
  ramp_.nan = nan;
  ramp_.neg_inf = neg_inf;
  ramp_.pos_inf = pos_inf;
}

template <class T> void pack_f32(const T* values, float* out, std::size_t n) {
  for (std::size_t k = 0; k < n; ++k) out[k] = stored_f32(values[k]);
}

template <class T>
void pack_u16(const T* values, double lo, double hi, std::uint16_t* out, std::size_t n) {
  const T low = static_cast<T>(lo);
  const T scale = static_cast<T>(65535 / (hi - lo));
  for (std::size_t k = 0; k < n; ++k) out[k] = stored_u16(values[k], low, scale);
}

template Status check_value_range<double>(double, double);
template Status check_value_range<float>(double, double);
template class ColourMapper<double>;
template class ColourMapper<float>;
template void pack_f32(const double*, float*, std::size_t);
template void pack_f32(const float*, float*, std::size_t);
template void pack_u16(const double*, double, double, std::uint16_t*, std::size_t);
template void pack_u16(const float*, double, double, std::uint16_t*, std::size_t);

}  // namespace pantile
