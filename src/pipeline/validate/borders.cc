// Does one see where tiles meet?
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "pipeline/validate/check_log.h"
#include "pipeline/validate/checks.h"
#include "pipeline/validate/pixels.h"

namespace pantile::validate {
namespace {

constexpr std::int64_t kBeside = 8;  // lines on each side that a border is compared with

// Mean |difference| of the samples on both sides of every line across an axis.
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

// Where a line stands among those beside it; ties count half.
double rank_of(const std::vector<double>& rough, std::int64_t at) {
  const auto last = static_cast<std::int64_t>(rough.size()) - 1;
  const double here = rough[static_cast<std::size_t>(at)];
  double below = 0, all = 0;
  for (std::int64_t k = std::max<std::int64_t>(1, at - kBeside); k <= std::min(last, at + kBeside);
       ++k) {
    if (k == at) continue;
    const double there = rough[static_cast<std::size_t>(k)];
    below += there < here ? 1 : there == here ? 0.5 : 0;
    ++all;
  }
  return all > 0 ? below / all : 0.5;
}

struct Ranks {
  double stored = 0, one_piece = 0;  // sums
  std::int64_t roughest = 0, unexplained = 0;
  std::vector<BorderLine> lines;

  double mean(double sum) const {
    return lines.empty() ? 0.5 : sum / static_cast<double>(lines.size());
  }
};

// A border is judged twice: among the lines beside it, so that a wild picture is judged by its own
// wildness; and against the same line of the picture that has no borders, which may break there, or
// be smooth, by itself. A pixel that is taken twice makes a border smoother.
void rank_borders(const Subject& s, View stored, View one_piece, CheckLog& log, Ranks& ranks) {
  for (const bool vertical : {true, false}) {
    const std::vector<double> rough = roughness(stored, vertical);
    const std::vector<double> plain = roughness(one_piece, vertical);
    for (std::int64_t at = s.small_tile_px; at < static_cast<std::int64_t>(rough.size());
         at += s.small_tile_px) {
      const double rank = rank_of(rough, at), own = rank_of(plain, at);
      const bool explained = rank == own;
      ranks.stored += rank;
      ranks.one_piece += own;
      ranks.roughest += rank == 1 ? 1 : 0;
      ranks.unexplained += explained ? 0 : 1;
      ranks.lines.push_back({vertical, at, rank, explained});
      if (explained) continue;
      const Rect line = vertical ? Rect{at - 1, 0, at + 1, stored.height()}
                                 : Rect{0, at - 1, stored.width(), at + 1};
      log.place(
          false, line,
          fmt::format("the border {} = {} ranks {:.2f} among the lines beside it; rendered in "
                      "one piece, {:.2f}",
                      vertical ? 'x' : 'y', at, rank, own));
    }
  }
}

}  // namespace

Result<ValidateCheck> check_borders(const Subject& s, std::vector<BorderLine>* lines) {
  const LevelInfo& level = s.small_level();
  const std::int64_t borders =
      (level.width - 1) / s.small_tile_px + (level.height - 1) / s.small_tile_px;
  CheckLog log(s, "borders", "borders", borders);
  Ranks ranks;
  {
    PANTILE_ASSIGN(const auto store, through_store(*s.small, s.small_tile_px, s.threads, s.cancel));
    PANTILE_ASSIGN(const PixelBuffer back, read_pixels(*store, level.bounds(), s.cancel));
    PANTILE_ASSIGN(const PixelBuffer whole, read_pixels(*s.small, level.bounds(), s.cancel));
    rank_borders(s, back.view(), whole.view(), log, ranks);
  }
  log.progress(borders);
  log.number("borders", borders);
  log.number("mean_rank", ranks.mean(ranks.stored));
  log.number("mean_rank_in_one_piece", ranks.mean(ranks.one_piece));
  log.number("roughest", ranks.roughest);
  log.number("unexplained", ranks.unexplained);
  if (lines != nullptr) *lines = ranks.lines;
  if (borders == 0) return log.finish(true, "the picture is one tile: there is no border to see");
  return log.finish(
      ranks.unexplained == 0,
      fmt::format(
          "{} of {} tile borders are rougher or smoother than the picture is there by "
          "itself; among the {} lines beside them they rank {:.2f} on average (0 smoothest, "
          "1 roughest), rendered in one piece {:.2f}; {} rank 1",
          ranks.unexplained, borders, 2 * kBeside, ranks.mean(ranks.stored),
          ranks.mean(ranks.one_piece), ranks.roughest));
}

}  // namespace pantile::validate
