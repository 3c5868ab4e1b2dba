#pragma once
/// \file
/// Colour maps: evenly spaced RGB stops, read piecewise linearly.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "pantile/options.h"
#include "pantile/result.h"

namespace pantile {

/// A named map. Stop k lies at k / (stop_count() - 1) of the range.
struct Colormap {
  std::string_view name;
  /// r, g, b of every stop, in ten-thousandths of an 8-bit level: 0 to 2 550 000. 2 stops or more.
  std::span<const std::int32_t> stops;

  int stop_count() const { return static_cast<int>(stops.size() / 3); }
  /// Channel `c` of stop `k` on the scale of 0 to 255: the double nearest the stored number.
  double level(int k, int c) const {
    return stops[3 * static_cast<std::size_t>(k) + static_cast<std::size_t>(c)] / 1e4;
  }
};

/// The map of that name, or null. "blue-black-red" is the default one.
const Colormap* find_colormap(std::string_view name);

/// The map of that name. Errors: invalid (there is none, with those there are).
Result<const Colormap*> choose_colormap(std::string_view name);

/// Every name find_colormap() knows, the default first.
std::vector<std::string_view> colormap_names();

}  // namespace pantile
