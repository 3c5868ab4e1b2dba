#include "ops/formula/coordinates.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace pantile::formula {
namespace {

double rounded(double value, Precision precision) {
  return precision == Precision::f64 ? value : static_cast<double>(static_cast<float>(value));
}

double ulp(double value, Precision precision) {
  if (precision == Precision::f64) {
    const double a = std::abs(value);
    return std::nextafter(a, std::numeric_limits<double>::infinity()) - a;
  }
  const float a = std::abs(static_cast<float>(value));
  return static_cast<double>(std::nextafter(a, std::numeric_limits<float>::infinity()) - a);
}

// Spacing and grid are both even within a binade: pairs near an end show what happens there.
constexpr std::int64_t kPairs = 1024;

std::optional<Collapse> search(char axis, std::int64_t first, std::int64_t size, double center,
                               Frame frame, Precision precision) {
  frame.samples = 1;
  const std::int64_t last = std::min(first + kPairs, size - 1);
  double here = rounded(coordinate(first, size, center, frame), precision);
  for (std::int64_t pixel = first; pixel < last; ++pixel) {
    const double next = rounded(coordinate(pixel + 1, size, center, frame), precision);
    if (next == here || !std::isfinite(next)) {
      return Collapse{axis, pixel, here, std::abs(frame.scale), ulp(here, precision)};
    }
    here = next;
  }
  return std::nullopt;
}

}  // namespace

double coordinate(std::int64_t sample, std::int64_t size, double center, const Frame& frame) {
  const std::int64_t n = frame.samples;
  const std::int64_t pixel = sample / n;
  const auto k = static_cast<double>(sample % n);
  const double in_pixel =
      (frame.sampling == Sampling::center ? k + 0.5 : k) / static_cast<double>(n);
  // The first difference is exact: both are halves of whole numbers below 2^32.
  const double from_middle = static_cast<double>(pixel) - static_cast<double>(size) / 2;
  return std::fma(from_middle + in_pixel, frame.scale, center);
}

std::string Collapse::describe(Precision precision) const {
  return fmt::format(
      "near {} = {:.6g} some neighbouring pixels show the same point of the plane: pixels are "
      "{:.3g} apart, but numbers of type {} are {:.3g} apart there",
      axis, coordinate, spacing, word_for(precision), least_step);
}

std::optional<Collapse> find_collapse(const Frame& frame, Precision precision) {
  for (const std::int64_t x : {std::int64_t{0}, std::max<std::int64_t>(0, frame.width - kPairs)}) {
    if (auto found = search('x', x, frame.width, frame.center_x, frame, precision)) return found;
  }
  for (const std::int64_t y : {std::int64_t{0}, std::max<std::int64_t>(0, frame.height - kPairs)}) {
    if (auto found = search('y', y, frame.height, frame.center_y, frame, precision)) return found;
  }
  return std::nullopt;
}

}  // namespace pantile::formula
