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

/// How far from an end of an axis is looked, in pairs: where a step is only just too fine, one pair
/// in millions collapses.
constexpr std::int64_t kMostPairs = std::int64_t{1} << 24;

/// The first pair of samples with one coordinate, from one end of the axis inward.
std::optional<Collapse> search(char axis, bool from_start, std::int64_t size, double center,
                               const Frame& frame, Precision precision) {
  const std::int64_t n = frame.samples, count = size * n;
  const double step = std::abs(frame.scale) / static_cast<double>(n);
  const auto at = [&](std::int64_t k) {
    return rounded(coordinate(from_start ? k : count - 1 - k, size, center, frame), precision);
  };
  double here = at(0);
  for (std::int64_t k = 0; k + 1 < std::min(count, kMostPairs); ++k) {
    const double next = at(k + 1);
    const double least_step = ulp(here, precision);
    if (next == here || !std::isfinite(next)) {
      const std::int64_t sample = from_start ? k : count - 2 - k;
      return Collapse{axis, sample / n, here, step, least_step, n > 1};
    }
    // Further in, numbers are at least as dense: two of them are between any two samples.
    if (step > 2 * least_step) return std::nullopt;
    here = next;
  }
  return std::nullopt;
}

std::optional<Collapse> collapse_of(char axis, std::int64_t size, double center, const Frame& frame,
                                    Precision precision) {
  if (auto found = search(axis, true, size, center, frame, precision)) return found;
  return search(axis, false, size, center, frame, precision);
}

}  // namespace

double coordinate(std::int64_t sample, std::int64_t size, double center, const Frame& frame) {
  return sample_coordinate(sample, axis_frame(size, center, frame));
}

std::string Collapse::describe(Precision precision) const {
  return fmt::format(
      "near {} = {:.6g} some neighbouring {} show the same point of the plane: they are {:.3g} "
      "apart, but numbers of type {} are {:.3g} apart there",
      axis, coordinate, between_samples ? "samples" : "pixels", spacing, word_for(precision),
      least_step);
}

std::optional<Collapse> find_collapse(const Frame& frame, Precision precision) {
  if (auto found = collapse_of('x', frame.width, frame.center_x, frame, precision)) return found;
  return collapse_of('y', frame.height, frame.center_y, frame, precision);
}

}  // namespace pantile::formula
