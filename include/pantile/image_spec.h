#pragma once
/// \file
/// What an image is, before any pixel is read.

#include <cstdint>
#include <string>
#include <vector>

#include "pantile/dtype.h"
#include "pantile/geometry.h"

namespace pantile {

/// Size and place of one pyramid level. Factors between levels may be any number.
struct LevelInfo {
  std::int64_t width = 0, height = 0;  ///< Pixels.
  Scale2 scale;                        ///< Size of a pixel, in ImageSpec::unit.
  Offset2 offset;                      ///< Centre of pixel (0, 0), in ImageSpec::unit.

  Rect bounds() const { return {0, 0, width, height}; }
  friend bool operator==(const LevelInfo&, const LevelInfo&) = default;
};

/// One named channel and the display window a viewer should start with.
struct ChannelInfo {
  std::string name;
  std::string color = "FFFFFF";             ///< RRGGBB, hexadecimal.
  double window_min = 0, window_max = 255;  ///< The range of possible values.
  double window_start = 0, window_end = 255;
};

/// Shape, type and meaning of a source. Channels of `rgb` are 3, of `rgba` 4.
struct ImageSpec {
  std::string name;
  std::int64_t t = 1, z = 1;
  int channels = 1;
  DType dtype = DType::u8;
  Kind kind = Kind::intensity;
  std::vector<LevelInfo> levels;          ///< Level 0 is the full size; never empty.
  std::vector<ChannelInfo> channel_info;  ///< Empty, or one per channel.
  std::string unit;                       ///< UDUNITS-2 name such as "micrometer"; empty: none.

  /// Bytes of one pixel with all channels.
  std::int64_t pixel_bytes() const {
    return static_cast<std::int64_t>(dtype_bytes(dtype)) * channels;
  }
  /// All channels of plane (0, 0) of `rect` at `level`.
  Region region(int level, const Rect& rect) const { return {level, 0, 0, 0, channels, rect}; }
};

}  // namespace pantile
