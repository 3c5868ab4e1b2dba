#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "compute/math/kernels.h"
#include "ops/filter/resample_source.h"

namespace pantile::filter {
namespace {

/// sin(πd)/(πd); at whole numbers exactly 0, so that an image of the same size stays what it is.
double sinc(double d) {
  if (d == 0) return 1;
  if (d == std::floor(d)) return 0;
  const double x = std::numbers::pi * d;
  return math::evaluate(math::Unary::sin, x) / x;  // the same weights on every machine
}

double reach_of(ResampleMethod method) {
  return method == ResampleMethod::linear ? 1 : method == ResampleMethod::cubic ? 2 : 3;
}

double weight_at(ResampleMethod method, double d) {
  d = std::fabs(d);
  if (d >= reach_of(method)) return 0;
  if (method == ResampleMethod::linear) return 1 - d;
  if (method == ResampleMethod::lanczos) return sinc(d) * sinc(d / 3);
  constexpr double kA = -0.5;
  if (d < 1) return ((kA + 2) * d - (kA + 3)) * d * d + 1;
  return (((d - 5) * d + 8) * d - 4) * kA;
}

/// In units of 1/out source pixels, new pixel i covers [i·in, (i + 1)·in).
Taps area_taps(std::int64_t i, std::int64_t in, std::int64_t out) {
  const std::int64_t begin = i * in, end = begin + in;
  Taps taps;
  taps.first = begin / out;
  for (std::int64_t k = taps.first; k * out < end; ++k) {
    const std::int64_t covered = std::min(end, (k + 1) * out) - std::max(begin, k * out);
    taps.weights.push_back(static_cast<double>(covered) / static_cast<double>(in));
  }
  return taps;
}

}  // namespace

std::optional<ResampleMethod> resample_method(std::string_view word) {
  constexpr std::pair<std::string_view, ResampleMethod> kWords[] = {
      {"nearest", ResampleMethod::nearest}, {"linear", ResampleMethod::linear},
      {"cubic", ResampleMethod::cubic},     {"lanczos", ResampleMethod::lanczos},
      {"area", ResampleMethod::area},
  };
  for (const auto& [name, method] : kWords) {
    if (name == word) return method;
  }
  return std::nullopt;
}

Taps resampling_taps(std::int64_t i, std::int64_t in, std::int64_t out, const Resampling& how) {
  if (how.method == ResampleMethod::area) return area_taps(i, in, out);
  // Where the new pixel's centre is, in source pixels from the image's edge.
  const double centre = static_cast<double>((2 * i + 1) * in) / static_cast<double>(2 * out);
  const double shrinks = static_cast<double>(in) / static_cast<double>(out);
  const double wide = how.antialias ? std::max(1.0, shrinks) : 1;
  const double reach = reach_of(how.method) * wide;
  const auto first =
      std::max<std::int64_t>(0, static_cast<std::int64_t>(std::floor(centre - reach)));
  const auto end = std::min(in, static_cast<std::int64_t>(std::ceil(centre + reach)));
  Taps taps;
  double sum = 0;
  for (std::int64_t k = first; k < end; ++k) {
    const double w = weight_at(how.method, (static_cast<double>(k) + 0.5 - centre) / wide);
    if (w == 0 && taps.weights.empty()) continue;
    if (taps.weights.empty()) taps.first = k;
    taps.weights.push_back(w);
    sum += w;
  }
  while (taps.weights.size() > 1 && taps.weights.back() == 0) taps.weights.pop_back();
  for (double& w : taps.weights) w /= sum;
  return taps;
}

}  // namespace pantile::filter
