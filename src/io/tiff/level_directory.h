#pragma once
/// \file
/// The directory of one pyramid level: all of its tags.

#include <cstdint>
#include <string>
#include <vector>

#include "io/tiff/directory.h"
#include "io/tiff/format.h"
#include "pantile/image_spec.h"

namespace pantile::tiff {

/// What the directories of an image say besides where its tiles are.
struct ImageTags {
  ImageSpec spec;
  std::int64_t tile_px = 512;
  Compression compression = Compression::deflate;
  bool predictor = false;
  bool jpeg_subsample = false;
  std::string description;  ///< Of level 0 only; empty: none.
};

/// Where the tiles of a level lie; row-major.
struct LevelTiles {
  std::vector<std::uint64_t> offsets;
  std::vector<std::uint32_t> bytes;
};

/// `sub_ifds`: offsets of the reduced levels' directories; empty: no such tag.
Directory level_directory(const ImageTags& tags, int level, const LevelTiles& tiles,
                          const std::vector<std::uint64_t>& sub_ifds);

}  // namespace pantile::tiff
