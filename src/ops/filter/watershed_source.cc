#include "ops/filter/watershed_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/copy.h"
#include "core/hash.h"
#include "ops/filter/watershed_work.h"
#include "runtime/workers.h"
#include "tile/work_items.h"

namespace pantile::filter {
namespace {

/// Of blocks that were asked for in parts.
constexpr std::int64_t kBlockCacheBytes = std::int64_t{32} << 20;
/// Least that components that are flooded alone may take together, and as many bytes are kept.
constexpr std::int64_t kRoomBytes = std::int64_t{32} << 20;
/// Of the largest, so many are kept: of as many channels, if there are more.
constexpr int kMostKept = 4;
/// An edge of a block has that many components at most, of every other pixel.
constexpr std::int64_t kOfEdges = 2 * 512;

std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

Error stopped() { return {Code::cancelled, "stopped on request"}; }

}  // namespace

Result<std::shared_ptr<const WatershedSource>> WatershedSource::make(
    WatershedInputs inputs, ImageSpec spec, label::Connectivity connectivity,
    std::int64_t most_px) {
  const LevelInfo& level = spec.levels.front();
  if (inputs.mask == nullptr && std::max(level.width, level.height) > most_px) {
    return Error(Code::invalid,
                 fmt::format("watershed: without a mask all {} x {} pixels are flooded as one, but "
                             "max is {}; give a mask, or a greater max, up to 16384",
                             level.width, level.height, most_px));
  }
  return std::shared_ptr<const WatershedSource>(
      new WatershedSource(std::move(inputs), std::move(spec), connectivity, most_px));
}

WatershedSource::WatershedSource(WatershedInputs inputs, ImageSpec spec,
                                 label::Connectivity connectivity, std::int64_t most_px)
    : inputs_(std::move(inputs)),
      spec_(std::move(spec)),
      connectivity_(connectivity),
      most_px_(most_px),
      columns_(ceil_div(spec_.levels.front().width, kBlockPx)),
      rows_(ceil_div(spec_.levels.front().height, kBlockPx)),
      blocks_(kBlockCacheBytes),
      large_(cache_bytes()) {
  if (inputs_.mask != nullptr) {
    components_ = label::LabelSource::make_any(inputs_.mask, connectivity);
  }
  room_left_ = room_bytes();
}

Rect WatershedSource::block(std::int64_t column, std::int64_t row) const {
  return intersect(
      {column * kBlockPx, row * kBlockPx, (column + 1) * kBlockPx, (row + 1) * kBlockPx},
      spec_.levels.front().bounds());
}

std::int64_t WatershedSource::flooding_bytes(std::int64_t width, std::int64_t height) const {
  return Flood::most_bytes(width, height, row_type(inputs_.values->spec().dtype)) +
         width * height * 4;
}

/// A component's.
Rect WatershedSource::most_rect() const {
  const LevelInfo& level = spec_.levels.front();
  return {0, 0, std::min(most_px_, level.width), std::min(most_px_, level.height)};
}

std::int64_t WatershedSource::room_bytes() const {
  const Rect most = most_rect();
  return std::max(kRoomBytes, flooding_bytes(most.width(), most.height()));
}

std::int64_t WatershedSource::cache_bytes() const {
  const int channels = std::min(spec_.channels, kMostKept);
  return std::max(kRoomBytes, channels * most_rect().area() * 4);
}

Cost WatershedSource::cost(const Region&) const {
  const LevelInfo& level = spec_.levels.front();
  const std::int64_t side = kBlockPx + 2 * kMarginPx;
  const Rect window{0, 0, std::min(side, level.width), std::min(side, level.height)};
  Cost cost;
  std::int64_t sample = 4;
  const auto add = [&](const TileSource& source) {
    const Cost one = source.cost({0, 0, 0, 0, 1, window});
    cost.scratch_bytes = std::max(cost.scratch_bytes, one.scratch_bytes);
    cost.shared_bytes += one.shared_bytes;
    sample = std::max(sample, static_cast<std::int64_t>(dtype_bytes(source.spec().dtype)));
  };
  add(*inputs_.values);
  add(*inputs_.markers);
  if (components_) add(*components_);
  // (The last: a block that somebody asked for a part of.)
  cost.scratch_bytes += flooding_bytes(window.width(), window.height()) +
                        window.area() * (4 + sample) + window.width() * 16 +
                        kBlockPx * kBlockPx * 4;
  cost.shared_bytes += kBlockCacheBytes + cache_bytes() + room_bytes();
  // Twice, while they are put together.
  const std::int64_t edges = std::min(kOfEdges, level.width + level.height);
  if (components_) {
    cost.shared_bytes +=
        2 * mask_channels() * columns_ * rows_ * edges * static_cast<std::int64_t>(sizeof(Extent));
  }
  return cost;
}

Fingerprint WatershedSource::fingerprint() const {
  Hasher hasher;
  hasher.add("watershed 1")
      .add(inputs_.values->fingerprint().hex())
      .add(inputs_.markers->fingerprint().hex())
      .add(inputs_.mask != nullptr ? inputs_.mask->fingerprint().hex() : "")
      .add(connectivity_ == label::Connectivity::eight ? "8" : "4");
  return hasher.finish();
}

std::int64_t WatershedSource::finding_samples() const {
  if (components_ == nullptr) return spec_.levels.front().bounds().area();
  return 2 * components_->finding_samples();
}

std::int64_t WatershedSource::finding_bytes(int threads) const {
  const Cost cost = this->cost(spec_.region(0, block(0, 0)));
  const std::int64_t blocks = threads * (cost.scratch_bytes + kBlockPx * kBlockPx * 4);
  return blocks + cost.shared_bytes;
}

bool WatershedSource::found() const {
  const std::lock_guard lock(finding_);
  return !extents_.empty();
}

const WatershedSource::Extents& WatershedSource::extents(int channel) const {
  return extents_[mask_channels() == 1 ? 0 : static_cast<std::size_t>(channel)];
}

/// Of the components that are in more than one block, by number.
Status WatershedSource::find_extents(int channel, int threads, const CancelToken* cancel,
                                     const std::function<void(std::int64_t)>& made,
                                     Extents& all) const {
  WorkItems items(columns_ * rows_, cancel);
  std::mutex mutex;
  const auto work = [&](int) {
    ReadContext ctx{cancel};
    EdgeExtents edges;
    std::vector<std::uint32_t> numbers(static_cast<std::size_t>(kBlockPx * kBlockPx));
    return items.each([&](std::int64_t i) -> Status {
      const Rect rect = block(i % columns_, i / columns_);
      const MutableView view(reinterpret_cast<std::byte*>(numbers.data()),
                             Layout::interleaved(DType::u32, rect.height(), rect.width(), 1));
      PANTILE_TRY(components_->read({0, 0, 0, channel, channel + 1, rect}, view, ctx));
      edges.find(numbers.data(), rect);
      const std::lock_guard lock(mutex);
      all.insert(all.end(), edges.found().begin(), edges.found().end());
      made(rect.area());
      return {};
    });
  };
  PANTILE_TRY(run_workers(threads, work));
  std::ranges::sort(all, {}, &Extent::number);
  std::size_t n = 0;
  for (std::size_t i = 0; i < all.size();) {
    const std::size_t first = i;
    Extent one = all[i++];
    for (; i < all.size() && all[i].number == one.number; ++i) one.add(all[i].rect());
    if (i - first > 1) all[n++] = one;
  }
  all.erase(all.begin() + static_cast<std::ptrdiff_t>(n), all.end());
  all.shrink_to_fit();
  return {};
}

Status WatershedSource::check_extents(const Extents& all) const {
  for (const Extent& e : all) {
    const std::int64_t width = e.rect().width(), height = e.rect().height();
    if (std::max(width, height) <= most_px_) continue;
    return Error(Code::invalid,
                 fmt::format("watershed: the component of the mask from x {}, y {} to x {}, y {} "
                             "has {} x {} pixels, but max is {}; part it, or give a greater max, "
                             "up to 16384",
                             e.x0, e.y0, e.x1, e.y1, width, height, most_px_));
  }
  return {};
}

Status WatershedSource::find(int threads, const CancelToken* cancel,
                             const std::function<void(std::int64_t)>& made) const {
  const std::lock_guard lock(finding_);
  if (!extents_.empty()) return {};
  std::vector<Extents> all(static_cast<std::size_t>(mask_channels()));
  if (components_ == nullptr) {
    made(finding_samples());
  } else {
    PANTILE_TRY(components_->find(threads, cancel, made));
    for (int c = 0; c < mask_channels(); ++c) {
      Extents& of_channel = all[static_cast<std::size_t>(c)];
      PANTILE_TRY(find_extents(c, threads, cancel, made, of_channel));
      PANTILE_TRY(check_extents(of_channel));
    }
  }
  extents_ = std::move(all);
  return {};
}

Status WatershedSource::take_room(std::int64_t bytes, const ReadContext& ctx) const {
  std::unique_lock lock(room_mutex_);
  while (room_left_ < bytes) {
    if (ctx.cancelled()) return stopped();
    room_changed_.wait_for(lock, std::chrono::milliseconds(20));
  }
  room_left_ -= bytes;
  return {};
}

void WatershedSource::give_room(std::int64_t bytes) const {
  {
    const std::lock_guard lock(room_mutex_);
    room_left_ += bytes;
  }
  room_changed_.notify_all();
}

/// A component alone; 0 around it.
Result<TileCache::Tile> WatershedSource::flooded(int channel, const Extent& component,
                                                 ReadContext& ctx) const {
  const Rect rect = component.rect();
  const auto make = [&]() -> Result<PixelBuffer> {
    const std::int64_t bytes = flooding_bytes(rect.width(), rect.height());
    PANTILE_TRY(take_room(bytes, ctx));
    struct Leave {
      ~Leave() { source.give_room(bytes); }
      const WatershedSource& source;
      std::int64_t bytes;
    } leave{*this, bytes};
    WatershedWork work(inputs_, components_.get(), connectivity_);
    work.set_channel(channel);
    work.begin(rect);
    const auto is_it = [&](std::uint32_t number) { return number == component.number; };
    for (std::int64_t y = rect.y0; y < rect.y1; y = (y / kBlockPx + 1) * kBlockPx) {
      for (std::int64_t x = rect.x0; x < rect.x1; x = (x / kBlockPx + 1) * kBlockPx) {
        PANTILE_TRY(work.load(intersect(block(x / kBlockPx, y / kBlockPx), rect), is_it, ctx));
      }
    }
    PANTILE_TRY(work.flood(ctx));
    PixelBuffer pixels(DType::u32, rect.height(), rect.width(), 1);
    work.write(rect, pixels.view());
    return pixels;
  };
  return large_.get({channel, component.number}, make);
}

/// Blocks, one after the other.
class WatershedSource::Work {
 public:
  explicit Work(const WatershedSource& source)
      : source_(source), work_(source.inputs_, source.components_.get(), source.connectivity_) {}

  /// `out`: of the block's size.
  Status make(int channel, const Rect& block, const MutableView& out, ReadContext& ctx) {
    channel_ = channel;
    work_.set_channel(channel);
    Rect window = block;
    near_.clear();
    far_.clear();
    if (source_.components_ == nullptr) {
      far_.push_back(whole());
    } else {
      PANTILE_TRY(sort_out(block, window, ctx));
    }
    // Of blocks around, what belongs to this one; of this, all but what is flooded alone.
    const auto is_near = [&](std::uint32_t number) {
      return std::ranges::binary_search(near_, number);
    };
    const auto is_here = [&](std::uint32_t number) {
      return !std::ranges::binary_search(far_, number, {}, &Extent::number);
    };
    work_.begin(window);
    PANTILE_TRY(work_.load_window(block, is_here, is_near, window, ctx));
    PANTILE_TRY(work_.flood(ctx));
    work_.write(block, out);
    for (const Extent& component : far_) {
      PANTILE_ASSIGN(const TileCache::Tile tile, source_.flooded(channel_, component, ctx));
      const Rect part = intersect(component.rect(), block);
      WatershedWork::lay_over(
          tile->view().window(translate(part, -component.rect().x0, -component.rect().y0)),
          out.window(translate(part, -block.x0, -block.y0)));
    }
    return {};
  }

 private:
  Extent whole() const {
    const LevelInfo& level = source_.spec_.levels.front();
    return {1, level.bounds()};
  }

  /// The components that leave the block: those that stay near make `window` larger.
  Status sort_out(const Rect& block, Rect& window, ReadContext& ctx) {
    PANTILE_TRY(work_.edge_numbers(block, on_edge_, ctx));
    const Rect around = intersect(
        {block.x0 - kMarginPx, block.y0 - kMarginPx, block.x1 + kMarginPx, block.y1 + kMarginPx},
        source_.spec_.levels.front().bounds());
    const Extents& known = source_.extents(channel_);
    for (const std::uint32_t number : on_edge_) {
      const auto at = std::ranges::lower_bound(known, number, {}, &Extent::number);
      if (at == known.end() || at->number != number) continue;  // of this block alone
      const Rect rect = at->rect();
      if (!around.contains(rect)) {
        far_.push_back(*at);
        continue;
      }
      near_.push_back(number);
      window = united(window, rect);
    }
    return {};
  }

  const WatershedSource& source_;
  int channel_ = 0;
  WatershedWork work_;
  std::vector<std::uint32_t> on_edge_, near_;
  Extents far_;
};

WatershedSource::~WatershedSource() = default;

std::unique_ptr<WatershedSource::Work> WatershedSource::take_work() const {
  const std::lock_guard lock(room_mutex_);
  if (idle_.empty()) return std::make_unique<Work>(*this);
  std::unique_ptr<Work> work = std::move(idle_.back());
  idle_.pop_back();
  return work;
}

Status WatershedSource::read(const Region& region, MutableView out, ReadContext& ctx) const {
  PANTILE_TRY(check_read(spec_, region, out));
  PANTILE_TRY(find(available_cores(), ctx.cancel, [](std::int64_t) {}));
  std::unique_ptr<Work> work = take_work();
  const Status done = read_blocks(region, out, *work, ctx);
  const std::lock_guard lock(room_mutex_);
  idle_.push_back(std::move(work));
  return done;
}

Status WatershedSource::read_blocks(const Region& region, const MutableView& out, Work& work,
                                    ReadContext& ctx) const {
  const Rect& all = region.rect;
  for (int channel = region.c0; channel < region.c1; ++channel) {
    const MutableView plane =
        MutableView(out.select_channels(channel - region.c0, channel - region.c0 + 1));
    for (std::int64_t row = all.y0 / kBlockPx; row * kBlockPx < all.y1; ++row) {
      for (std::int64_t column = all.x0 / kBlockPx; column * kBlockPx < all.x1; ++column) {
        if (ctx.cancelled()) return stopped();
        const Rect whole = block(column, row), part = intersect(whole, all);
        const MutableView to = plane.window(translate(part, -all.x0, -all.y0));
        if (part == whole) {
          PANTILE_TRY(work.make(channel, whole, to, ctx));
          continue;
        }
        const auto make = [&]() -> Result<PixelBuffer> {
          PixelBuffer pixels(DType::u32, whole.height(), whole.width(), 1);
          PANTILE_TRY(work.make(channel, whole, pixels.view(), ctx));
          return pixels;
        };
        PANTILE_ASSIGN(const TileCache::Tile tile, blocks_.get({channel, row, column}, make));
        copy_pixels(tile->view().window(translate(part, -whole.x0, -whole.y0)), to);
      }
    }
  }
  return {};
}

}  // namespace pantile::filter
