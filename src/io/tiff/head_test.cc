#include "io/tiff/head.h"

#include <gtest/gtest.h>

#include "grid/pyramid.h"
#include "grid/tile_grid.h"

namespace pantile::tiff {
namespace {

struct Sample {
  ImageTags tags;
  std::vector<LevelTiles> levels;
};

/// Levels of 88, 24, 6 and 2 tiles: values that lie in their entry and such that do not.
Sample sample() {
  Sample s;
  s.tags.tile_px = 64;
  s.tags.spec.channels = 3;
  s.tags.spec.kind = Kind::rgb;
  s.tags.spec.levels = halving_levels({700, 500, {1, 1}, {0, 0}}, 128);
  s.tags.description = "<xml/>";
  std::uint64_t offset = std::uint64_t{5} << 32;
  for (const LevelInfo& level : s.tags.spec.levels) {
    LevelTiles tiles;
    for (std::int64_t i = 0; i < TileGrid{level.width, level.height, 64}.count(); ++i) {
      tiles.offsets.push_back(offset);
      tiles.bytes.push_back(static_cast<std::uint32_t>(100 + i));
      offset += tiles.bytes.back();
    }
    s.levels.push_back(std::move(tiles));
  }
  return s;
}

TEST(TiffHead, TilesAreReadBack) {
  const Sample s = sample();
  for (const Dialect dialect : {Dialect::ome, Dialect::pages}) {
    const Bytes head = write_head(s.tags, dialect, s.levels);
    const HeadLayout layout = plan_head(s.tags, dialect, s.levels);
    EXPECT_EQ(head.size(), layout.bytes);
    for (std::size_t i = 0; i < s.levels.size(); ++i) {
      const auto tiles =
          read_level_tiles(head, layout.directory_offsets[i], s.levels[i].bytes.size());
      ASSERT_TRUE(tiles.ok()) << tiles.error().message();
      EXPECT_EQ(tiles->offsets, s.levels[i].offsets);
      EXPECT_EQ(tiles->bytes, s.levels[i].bytes);
      EXPECT_FALSE(
          read_level_tiles(head, layout.directory_offsets[i], s.levels[i].bytes.size() + 1).ok());
    }
  }
}

TEST(TiffHead, NothingIsReadBeyondIt) {
  const Sample s = sample();
  const Bytes head = write_head(s.tags, Dialect::ome, s.levels);
  const std::size_t tiles = s.levels[0].bytes.size();
  for (std::size_t size = 0; size < head.size(); size += 3) {
    const auto cut = std::span(head).first(size);
    const auto read = read_level_tiles(cut, 16, tiles);
    if (!read.ok()) {
      EXPECT_EQ(read.error().code(), Code::corrupt);
    }
  }
  for (std::size_t byte = 16; byte < head.size(); ++byte) {
    Bytes damaged = head;
    damaged[byte] ^= std::byte{0xff};
    for (const std::uint64_t offset : {std::uint64_t{16}, ~std::uint64_t{0}, ~std::uint64_t{7}}) {
      const auto read = read_level_tiles(damaged, offset, tiles);
      if (!read.ok()) {
        EXPECT_EQ(read.error().code(), Code::corrupt);
      }
    }
  }
}

}  // namespace
}  // namespace pantile::tiff
