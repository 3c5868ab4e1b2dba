// Does a pixel depend on the tile it is rendered in?
#include <fmt/format.h>

#include <algorithm>

#include "grid/tile_grid.h"
#include "pipeline/validate/check_log.h"
#include "pipeline/validate/checks.h"
#include "pipeline/validate/pixels.h"

namespace pantile::validate {
namespace {

constexpr std::uint64_t kBorders = 32;  // of the job's own that are tried
constexpr std::int64_t kStripPx = 24, kAside = 37;

constexpr char kDiffer[] = "differ from those rendered in one piece";

// Two neighbouring tiles of the job, a strip across their border: each tile's part of it by itself,
// against the strip in one piece.
Status compare_border(const Subject& s, std::uint64_t k, CheckLog& log, Found& all) {
  const LevelInfo& full = s.full_level();
  const bool vertical = k % 2 == 0;
  const std::int64_t borders = ((vertical ? full.width : full.height) - 1) / s.tile_px;
  if (borders < 1) return {};
  const std::int64_t at = s.tile_px * (1 + chance_below(s.options.seed, 2 * k, borders));
  const std::int64_t along =
      chance_below(s.options.seed, 2 * k + 1, vertical ? full.height : full.width);
  const std::int64_t thick = std::max<std::int64_t>(1, kStripPx / s.image.frame.samples);
  const auto part = [&](std::int64_t from, std::int64_t to) {
    const Rect across{from, along, to, along + thick}, down{along, from, along + thick, to};
    return intersect(vertical ? across : down, full.bounds());
  };
  // Not where a tile begins or ends, so that nothing is computed in the same pieces.
  const Rect strip = part(at - s.tile_px + kAside, at + s.tile_px - kAside);
  PANTILE_ASSIGN(const PixelBuffer whole, read_pixels(*s.source, strip, s.cancel));
  for (const Rect& side : {part(at - s.tile_px, at), part(at, at + s.tile_px)}) {
    PANTILE_ASSIGN(const PixelBuffer alone, read_pixels(*s.source, side, s.cancel));
    const Rect both = intersect(side, strip);
    const Found here = find_differences(alone.view().window(translate(both, -side.x0, -side.y0)),
                                        whole.view().window(translate(both, -strip.x0, -strip.y0)),
                                        both.x0, both.y0);
    log.found(true, here, fmt::format("a tile beside the border {} = {}", vertical ? 'x' : 'y', at),
              kDiffer);
    all.add(here);
  }
  return {};
}

// Every tile of the smaller picture by itself.
Status compare_tiles(const Subject& s, View whole, CheckLog& log, Found& all) {
  const TileGrid grid{whole.width(), whole.height(), s.small_tile_px};
  for (std::int64_t row = 0; row < grid.rows(); ++row) {
    for (std::int64_t column = 0; column < grid.columns(); ++column) {
      const Rect rect = grid.rect(column, row);
      PANTILE_ASSIGN(const PixelBuffer tile, read_pixels(*s.small, rect, s.cancel));
      const Found here = find_differences(tile.view(), whole.window(rect), rect.x0, rect.y0);
      log.found(false, here, fmt::format("tile {},{} rendered alone", column, row), kDiffer);
      all.add(here);
      log.progress(here.pixels);
    }
  }
  return {};
}

}  // namespace

Result<ValidateCheck> check_tiles(const Subject& s) {
  const LevelInfo& level = s.small_level();
  CheckLog log(s, "tiles", "px", 2 * level.width * level.height);
  PANTILE_ASSIGN(const PixelBuffer whole, read_pixels(*s.small, level.bounds(), s.cancel));
  Found alone, borders;
  PANTILE_TRY(compare_tiles(s, whole.view(), log, alone));
  PANTILE_ASSIGN(const auto store, through_store(*s.small, s.small_tile_px, s.threads, s.cancel));
  PANTILE_ASSIGN(const PixelBuffer back, read_pixels(*store, level.bounds(), s.cancel));
  const Found stored = find_differences(back.view(), whole.view(), 0, 0);
  log.found(false, stored, "read back from a store", kDiffer);
  log.progress(stored.pixels);
  for (std::uint64_t k = 0; k < kBorders; ++k) PANTILE_TRY(compare_border(s, k, log, borders));

  const std::int64_t tiles = TileGrid{level.width, level.height, s.small_tile_px}.count();
  log.number("tiles", tiles);
  log.number("pixels", alone.pixels);
  log.number("different_alone", alone.wrong);
  log.number("different_stored", stored.wrong);
  log.number("border_pixels", borders.pixels);
  log.number("different_at_borders", borders.wrong);
  const std::string own = borders.pixels == 0
                              ? "the job is one tile and has no borders of its own"
                              : fmt::format("{} of {} differ in tiles beside the job's own borders",
                                            borders.wrong, borders.pixels);
  return log.finish(alone.wrong + stored.wrong + borders.wrong == 0,
                    fmt::format("{} of {} pixels differ when each of {} tiles is rendered alone "
                                "instead of all in one piece, and {} when they go through a store; "
                                "{}",
                                alone.wrong, alone.pixels, tiles, stored.wrong, own));
}

}  // namespace pantile::validate
