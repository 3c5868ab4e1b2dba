// Does a pixel depend on the tile it is rendered in?
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "grid/tile_grid.h"
#include "pipeline/validate/checks.h"
#include "pipeline/validate/pixels.h"

namespace pantile::validate {
namespace {

constexpr std::uint64_t kBorders = 32;  // of the job's own that are tried
constexpr std::int64_t kBeside = 8;     // lines on each side that a border is compared with

struct Count {
  std::int64_t pixels = 0, different = 0;
};

void compare(View a, View b, Count& count) {
  count.pixels += a.width() * a.height();
  count.different += count_differences(a, b);
}

Rect moved(const Rect& r, std::int64_t x, std::int64_t y) {
  return {r.x0 - x, r.y0 - y, r.x1 - x, r.y1 - y};
}

// Two neighbouring tiles of the job, each its side of a strip across their border, and the strip in
// one piece.
Status compare_border(const Subject& s, std::uint64_t k, Count& count) {
  const LevelInfo& full = s.source->spec().levels.front();
  const bool vertical = k % 2 == 0;
  const std::int64_t length = vertical ? full.width : full.height;
  const std::int64_t borders = (length - 1) / s.tile_px;
  if (borders < 1) return {};
  const std::int64_t at = s.tile_px * (1 + chance_below(s.options.seed, 2 * k, borders));
  const std::int64_t along =
      chance_below(s.options.seed, 2 * k + 1, vertical ? full.height : full.width);
  Rect strip{at - 24, along, at + 24, along + 24};
  Rect before{at - 24, along, at, along + 24}, after{at, along, at + 24, along + 24};
  if (!vertical) {
    for (Rect* r : {&strip, &before, &after}) *r = {r->y0, r->x0, r->y1, r->x1};
  }
  strip = intersect(strip, full.bounds());
  PANTILE_ASSIGN(const PixelBuffer whole, read_pixels(*s.source, strip, s.cancel));
  for (const Rect& side : {intersect(before, full.bounds()), intersect(after, full.bounds())}) {
    PANTILE_ASSIGN(const PixelBuffer alone, read_pixels(*s.source, side, s.cancel));
    compare(alone.view(), whole.view().window(moved(side, strip.x0, strip.y0)), count);
  }
  return {};
}

}  // namespace

Result<ValidateCheck> check_tiles(const Subject& s) {
  const LevelInfo& level = s.small->spec().levels.front();
  PANTILE_ASSIGN(const PixelBuffer whole, read_pixels(*s.small, level.bounds(), s.cancel));
  Count alone, stored, borders;
  const TileGrid grid{level.width, level.height, s.small_tile_px};
  for (std::int64_t row = 0; row < grid.rows(); ++row) {
    for (std::int64_t column = 0; column < grid.columns(); ++column) {
      const Rect rect = grid.rect(column, row);
      PANTILE_ASSIGN(const PixelBuffer tile, read_pixels(*s.small, rect, s.cancel));
      compare(tile.view(), whole.view().window(rect), alone);
    }
  }
  PANTILE_ASSIGN(const auto store, through_store(*s.small, s.small_tile_px, s.threads, s.cancel));
  PANTILE_ASSIGN(const PixelBuffer back, read_pixels(*store, level.bounds(), s.cancel));
  compare(back.view(), whole.view(), stored);
  for (std::uint64_t k = 0; k < kBorders; ++k) PANTILE_TRY(compare_border(s, k, borders));

  ValidateCheck check;
  check.name = "tiles";
  check.passed = alone.different == 0 && stored.different == 0 && borders.different == 0;
  check.sentence = fmt::format(
      "of {} pixels in {} tiles, {} differ rendered tile by tile and {} through a store from those "
      "rendered in one piece; of {} along the job's own tile borders, {}",
      alone.pixels, grid.count(), alone.different, stored.different, borders.pixels,
      borders.different);
  const auto number = [&](const char* key, std::int64_t value) {
    check.numbers.emplace_back(key, static_cast<double>(value));
  };
  number("tiles", grid.count());
  number("pixels", alone.pixels);
  number("different_alone", alone.different);
  number("different_stored", stored.different);
  number("border_pixels", borders.pixels);
  number("different_at_borders", borders.different);
  return check;
}

namespace {

/// Mean |difference| of the samples on both sides of every line across an axis.
std::vector<double> roughness(View pixels, bool vertical) {
  const std::int64_t lines = vertical ? pixels.width() : pixels.height();
  const std::int64_t along = vertical ? pixels.height() : pixels.width();
  std::vector<double> rough(static_cast<std::size_t>(lines), 0.0);
  for (std::int64_t line = 1; line < lines; ++line) {
    double sum = 0;
    for (std::int64_t k = 0; k < along; ++k) {
      for (int c = 0; c < pixels.channels(); ++c) {
        const auto at = [&](std::int64_t l) {
          return number_at(vertical ? pixels.at(k, l, c) : pixels.at(l, k, c), pixels.dtype());
        };
        const double step = std::abs(at(line) - at(line - 1));
        if (std::isfinite(step)) sum += step;
      }
    }
    rough[static_cast<std::size_t>(line)] = sum / static_cast<double>(along);
  }
  return rough;
}

/// Where a border stands among the lines beside it; ties count half.
double rank_of(const std::vector<double>& rough, std::int64_t at) {
  const auto last = static_cast<std::int64_t>(rough.size()) - 1;
  double below = 0, all = 0;
  for (std::int64_t k = std::max<std::int64_t>(1, at - kBeside); k <= std::min(last, at + kBeside);
       ++k) {
    if (k == at) continue;
    const double here = rough[static_cast<std::size_t>(at)];
    const double there = rough[static_cast<std::size_t>(k)];
    below += there < here ? 1 : there == here ? 0.5 : 0;
    ++all;
  }
  return all > 0 ? below / all : 0.5;
}

}  // namespace

Result<ValidateCheck> check_borders(const Subject& s, std::vector<BorderLine>* lines) {
  PANTILE_ASSIGN(const auto store, through_store(*s.small, s.small_tile_px, s.threads, s.cancel));
  const LevelInfo& level = store->spec().levels.front();
  PANTILE_ASSIGN(const PixelBuffer back, read_pixels(*store, level.bounds(), s.cancel));
  double sum = 0;
  std::int64_t rough_lines = 0, unexplained = 0;
  std::vector<BorderLine> found;
  for (const bool vertical : {true, false}) {
    const std::vector<double> rough = roughness(back.view(), vertical);
    for (std::int64_t at = s.small_tile_px; at < static_cast<std::int64_t>(rough.size());
         at += s.small_tile_px) {
      BorderLine line{vertical, at, rank_of(rough, at), true};
      if (line.rank == 1) {
        // Rougher than every line beside it. A picture may be so by itself: then the strip rendered
        // in one piece, with no border in it, has the very same pixels.
        ++rough_lines;
        Rect strip =
            vertical ? Rect{at - 2, 0, at + 2, level.height} : Rect{0, at - 2, level.width, at + 2};
        strip = intersect(strip, level.bounds());
        PANTILE_ASSIGN(const PixelBuffer piece, read_pixels(*s.small, strip, s.cancel));
        line.explained = count_differences(piece.view(), back.view().window(strip)) == 0;
        unexplained += line.explained ? 0 : 1;
      }
      sum += line.rank;
      found.push_back(line);
    }
  }
  const auto count = static_cast<double>(found.size());
  const double mean = found.empty() ? 0.5 : sum / count;
  ValidateCheck check;
  check.name = "borders";
  check.passed = unexplained == 0;
  check.sentence = fmt::format(
      "the differences across {} tile borders rank {:.2f} among those of the {} lines beside each "
      "(0 smoothest, 1 roughest, 0.5 expected); {} borders are rougher than all of them, {} of "
      "these not because the picture is so",
      found.size(), mean, 2 * kBeside, rough_lines, unexplained);
  check.numbers = {{"borders", count},
                   {"mean_rank", mean},
                   {"roughest", static_cast<double>(rough_lines)},
                   {"unexplained", static_cast<double>(unexplained)}};
  if (lines != nullptr) *lines = std::move(found);
  return check;
}

}  // namespace pantile::validate
