#pragma once
/// \file
/// The numbers of TIFF 6.0, BigTIFF and its common extensions that Pantile writes.

#include <cstdint>
#include <string>

#include "pantile/options.h"

namespace pantile::tiff {

using Compression = TiffCompression;
using Dialect = TiffDialect;

/// Values of tag 259.
enum class CompressionTag : std::uint16_t {
  none = 1,
  lzw = 5,
  jpeg = 7,
  deflate = 8,  ///< "Adobe deflate": a zlib stream.
  zstd = 50000,
};
constexpr CompressionTag tag_of(Compression compression) {
  switch (compression) {
    case Compression::none: return CompressionTag::none;
    case Compression::lzw: return CompressionTag::lzw;
    case Compression::jpeg: return CompressionTag::jpeg;
    case Compression::deflate: return CompressionTag::deflate;
    case Compression::zstd: return CompressionTag::zstd;
  }
  return CompressionTag::none;
}

enum class Tag : std::uint16_t {
  new_subfile_type = 254,
  image_width = 256,
  image_length = 257,
  bits_per_sample = 258,
  compression = 259,
  photometric = 262,
  image_description = 270,
  samples_per_pixel = 277,
  x_resolution = 282,
  y_resolution = 283,
  planar_config = 284,
  resolution_unit = 296,
  software = 305,
  predictor = 317,
  tile_width = 322,
  tile_length = 323,
  tile_offsets = 324,
  tile_byte_counts = 325,
  sub_ifds = 330,
  extra_samples = 338,
  sample_format = 339,
  ycbcr_subsampling = 530,
};

inline constexpr std::uint16_t kPhotometricBlackIsZero = 1;
inline constexpr std::uint16_t kPhotometricRgb = 2;
inline constexpr std::uint16_t kPhotometricYcbcr = 6;

}  // namespace pantile::tiff
