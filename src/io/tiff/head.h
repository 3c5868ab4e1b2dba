#pragma once
/// \file
/// What lies before the first tile of a TIFF of ours: header and all directories.

#include <cstdint>
#include <vector>

#include "io/store/byte_store.h"
#include "io/tiff/level_directory.h"

namespace pantile::tiff {

/// Where the directories lie. Follows from the tags and the numbers of tiles alone.
struct HeadLayout {
  std::vector<std::uint64_t> directory_offsets;  ///< One per level.
  std::uint64_t bytes = 0;                       ///< Of header and directories.
};

/// Of `levels` only the sizes of their lists count.
HeadLayout plan_head(const ImageTags& tags, Dialect dialect, const std::vector<LevelTiles>& levels);

/// The head itself.
Bytes write_head(const ImageTags& tags, Dialect dialect, const std::vector<LevelTiles>& levels);

/// Reads where the `tiles` tiles of the directory at `offset` lie, from a head as write_head()
/// writes it. Errors: corrupt (no such directory, or not of that many tiles).
Result<LevelTiles> read_level_tiles(std::span<const std::byte> head, std::uint64_t offset,
                                    std::uint64_t tiles);

}  // namespace pantile::tiff
