#include "ops/function/stitch_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/buffer.h"
#include "core/hash.h"
#include "ops/function/function_source.h"
#include "runtime/workers.h"
#include "tile/work_items.h"

namespace pantile {
namespace {

/// What is counted for numbers: more labels than one for so many pixels are not expected.
constexpr std::int64_t kPixelsPerLabel = 256;
constexpr std::int64_t kBytesPerLabel = 16;

/// Of the cache's bytes a quarter is for windows as they were made, the rest for runs.
constexpr std::int64_t kPartForPixels = 4;

/// The labels of `rect`, of the window.
std::vector<std::uint32_t> labels_in(const Rect& rect, const label::BlockLabels& labels) {
  std::vector<std::uint32_t> same(std::size_t{labels.count()} + 1);
  std::iota(same.begin(), same.end(), 0U);
  std::vector<std::uint32_t> out(static_cast<std::size_t>(rect.area()));
  labels.write(rect, same,
               {reinterpret_cast<std::byte*>(out.data()),
                Layout::interleaved(DType::u32, rect.height(), rect.width(), 1)});
  return out;
}

Rect within(const Rect& rect, const Rect& window) {
  return translate(rect, -window.x0, -window.y0);
}

}  // namespace

StitchSource::StitchSource(const TileCalls& calls)
    : results_(calls, calls.options().cache_bytes / kPartForPixels),
      spec_(spec_after(results_.calls())),
      kept_bytes_(calls.options().cache_bytes - calls.options().cache_bytes / kPartForPixels),
      kept_(static_cast<std::size_t>(windows())),
      room_bytes_(kept_bytes_) {
  spec_.kind = Kind::label;
  spec_.channel_info.clear();
}

std::int64_t StitchSource::windows() const {
  return results_.grid().columns() * results_.grid().rows();
}

FunctionTile StitchSource::tile(std::int64_t window) const {
  const std::int64_t columns = results_.grid().columns();
  return results_.grid().tile(window % columns, window / columns);
}

Cost StitchSource::cost(const Region&) const {
  Cost cost = results_.cost();
  cost.scratch_bytes += 3 * results_.calls().result_bytes();
  cost.shared_bytes += kept_bytes_ + results_.grid().image().area() * spec_.channels /
                                         kPixelsPerLabel * kBytesPerLabel;
  return cost;
}

std::int64_t StitchSource::finding_bytes(int threads) const {
  const Cost all = cost({});
  return threads * all.scratch_bytes + all.shared_bytes;
}

Result<std::shared_ptr<const StitchSource::Labels>> StitchSource::labels(std::int64_t window,
                                                                         ReadContext& ctx) const {
  {
    const std::lock_guard lock(kept_mutex_);
    if (const auto& kept = kept_[static_cast<std::size_t>(window)]) return kept;
  }
  const FunctionTile where = tile(window);
  PANTILE_ASSIGN(const TileResult result, results_.get(where.column, where.row, ctx));
  auto made = std::make_shared<Labels>();
  std::int64_t bytes = 0;
  for (int c = 0; c < spec_.channels; ++c) {
    made->emplace_back(result.pixels.select_channels(c, c + 1));
    bytes += made->back().bytes();
  }
  const std::lock_guard lock(kept_mutex_);
  auto& kept = kept_[static_cast<std::size_t>(window)];
  if (kept) return kept;
  if (bytes <= room_bytes_) {
    room_bytes_ -= bytes;
    kept = made;
  }
  return std::shared_ptr<const Labels>(std::move(made));
}

/// Labels of two windows that meet in `common`, a rectangle of the image.
void StitchSource::join(const Rect& common, std::int64_t window, const label::BlockLabels& here,
                        std::int64_t other, const label::BlockLabels& there,
                        std::vector<label::OverlapMerge::Join>& joins) const {
  const std::vector<std::uint32_t> a = labels_in(within(common, tile(window).core), here);
  const std::vector<std::uint32_t> b = labels_in(within(common, tile(other).core), there);
  std::vector<std::int64_t> area_a(std::size_t{here.count()} + 1);
  std::vector<std::int64_t> area_b(std::size_t{there.count()} + 1);
  std::vector<std::uint64_t> pairs;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ++area_a[a[i]];
    ++area_b[b[i]];
    if (a[i] != 0 && b[i] != 0) pairs.push_back(std::uint64_t{a[i]} << 32 | b[i]);
  }
  std::ranges::sort(pairs);
  const double least = *results_.calls().options().stitch;
  for (auto from = pairs.begin(); from != pairs.end();) {
    const auto to = std::ranges::find_if(from, pairs.end(), [&](auto p) { return p != *from; });
    const auto label = static_cast<std::uint32_t>(*from >> 32);
    const auto other_label = static_cast<std::uint32_t>(*from);
    const std::int64_t both = to - from;
    const std::int64_t either = area_a[label] + area_b[other_label] - both;
    if (static_cast<double>(both) >= least * static_cast<double>(either)) {
      joins.push_back({label, other, other_label});
    }
    from = to;
  }
}

Status StitchSource::look_at(std::int64_t window, std::vector<label::OverlapMerge>& merges,
                             ReadContext& ctx) const {
  const FunctionGrid& grid = results_.grid();
  const FunctionTile here = tile(window);
  PANTILE_ASSIGN(const std::shared_ptr<const Labels> mine, labels(window, ctx));
  std::vector<std::vector<label::OverlapMerge::Join>> joins(mine->size());
  // The windows before it; those behind look at it.
  const FunctionGrid::Block around = grid.tiles_over(intersect(here.core, grid.image()));
  for (std::int64_t row = around.r0; row <= here.row; ++row) {
    for (std::int64_t column = around.c0; column < around.c1; ++column) {
      const std::int64_t other = row * grid.columns() + column;
      if (other >= window) break;
      const Rect common = intersect(intersect(here.core, tile(other).core), grid.image());
      if (common.empty()) continue;
      PANTILE_ASSIGN(const std::shared_ptr<const Labels> theirs, labels(other, ctx));
      for (std::size_t c = 0; c < mine->size(); ++c) {
        join(common, window, (*mine)[c], other, (*theirs)[c], joins[c]);
      }
    }
  }
  const Rect own = grid.nearest(here.column, here.row);
  for (std::size_t c = 0; c < mine->size(); ++c) {
    std::vector<bool> is_kept((*mine)[c].count(), false);
    if (!own.empty()) {
      for (const std::uint32_t label : labels_in(within(own, here.core), (*mine)[c])) {
        if (label != 0) is_kept[label - 1] = true;
      }
    }
    merges[c].set(window, std::move(is_kept), std::move(joins[c]));
  }
  return {};
}

bool StitchSource::found() const {
  const std::lock_guard lock(mutex_);
  return found_.has_value();
}

Status StitchSource::find(int threads, const CancelToken* cancel,
                          const std::function<void(std::int64_t)>& made) const {
  const std::lock_guard lock(mutex_);
  if (found_) return {};
  std::vector<label::OverlapMerge> merges(static_cast<std::size_t>(spec_.channels),
                                          label::OverlapMerge(windows()));
  WorkItems items(windows(), cancel);
  const auto work = [&](int) {
    ReadContext ctx{cancel};
    return items.each([&](std::int64_t i) -> Status {
      PANTILE_TRY(look_at(i, merges, ctx));
      made(1);
      return {};
    });
  };
  PANTILE_TRY(run_workers(threads, work));
  for (label::OverlapMerge& merge : merges) PANTILE_TRY(merge.finish());
  found_ = std::move(merges);
  return {};
}

Status StitchSource::read(const Region& region, MutableView out, ReadContext& ctx) const {
  PANTILE_TRY(check_read(spec_, region, out));
  PANTILE_TRY(find(available_cores(), ctx.cancel, [](std::int64_t) {}));
  const FunctionGrid& grid = results_.grid();
  const Rect& all = region.rect;
  const FunctionGrid::Block block = grid.tiles_over(all);
  for (std::int64_t row = block.r0; row < block.r1; ++row) {
    for (std::int64_t column = block.c0; column < block.c1; ++column) {
      const Rect part = intersect(grid.nearest(column, row), all);
      if (part.empty()) continue;
      if (ctx.cancelled()) return Error(Code::cancelled, "stopped on request");
      const std::int64_t window = row * grid.columns() + column;
      PANTILE_ASSIGN(const std::shared_ptr<const Labels> labels, this->labels(window, ctx));
      const MutableView to = out.window(translate(part, -all.x0, -all.y0));
      for (int c = region.c0; c < region.c1; ++c) {
        const label::BlockLabels& here = (*labels)[static_cast<std::size_t>(c)];
        const auto table = (*found_)[static_cast<std::size_t>(c)].table(window);
        if (table.size() != std::size_t{here.count()} + 1) {
          return Error(Code::conflict,
                       fmt::format("{} found {} labels on tile ({}, {}), and {} before: it has to "
                                   "find the same every time",
                                   results_.calls().function().name(), here.count(), row, column,
                                   table.size() - 1));
        }
        here.write(within(part, grid.tile(column, row).core), table,
                   to.select_channels(c - region.c0, c - region.c0 + 1));
      }
    }
  }
  return {};
}

Fingerprint StitchSource::fingerprint() const {
  return Hasher()
      .add(fingerprint_after(results_.calls(), "stitch 1").hex())
      .add(*results_.calls().options().stitch)
      .finish();
}

}  // namespace pantile
