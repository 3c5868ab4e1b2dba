#include "ops/filter/filter_source.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "ops/filter/samples.h"
#include "ops/filter/source_feed.h"

namespace pantile::filter {
namespace {

/// Rows that are made at a time, so that what is read of the sources stays bounded.
constexpr std::int64_t kBlockRows = 512;
/// Channels of the result that are made of the same rows read.
constexpr int kChannelsTogether = 4;

}  // namespace

struct FilterSource::Scratch {
  RowPipeline::Scratch rows;
  std::vector<std::vector<std::byte>> input;
};

/// Scratch of one read, kept for the next.
class FilterSource::Lease {
 public:
  explicit Lease(const FilterSource& source) : source_(source) {
    const std::lock_guard lock(source_.mutex_);
    if (source_.free_.empty()) {
      scratch_ = std::make_unique<Scratch>();
    } else {
      scratch_ = std::move(source_.free_.back());
      source_.free_.pop_back();
    }
  }
  ~Lease() {
    const std::lock_guard lock(source_.mutex_);
    source_.free_.push_back(std::move(scratch_));
  }
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;
  Scratch& operator*() const { return *scratch_; }

 private:
  const FilterSource& source_;
  std::unique_ptr<Scratch> scratch_;
};

namespace {

/// One channel of what read() has to fill.
class ViewDrain final : public RowDrain {
 public:
  ViewDrain(MutableView out, const Rect& rect) : out_(out), rect_(rect) {}
  void row(std::int64_t y, std::int64_t x0, std::int64_t x1, const std::byte* from) override {
    store_samples(from, static_cast<std::size_t>(x1 - x0), out_, y - rect_.y0, x0 - rect_.x0);
  }

 private:
  MutableView out_;
  Rect rect_;
};

}  // namespace

FilterSource::FilterSource(Fused fused) : fused_(std::move(fused)) {}

FilterSource::~FilterSource() = default;

/// How many channels from `c` on are those of a source, side by side; 0: c is none.
int FilterSource::copied_channels(const Region& region, int c) const {
  const auto source_of = [&](int k) {
    const Fused::Leaf& leaf = fused_.channels[static_cast<std::size_t>(k)].leaves.front();
    return std::pair(leaf.source, leaf.channel - k);
  };
  const auto copied = [&](int k) {
    if (pipeline(k).nodes().size() != 1) return false;
    const auto source = static_cast<std::size_t>(source_of(k).first);
    return fused_.sources[source]->spec().dtype == fused_.spec.dtype;
  };
  int end = c;
  while (end < region.c1 && copied(end) && source_of(end) == source_of(c)) ++end;
  return end - c;
}

/// Channels from `c` on that are made together; none of them is copied.
int FilterSource::filtered_channels(const Region& region, int c) const {
  int end = c;
  while (end < region.c1 && end < c + kChannelsTogether && copied_channels(region, end) == 0) ++end;
  return end - c;
}

std::int64_t FilterSource::block_width(int c0, int c1) const {
  std::int64_t width = pipeline(c0).best_width();
  for (int c = c0 + 1; c < c1; ++c) width = std::min(width, pipeline(c).best_width());
  return width;
}

/// Upper bound of the memory of a read of these channels.
std::int64_t FilterSource::group_bytes(const Region& region, int c0, int c1) const {
  const std::int64_t width = std::min(region.rect.width(), block_width(c0, c1));
  const std::int64_t height = std::min(region.rect.height(), kBlockRows);
  const std::int64_t x0 = std::max<std::int64_t>(0, region.rect.x0);
  const std::int64_t y0 = std::max<std::int64_t>(0, region.rect.y0);
  const Rect block =
      intersect({x0, y0, x0 + width, y0 + height}, fused_.spec.levels.front().bounds());
  const std::vector<FeedPart> parts = feed_parts(fused_, c0, c1);
  std::vector<Rect> read(parts.size());
  std::int64_t rows = 0;
  for (int c = c0; c < c1; ++c) {
    const Fused::Channel& channel = fused_.channels[static_cast<std::size_t>(c)];
    const RowPipeline& any = pipeline(c);
    if (c == c0 || &any != &pipeline(c - 1)) {
      rows = std::max(rows, any.scratch_bytes(width, height));
    }
    const std::vector<Rect> needs = any.required_inputs(block);
    for (std::size_t i = 0; i < needs.size(); ++i) {
      Rect& wanted = read[part_of(parts, channel.leaves[i])];
      wanted = united(wanted, needs[i]);
    }
  }
  std::int64_t below = 0, held = 0;
  for (std::size_t p = 0; p < parts.size(); ++p) {
    const TileSource& source = *fused_.sources[static_cast<std::size_t>(parts[p].source)];
    const Region wanted{0, 0, 0, parts[p].c0, parts[p].c1, read[p]};
    below = std::max(below, source.cost(wanted).scratch_bytes);
    held += read[p].area() * wanted.channels() *
            static_cast<std::int64_t>(dtype_bytes(source.spec().dtype));
  }
  return rows + below + held;
}

Cost FilterSource::cost(const Region& region) const {
  Cost cost;
  for (int c = region.c0; c < region.c1;) {
    int count = copied_channels(region, c);
    if (count > 0) {
      const Fused::Leaf& leaf = fused_.channels[static_cast<std::size_t>(c)].leaves.front();
      Region below = region;
      below.c0 = leaf.channel;
      below.c1 = leaf.channel + count;
      const TileSource& source = *fused_.sources[static_cast<std::size_t>(leaf.source)];
      cost.scratch_bytes = std::max(cost.scratch_bytes, source.cost(below).scratch_bytes);
    } else {
      count = filtered_channels(region, c);
      cost.scratch_bytes = std::max(cost.scratch_bytes, group_bytes(region, c, c + count));
    }
    c += count;
  }
  for (const auto& source : fused_.sources) {
    const Region any{0, 0, 0, 0, 1, region.rect};
    cost.shared_bytes += source->cost(any).shared_bytes;
  }
  return cost;
}

int FilterSource::channels_together() const {
  const int channels = fused_.spec.channels;
  int each = 1;
  for (int c = 0; c < channels; ++c) {
    for (const Fused::Leaf& leaf : fused_.channels[static_cast<std::size_t>(c)].leaves) {
      const int of_source =
          fused_.sources[static_cast<std::size_t>(leaf.source)]->channels_together();
      if (of_source > 1 && leaf.channel != c) return channels;
      each = std::lcm(each, of_source);
    }
    if (channels % each != 0) return channels;
  }
  return each;
}

std::int64_t FilterSource::tile_px() const {
  std::int64_t edge = 0;
  for (const auto& source : fused_.sources) edge = std::max(edge, source->tile_px());
  return edge;
}

Status FilterSource::copy(const Region& region, int c0, int c1, MutableView out,
                          ReadContext& ctx) const {
  const Fused::Leaf& leaf = fused_.channels[static_cast<std::size_t>(c0)].leaves.front();
  const TileSource& source = *fused_.sources[static_cast<std::size_t>(leaf.source)];
  Region from = region;
  from.c0 = leaf.channel;
  from.c1 = leaf.channel + c1 - c0;
  if (source.spec().t == 1) from.t = 0;
  if (source.spec().z == 1) from.z = 0;
  return source.read(from, out, ctx);
}

Status FilterSource::filter(const Region& region, int c0, int c1, MutableView out, ReadContext& ctx,
                            Scratch& scratch) const {
  const Rect& all = region.rect;
  // Of equal width, so that none is a sliver.
  const std::int64_t best_width = block_width(c0, c1);
  const std::int64_t columns = (all.width() + best_width - 1) / best_width;
  SourceFeed feed(fused_, region, feed_parts(fused_, c0, c1), scratch.input, ctx);
  for (std::int64_t y0 = all.y0; y0 < all.y1; y0 += kBlockRows) {
    for (std::int64_t k = 0; k < columns; ++k) {
      if (ctx.cancelled()) return Error(Code::cancelled, "stopped on request");
      const Rect block{all.x0 + all.width() * k / columns, y0,
                       all.x0 + all.width() * (k + 1) / columns, std::min(y0 + kBlockRows, all.y1)};
      for (int c = c0; c < c1; ++c) {
        feed.choose(fused_.channels[static_cast<std::size_t>(c)]);
        ViewDrain drain(out.select_channels(c - c0, c - c0 + 1), all);
        PANTILE_TRY(pipeline(c).run(block, feed, drain, scratch.rows));
      }
    }
  }
  return {};
}

Status FilterSource::read(const Region& region, MutableView out, ReadContext& ctx) const {
  PANTILE_TRY(check_read(fused_.spec, region, out));
  const Lease lease(*this);
  for (int c = region.c0; c < region.c1;) {
    const int copied = copied_channels(region, c);
    const int count = copied > 0 ? copied : filtered_channels(region, c);
    const MutableView some = out.select_channels(c - region.c0, c - region.c0 + count);
    if (copied > 0) {
      PANTILE_TRY(copy(region, c, c + count, some, ctx));
    } else {
      PANTILE_TRY(filter(region, c, c + count, some, ctx, *lease));
    }
    c += count;
  }
  return {};
}

}  // namespace pantile::filter
