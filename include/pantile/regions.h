#pragma once
/// \file
/// What is measured of every label of an image.

#include <cstdint>
#include <vector>

#include "pantile/geometry.h"

namespace pantile {

/// Labels' pixels, and another image's samples there.
struct Regions {
  /// Labels that have pixels, ascending; everything below is beside them.
  std::vector<std::uint32_t> labels;
  std::vector<std::int64_t> area;          ///< Pixels.
  std::vector<Rect> bounds;                ///< The smallest that holds them.
  std::vector<double> center_x, center_y;  ///< Mean of the pixels' columns and rows.
  /// Of the samples that are numbers; NaN: none. Empty where there was no other image.
  std::vector<double> mean, least, greatest;
};

}  // namespace pantile
