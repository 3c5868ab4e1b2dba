#pragma once
/// \file
/// Other colours for an image of values.

#include <optional>
#include <string>

#include "pantile/options.h"

namespace pantile {

/// How a value image is given colours; unset members keep what the job that made it recorded.
struct RecolourOptions {
  std::optional<std::string> colormap;
  std::optional<double> range_lo, range_hi;
  std::optional<Rgb8> nan_color, neg_inf_color, pos_inf_color;
  bool any() const {
    return colormap || range_lo || range_hi || nan_color || neg_inf_color || pos_inf_color;
  }
};

}  // namespace pantile
