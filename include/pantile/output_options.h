#pragma once
/// \file
/// What is written of an image, and in which form: a store, a TIFF and previews in one folder.

#include <cstdint>
#include <string>
#include <vector>

#include "pantile/options.h"

namespace pantile {

/// A preview fits into width x height, keeping the picture's shape. height 0: only width counts.
struct PreviewSize {
  std::string name;  ///< File stem; empty: "preview-<width>".
  std::int64_t width = 0, height = 0;
  friend bool operator==(const PreviewSize&, const PreviewSize&) = default;
};

/// TIFF export of a job or a conversion.
struct TiffOptions {
  bool enabled = true;
  TiffCompression compression = TiffCompression::deflate;
  /// Codec level; -1: zstd 1, or deflate made for 8-bit colour (3 for other pixels).
  int level = -1;
  int jpeg_quality = 90;  ///< 1 to 100.
  TiffDialect dialect = TiffDialect::ome;
  bool predictor = false;  ///< Horizontal differencing; it makes formula pictures larger.
};

/// What every job that makes an image writes of it.
struct OutputOptions {
  std::string out;     ///< The folder; everything below lies in it.
  int zstd_level = 1;  ///< Of the store, 1 to 19.
  /// Chunk and TIFF tile edge, a multiple of 16 from 64 to 4096; 0: 512, from 2^19 a side 1024.
  std::int64_t tile_px = 0;
  /// Shard edge, a multiple of tile_px, at most 65536 and 1 GiB of pixels; 0: tile_px doubled as
  /// long as it stays within 4096 pixels and 64 MiB of raw pixels.
  std::int64_t shard_px = 0;
  TiffOptions tiff;
  std::vector<PreviewSize> previews{{"", 1024, 0}, {"", 2048, 0}, {"", 5096, 0}, {"", 10192, 0}};
};

}  // namespace pantile
