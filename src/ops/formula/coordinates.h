#pragma once
/// \file
/// Which point of the plane a pixel samples.

#include <cstdint>
#include <optional>
#include <string>

#include "ops/formula/program_builder.h"
#include "ops/formula/sample_position.h"

namespace pantile::formula {

using pantile::Sampling;

/// How the picture lies in the plane. x grows rightward, y downward.
struct Frame {
  std::int64_t width = 1, height = 1;  ///< Pixels, 1 to 2^31 − 1.
  double center_x = 0, center_y = 0;   ///< The point in the middle of the picture.
  double scale = 1;                    ///< Units per pixel; finite, not 0.
  Sampling sampling = Sampling::center;
  int samples = 1;  ///< n: n×n samples a pixel, 1 to 16.
};

inline AxisFrame axis_frame(std::int64_t size, double center, const Frame& frame) {
  return {size, center, frame.scale, frame.samples, frame.sampling == Sampling::center ? 1 : 0};
}
inline AxisFrame x_axis(const Frame& f) { return axis_frame(f.width, f.center_x, f); }
inline AxisFrame y_axis(const Frame& f) { return axis_frame(f.height, f.center_y, f); }

/// Column (or row) number `sample` of the samples along one axis, counted from 0 through the whole
/// picture, `samples` to a pixel: fma((i − size/2) + o, scale, center) in double, with i the pixel,
/// o = (k + ½)/n for Sampling::center and k/n for Sampling::corner, k the sample in the pixel.
double coordinate(std::int64_t sample, std::int64_t size, double center, const Frame& frame);
inline double x_of(std::int64_t sample, const Frame& frame) {
  return coordinate(sample, frame.width, frame.center_x, frame);
}
inline double y_of(std::int64_t sample, const Frame& frame) {
  return coordinate(sample, frame.height, frame.center_y, frame);
}

/// A place where the number type is too coarse to tell neighbouring pixels apart.
struct Collapse {
  char axis = 'x';
  std::int64_t pixel = 0;  ///< A sample of it and the next one have the same coordinate.
  double coordinate = 0;
  double spacing = 0;            ///< Distance of neighbouring samples, greater than 0.
  double least_step = 0;         ///< Distance of neighbouring numbers of the type there.
  bool between_samples = false;  ///< The picture has several samples a pixel.

  /// A sentence without end: which pixels, why, in terms of `precision`.
  std::string describe(Precision precision) const;
};

/// The first such place from the picture's four sides inward, as far as numbers are too coarse, at
/// most 2^24 samples deep. Where a side is nearer to 0 than the middle, the other side is the one.
std::optional<Collapse> find_collapse(const Frame& frame, Precision precision);

}  // namespace pantile::formula
