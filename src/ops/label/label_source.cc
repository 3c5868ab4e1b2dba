#include "ops/label/label_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <utility>

#include "core/buffer.h"
#include "core/copy.h"
#include "core/hash.h"
#include "grid/tile_grid.h"
#include "runtime/workers.h"
#include "tile/work_items.h"

namespace pantile::label {
namespace {

constexpr std::int64_t kCacheBytes = std::int64_t{32} << 20;

}  // namespace

Result<std::shared_ptr<const LabelSource>> LabelSource::make(
    std::shared_ptr<const TileSource> inner, Connectivity connectivity, std::int64_t kept_bytes) {
  const ImageSpec& spec = inner->spec();
  if (spec.kind == Kind::rgb || spec.kind == Kind::rgba || spec.kind == Kind::label) {
    return Error(Code::invalid, fmt::format("components of {}: its samples are {}, expected a mask "
                                            "or values of which 0 is the background",
                                            spec.name, kind_name(spec.kind)));
  }
  return make_any(std::move(inner), connectivity, kept_bytes);
}

std::shared_ptr<const LabelSource> LabelSource::make_any(std::shared_ptr<const TileSource> inner,
                                                         Connectivity connectivity,
                                                         std::int64_t kept_bytes) {
  return std::shared_ptr<const LabelSource>(
      new LabelSource(std::move(inner), connectivity, false, kept_bytes));
}

Result<std::shared_ptr<const LabelSource>> LabelSource::make_seeded(
    std::shared_ptr<const TileSource> inner, Connectivity connectivity, std::int64_t kept_bytes) {
  const ImageSpec& spec = inner->spec();
  if (spec.dtype != DType::u8) {
    return Error(Code::invalid, fmt::format("components of {} that hold a 2: expected uint8, found "
                                            "{}",
                                            spec.name, dtype_name(spec.dtype)));
  }
  return std::shared_ptr<const LabelSource>(
      new LabelSource(std::move(inner), connectivity, true, kept_bytes));
}

LabelSource::LabelSource(std::shared_ptr<const TileSource> inner, Connectivity connectivity,
                         bool is_seeded, std::int64_t kept_bytes)
    : inner_(std::move(inner)),
      connectivity_(connectivity),
      is_seeded_(is_seeded),
      kept_bytes_(kept_bytes),
      spec_(inner_->spec()),
      cache_(kCacheBytes) {
  spec_.levels.resize(1);
  if (!is_seeded_) {
    spec_.dtype = DType::u32;
    spec_.kind = Kind::label;
    spec_.channel_info.clear();
  }
  columns_ = ceil_div(spec_.levels.front().width, kBlockPx);
  rows_ = ceil_div(spec_.levels.front().height, kBlockPx);
}

Rect LabelSource::block(std::int64_t column, std::int64_t row) const {
  return intersect(
      {column * kBlockPx, row * kBlockPx, (column + 1) * kBlockPx, (row + 1) * kBlockPx},
      spec_.levels.front().bounds());
}

Cost LabelSource::cost(const Region& region) const {
  const LevelInfo& level = spec_.levels.front();
  Region one = region;
  one.rect = {0, 0, std::min(kBlockPx, level.width), std::min(kBlockPx, level.height)};
  one.c1 = one.c0 + 1;
  Cost cost = inner_->cost(one);
  const auto sample = static_cast<std::int64_t>(dtype_bytes(inner_->spec().dtype));
  cost.scratch_bytes += one.rect.area() * (sample + 2 * 4) +
                        BlockLabeller::most_bytes(one.rect.width(), one.rect.height());
  cost.shared_bytes +=
      kCacheBytes + kept_bytes_ +
      spec_.planes() * (LabelMerge::most_bytes(columns_, rows_, kBlockPx) +
                        columns_ * rows_ * static_cast<std::int64_t>(sizeof(void*)));
  // A bit for every other pixel, by block and by number.
  if (is_seeded_) cost.shared_bytes += (spec_.planes() + 1) * (level.bounds().area() / 16 + 64);
  return cost;
}

std::int64_t LabelSource::finding_bytes(int threads) const {
  const Cost cost = this->cost(spec_.region(0, block(0, 0)));
  return threads * cost.scratch_bytes + cost.shared_bytes;
}

Result<const BlockLabels*> LabelSource::label_block(std::int64_t plane, std::int64_t column,
                                                    std::int64_t row, BlockLabeller& labeller,
                                                    std::vector<bool>* seeded,
                                                    ReadContext& ctx) const {
  const Region region = spec_.plane_region(plane, block(column, row));
  View samples = inner_->borrow(region);
  PixelBuffer buffer;
  if (samples.data() == nullptr) {
    buffer = PixelBuffer(inner_->spec().dtype, region.rect.height(), region.rect.width(), 1);
    PANTILE_TRY(inner_->read(region, buffer.view(), ctx));
    samples = buffer.view();
  }
  const BlockLabels& labels = labeller.find(samples);
  if (seeded != nullptr) *seeded = labels.seeded(samples);
  return &labels;
}

/// From the blocks' components to those of the image.
void LabelSource::find_seeded(const std::vector<std::vector<bool>>& by_block, Found& found) const {
  found.seeded.assign(std::size_t{found.merge.count()} + 1, false);
  std::vector<std::uint32_t> table;
  for (std::int64_t i = 0; i < columns_ * rows_; ++i) {
    const std::vector<bool>& seeded = by_block[static_cast<std::size_t>(i)];
    found.merge.table(i % columns_, i / columns_, table);
    for (std::size_t label = 1; label < seeded.size(); ++label) {
      if (seeded[label]) found.seeded[table[label]] = true;
    }
  }
}

bool LabelSource::found() const {
  const std::lock_guard lock(mutex_);
  return found_.has_value();
}

Status LabelSource::find(int threads, const CancelToken* cancel,
                         const std::function<void(std::int64_t)>& made) const {
  const std::lock_guard lock(mutex_);
  if (found_) return {};
  std::vector<Found> found;
  const std::int64_t blocks = columns_ * rows_;
  std::vector<std::unique_ptr<const BlockLabels>> kept(
      static_cast<std::size_t>(spec_.planes() * blocks));
  std::atomic<std::int64_t> room{kept_bytes_};
  for (std::int64_t plane = 0; plane < spec_.planes(); ++plane) {
    LabelMerge merge(columns_, rows_, connectivity_);
    std::vector<std::vector<bool>> seeded(static_cast<std::size_t>(is_seeded_ ? blocks : 0));
    WorkItems items(blocks, cancel);
    const auto work = [&](int) {
      ReadContext ctx{cancel};
      BlockLabeller labeller(connectivity_);
      return items.each([&](std::int64_t i) -> Status {
        std::vector<bool>* const here = is_seeded_ ? &seeded[static_cast<std::size_t>(i)] : nullptr;
        PANTILE_ASSIGN(const BlockLabels* const labels,
                       label_block(plane, i % columns_, i / columns_, labeller, here, ctx));
        merge.set(i % columns_, i / columns_, labels->borders());
        if (room.fetch_sub(labels->bytes()) >= labels->bytes()) {
          kept[static_cast<std::size_t>(plane * blocks + i)] =
              std::make_unique<const BlockLabels>(*labels);
        } else {
          room += labels->bytes();
        }
        made(block(i % columns_, i / columns_).area());
        return {};
      });
    };
    PANTILE_TRY(run_workers(threads, work));
    PANTILE_TRY(merge.finish());
    found.push_back({std::move(merge), {}});
    if (is_seeded_) find_seeded(seeded, found.back());
  }
  found_ = std::move(found);
  kept_ = std::move(kept);
  return {};
}

Status LabelSource::write_block(std::int64_t plane, std::int64_t column, std::int64_t row,
                                MutableView out, ReadContext& ctx) const {
  const std::int64_t block = (plane * rows_ + row) * columns_ + column;
  const BlockLabels* labels = kept_[static_cast<std::size_t>(block)].get();
  BlockLabeller labeller(connectivity_);
  if (labels == nullptr) {
    PANTILE_ASSIGN(labels, label_block(plane, column, row, labeller, nullptr, ctx));
  }
  std::vector<std::uint32_t> table;
  const Found& found = (*found_)[static_cast<std::size_t>(plane)];
  found.merge.table(column, row, table);
  if (table.size() != std::size_t{labels->count()} + 1) {
    return Error(Code::conflict,
                 fmt::format("{} changed while its components were labelled", inner_->spec().name));
  }
  if (is_seeded_) {
    for (std::uint32_t& number : table) number = found.seeded[number] ? 1 : 0;
  }
  const Rect rect = this->block(column, row);
  labels->write({0, 0, rect.width(), rect.height()}, table, out);
  return {};
}

Status LabelSource::read(const Region& region, MutableView out, ReadContext& ctx) const {
  PANTILE_TRY(check_read(spec_, region, out));
  PANTILE_TRY(find(available_cores(), ctx.cancel, [](std::int64_t) {}));
  const Rect& all = region.rect;
  for (int channel = region.c0; channel < region.c1; ++channel) {
    const std::int64_t plane = spec_.plane(region.t, region.z, channel);
    const MutableView pixels_of_plane =
        out.select_channels(channel - region.c0, channel - region.c0 + 1);
    for (std::int64_t row = all.y0 / kBlockPx; row * kBlockPx < all.y1; ++row) {
      for (std::int64_t column = all.x0 / kBlockPx; column * kBlockPx < all.x1; ++column) {
        if (ctx.cancelled()) return Error(Code::cancelled, "stopped on request");
        const Rect whole = block(column, row), part = intersect(whole, all);
        const MutableView to = pixels_of_plane.window(translate(part, -all.x0, -all.y0));
        if (part == whole) {
          PANTILE_TRY(write_block(plane, column, row, to, ctx));
          continue;
        }
        const auto make = [&]() -> Result<PixelBuffer> {
          PixelBuffer pixels(spec_.dtype, whole.height(), whole.width(), 1);
          PANTILE_TRY(write_block(plane, column, row, pixels.view(), ctx));
          return pixels;
        };
        PANTILE_ASSIGN(const TileCache::Tile tile, cache_.get({plane, row, column}, make));
        copy_pixels(tile->view().window(translate(part, -whole.x0, -whole.y0)), to);
      }
    }
  }
  return {};
}

Fingerprint LabelSource::fingerprint() const {
  return Hasher()
      .add(is_seeded_ ? "seeded 1" : "label 1")
      .add(inner_->fingerprint().hex())
      .add(connectivity_ == Connectivity::eight ? "8" : "4")
      .finish();
}

}  // namespace pantile::label
