// Does a GPU draw what the CPU draws?
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "compute/cpu/reduce.h"
#include "grid/tile_grid.h"
#include "pipeline/validate/check_log.h"
#include "pipeline/validate/checks.h"
#include "pipeline/validate/device_tiles.h"
#include "pipeline/validate/pixels.h"
#include "runtime/workers.h"
#include "tile/tile_lane.h"

namespace pantile::validate {
namespace {

constexpr std::int64_t kBatches = 4;  // at least, so that a lane's memory is used again

struct Tile {
  std::int64_t column, row;
  Rect rect;
};

std::vector<Tile> tiles_of(const Subject& s) {
  const LevelInfo& full = s.full_level();
  const TileGrid grid{full.width, full.height, s.tile_px};
  const std::int64_t per_pixel = s.image.frame.samples * s.image.frame.samples;
  std::vector<Tile> tiles;
  for (const auto& [column, row] :
       choose_tiles(grid, s.tile_px * s.tile_px * per_pixel, s.options.seed)) {
    tiles.push_back({column, row, grid.rect(column, row)});
  }
  return tiles;
}

// What one lane drew.
struct Drawn {
  TileLane* lane = nullptr;
  std::vector<std::optional<Found>> tiles;   // by the number of the tile; none: not drawn
  std::vector<std::optional<Found>> halves;  // likewise, of what it made for the level above
  std::string lost;                          // why it was given up; empty: it was not
};

// Tiles that all lanes draw at a time.
struct Group {
  std::size_t first = 0, count = 0;
  std::vector<std::unique_ptr<TileBatch>> batches;  // by lane; null: lost
};

class Comparison {
 public:
  Comparison(const Subject& subject, std::vector<Tile> tiles)
      : subject_(subject), tiles_(std::move(tiles)) {
    for (const auto& lane : subject.lanes->lanes) {
      const std::vector<std::optional<Found>> none(tiles_.size());
      drawn_.push_back({lane.get(), none, none, {}});
      most_groups_ = std::min(most_groups_, static_cast<std::size_t>(lane->batches()));
    }
  }

  Status run(CheckLog& log) {
    std::deque<Group> under_way;
    std::size_t next = 0;
    while (next < tiles_.size() || !under_way.empty()) {
      // One group is drawn while the one before it is compared.
      while (next < tiles_.size() && under_way.size() < most_groups_) {
        std::optional<Group> group = begin(next);
        if (!group) return {};  // no lane is left
        next += group->count;
        under_way.push_back(std::move(*group));
      }
      PANTILE_TRY(finish(under_way.front(), log));
      under_way.pop_front();
    }
    return {};
  }

  const std::vector<Tile>& tiles() const { return tiles_; }
  const std::vector<Drawn>& drawn() const { return drawn_; }

 private:
  std::optional<Group> begin(std::size_t first) {
    const auto all = static_cast<std::int64_t>(tiles_.size());
    std::int64_t most = ceil_div(all, kBatches);
    bool any = false;
    for (const Drawn& d : drawn_) {
      if (!d.lost.empty()) continue;
      any = true;
      most = std::min<std::int64_t>(most, std::max(1, d.lane->batch_tiles()));
    }
    if (!any) return std::nullopt;
    Group group{first, std::min(static_cast<std::size_t>(most), tiles_.size() - first), {}};
    std::vector<Rect> rects;
    for (std::size_t i = 0; i < group.count; ++i) rects.push_back(tiles_[first + i].rect);
    for (Drawn& d : drawn_) {
      group.batches.emplace_back();
      if (!d.lost.empty()) continue;
      auto batch = d.lane->begin(rects);
      if (batch.ok()) {
        group.batches.back() = std::move(*batch);
      } else {
        d.lost = batch.error().message();
      }
    }
    return group;
  }

  Status finish(Group& group, CheckLog& log) {
    for (std::size_t k = 0; k < drawn_.size(); ++k) {
      if (group.batches[k] == nullptr) continue;
      const Status done = group.batches[k]->wait();
      if (done.ok()) continue;
      group.batches[k].reset();
      if (drawn_[k].lost.empty()) drawn_[k].lost = done.error().message();
    }
    std::atomic<std::size_t> next{0};
    const auto workers =
        static_cast<int>(std::min(static_cast<std::size_t>(subject_.threads), group.count));
    return run_workers(workers, [&](int) -> Status {
      for (std::size_t i = next++; i < group.count; i = next++) {
        PANTILE_TRY(compare(group, i, log));
      }
      return {};
    });
  }

  // Tile `i` of the group on the CPU, and on every lane that drew it.
  Status compare(const Group& group, std::size_t i, CheckLog& log) {
    if (subject_.cancel != nullptr && subject_.cancel->cancelled()) {
      return Error(Code::cancelled, "stopped on request");
    }
    const Rect& rect = tiles_[group.first + i].rect;
    const ImageSpec& spec = subject_.source->spec();
    // Beyond the picture's edge a tile holds zeros, which are stored.
    PixelBuffer want(spec.dtype, subject_.tile_px, subject_.tile_px, spec.channels);
    ReadContext context{subject_.cancel};
    PANTILE_TRY(subject_.source->read(
        spec.region(0, rect), want.view().window({0, 0, rect.width(), rect.height()}), context));
    const Rect drawn{0, 0, rect.width(), rect.height()};
    PixelBuffer want_half(spec.dtype, ceil_div(drawn.height(), 2), ceil_div(drawn.width(), 2),
                          spec.channels);
    PANTILE_TRY(reduce_2x2(std::as_const(want).view().window(drawn), spec.kind, want_half.view()));
    for (std::size_t k = 0; k < drawn_.size(); ++k) {
      if (group.batches[k] == nullptr) continue;
      if (const auto half = group.batches[k]->half(i)) {
        const View part = half->window({0, 0, want_half.view().width(), want_half.view().height()});
        Found halved = find_differences(part, std::as_const(want_half).view(), 0, 0);
        halved.pixels = part.height() * part.width();
        if (halved.wrong > 0) halved.where = rect;  // of level 0, as all places are
        drawn_[k].halves[group.first + i] = halved;
      }
      Found found =
          find_differences(group.batches[k]->tile(i), std::as_const(want).view(), rect.x0, rect.y0);
      found.pixels = rect.area();
      log.progress(found.pixels);
      drawn_[k].tiles[group.first + i] = found;
    }
    return {};
  }

  const Subject& subject_;
  const std::vector<Tile> tiles_;
  std::vector<Drawn> drawn_;
  std::size_t most_groups_ = 2;  // under way; a lane waits when it has no batch left
};

// Writes down what a lane did, and says it.
std::string sentence_of(const Drawn& drawn, const std::vector<Tile>& tiles, CheckLog& log,
                        bool& passed) {
  const std::string& name = drawn.lane->name();
  std::int64_t count = 0;
  Found all, halves;
  for (std::size_t i = 0; i < tiles.size(); ++i) {
    if (!drawn.tiles[i]) continue;
    ++count;
    all.add(*drawn.tiles[i]);
    if (drawn.halves[i]) {
      halves.add(*drawn.halves[i]);
      log.found(true, *drawn.halves[i],
                fmt::format("{}, tile {},{} halved", name, tiles[i].column, tiles[i].row),
                "differ from the CPU's");
    }
    log.found(true, *drawn.tiles[i],
              fmt::format("{}, tile {},{}", name, tiles[i].column, tiles[i].row),
              "differ from the CPU's");
  }
  log.number("tiles " + name, count);
  log.number("pixels " + name, all.pixels);
  log.number("different " + name, all.wrong);
  log.number("halved pixels " + name, halves.pixels);
  log.number("different halved " + name, halves.wrong);
  passed = passed && all.wrong == 0 && halves.wrong == 0 && drawn.lost.empty();
  std::string text = fmt::format("{}: {} of {} pixels in {} tiles of the job differ from the CPU's",
                                 name, all.wrong, all.pixels, count);
  if (halves.wrong > 0) {
    text += fmt::format(", and {} of the {} that it halved them to", halves.wrong, halves.pixels);
  }
  if (!drawn.lost.empty()) text += fmt::format("; then it was LOST: {}", drawn.lost);
  return text;
}

}  // namespace

Result<ValidateCheck> check_devices(const Subject& s) {
  std::vector<Tile> tiles = tiles_of(s);
  std::int64_t pixels = 0;
  for (const Tile& tile : tiles) pixels += tile.rect.area();
  const auto devices = static_cast<std::int64_t>(s.lanes->lanes.size());
  CheckLog log(s, "devices", "px", devices * pixels);
  log.number("devices", devices);
  log.number("tiles", static_cast<std::int64_t>(tiles.size()));
  log.number("pixels", pixels);
  Comparison comparison(s, std::move(tiles));
  PANTILE_TRY(comparison.run(log));
  std::string sentence;
  bool passed = true;
  for (const Drawn& drawn : comparison.drawn()) {
    if (!sentence.empty()) sentence += "; ";
    sentence += sentence_of(drawn, comparison.tiles(), log, passed);
  }
  for (const std::string& gpu : s.lanes->left_out) sentence += "; not checked: " + gpu;
  return log.finish(passed, std::move(sentence));
}

std::int64_t memory_of_devices(const Subject& s, int threads) {
  if (s.lanes == nullptr || s.lanes->lanes.empty()) return 0;
  const ImageSpec& spec = s.source->spec();
  const Rect tile{0, 0, std::min(s.tile_px, s.full_level().width),
                  std::min(s.tile_px, s.full_level().height)};
  // A tile, and a quarter as much halved.
  return s.lanes->memory_bytes + threads * (s.tile_px * s.tile_px * spec.pixel_bytes() * 5 / 4 +
                                            s.source->cost(spec.region(0, tile)).scratch_bytes);
}

}  // namespace pantile::validate
