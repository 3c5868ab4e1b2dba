#pragma once
/// \file
/// Finding the pyramid in a TIFF.

#include <cstdint>
#include <vector>

#include "io/tiff/tiff_handle.h"
#include "pantile/image_spec.h"

namespace pantile::tiff {

/// One level: where its directory lies and how its blocks do.
struct LevelLayout {
  std::uint64_t directory = 0;  ///< File offset.
  std::int64_t width = 0, height = 0;
  bool tiled = false;
  std::int64_t block_width = 0, block_height = 0;  ///< Of a tile, or a strip.
  std::int64_t block_bytes = 0;                    ///< Decoded; of one plane when `planar`.
  bool planar = false;                             ///< Samples in planes of their own.
  bool inverted = false;                           ///< White is zero.
  bool jpeg_ycbcr = false;
  std::uint16_t compression = 1;
  DType dtype = DType::u8;
  int channels = 1;
  Kind kind = Kind::intensity;
  Scale2 pixel_um{0, 0};  ///< Size of a pixel in micrometres, 0: not said.

  bool same_samples(const LevelLayout& o) const {
    return dtype == o.dtype && channels == o.channels && kind == o.kind;
  }
};

/// The layout of the handle's current directory.
/// Errors: foreign (samples, colours or sizes that are not read here), corrupt.
Result<LevelLayout> read_layout(const Handle& handle);

/// All levels of the file's first image, the full size first: its SubIFDs or, without any, the
/// directories behind it that hold the same picture smaller. Directories that are something else
/// (a thumbnail, a label, another plane) are passed over.
Result<std::vector<LevelLayout>> find_levels(Handle& handle);

/// Sizes and places of the levels: from the resolution tags in micrometres, else in pixels.
ImageSpec make_spec(const std::vector<LevelLayout>& levels);

}  // namespace pantile::tiff
