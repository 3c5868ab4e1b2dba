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

/// How the planes of an axis lie, t or z.
struct PlaneStep {
  double scale = 1, offset = 0;  ///< From plane to plane, and of plane 0, in `unit`.
  std::string unit;              ///< UDUNITS-2 name such as "second"; empty: none.
};

/// Shape, type and meaning of a source. Channels of `rgb` are 3, of `rgba` 4.
struct ImageSpec {
  std::string name;
  std::int64_t t = 1, z = 1;
  PlaneStep t_step, z_step;
  int channels = 1;
  DType dtype = DType::u8;
  Kind kind = Kind::intensity;
  std::vector<LevelInfo> levels;          ///< Level 0 is the full size; never empty.
  std::vector<ChannelInfo> channel_info;  ///< Empty, or one per channel.
  std::string unit;  ///< Of y and x: UDUNITS-2 name such as "micrometer"; empty: none.

  /// Bytes of one pixel with all channels.
  std::int64_t pixel_bytes() const {
    return static_cast<std::int64_t>(dtype_bytes(dtype)) * channels;
  }
  /// True where there is more than one plane (t, z).
  bool is_stack() const { return t * z != 1; }
  /// How many arrays of y and x it is: along t, z and the channels.
  std::int64_t planes() const { return t * z * channels; }
  /// The number of one of them, 0 … planes() − 1, in the order t, z, c.
  std::int64_t plane(std::int64_t at_t, std::int64_t at_z, int channel) const {
    return (at_t * z + at_z) * channels + channel;
  }
  /// `rect` of the first level of one of them.
  Region plane_region(std::int64_t plane, const Rect& rect) const {
    const auto c = static_cast<int>(plane % channels);
    return {0, plane / channels / z, plane / channels % z, c, c + 1, rect};
  }
  /// All channels of plane (0, 0) of `rect` at `level`.
  Region region(int level, const Rect& rect) const { return {level, 0, 0, 0, channels, rect}; }
};

}  // namespace pantile
