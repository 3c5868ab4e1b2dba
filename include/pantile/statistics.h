#pragma once
/// \file
/// What is counted of a whole image.

#include <cstdint>

namespace pantile {

/// Of a channel's samples that are numbers; infinities are.
struct ChannelStatistics {
  std::int64_t count = 0;          ///< The fields below are NaN where it is 0.
  double least = 0, greatest = 0;  ///< …
  double mean = 0, deviation = 0;  ///< Of the whole, not of a sample of it (NumPy's std).
};

}  // namespace pantile
