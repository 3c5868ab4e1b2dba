#include "ops/filter/filter_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/hash.h"
#include "ops/filter/samples.h"

namespace pantile::filter {
namespace {

/// Rows that are made at a time, so that what is read of the source stays bounded.
constexpr std::int64_t kBlockRows = 512;
/// Channels that are read at a time: of interleaved colours all.
constexpr int kChannelsTogether = 4;

ImageSpec result_spec(const ImageSpec& inner, const Compiled& compiled) {
  ImageSpec spec = inner;
  spec.levels = {inner.levels.front()};
  spec.dtype = compiled.dtype;
  if (compiled.is_mask) {
    spec.kind = Kind::mask;
  } else if (spec.kind != Kind::intensity && spec.dtype != inner.dtype) {
    spec.kind = Kind::intensity;  // numbers, no colours or labels any more
  }
  if (spec.dtype != inner.dtype && !compiled.is_mask) spec.channel_info.clear();
  if (compiled.is_mask) {  // seen as black and white
    spec.channel_info.resize(static_cast<std::size_t>(spec.channels));
    for (ChannelInfo& channel : spec.channel_info) {
      channel.window_min = channel.window_start = 0;
      channel.window_max = channel.window_end = 1;
    }
  }
  return spec;
}

}  // namespace

struct FilterSource::Scratch {
  RowPipeline::Scratch rows;
  std::vector<std::byte> input;
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

/// A few channels of the source, read rect by rect.
class SourceFeed final : public RowFeed {
 public:
  SourceFeed(const TileSource& source, Region region, std::vector<std::byte>& memory,
             ReadContext& context)
      : source_(source), region_(region), memory_(memory), context_(context) {
    region_.rect = {};
  }
  void choose(int channel) { channel_ = channel - region_.c0; }

  Status prepare(const Rect& rect) override {
    if (rect == region_.rect) return {};  // for another channel
    region_.rect = rect;
    samples_ = source_.borrow(region_);
    if (samples_.data() != nullptr) return {};
    const Layout layout =
        Layout::interleaved(source_.spec().dtype, rect.height(), rect.width(), region_.channels());
    if (memory_.size() < layout.packed_bytes()) memory_.resize(layout.packed_bytes());
    const MutableView view(memory_.data(), layout);
    samples_ = view;
    const Status done = source_.read(region_, view, context_);
    if (!done.ok()) region_.rect = {};
    return done;
  }
  void row(std::int64_t y, std::int64_t x0, std::int64_t x1, std::byte* to) const override {
    load_samples(samples_.select_channels(channel_, channel_ + 1), y - region_.rect.y0,
                 x0 - region_.rect.x0, static_cast<std::size_t>(x1 - x0), to);
  }

 private:
  const TileSource& source_;
  Region region_;
  std::vector<std::byte>& memory_;
  ReadContext& context_;
  View samples_;
  int channel_ = 0;
};

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

Result<std::unique_ptr<FilterSource>> FilterSource::make(std::shared_ptr<const TileSource> inner,
                                                         const Chain& chain) {
  return make(std::move(inner), std::vector<Chain>{chain});
}

Result<std::unique_ptr<FilterSource>> FilterSource::make(std::shared_ptr<const TileSource> inner,
                                                         const std::vector<Chain>& chains) {
  const ImageSpec& spec = inner->spec();
  if (chains.size() != 1 && chains.size() != static_cast<std::size_t>(spec.channels)) {
    return Error(Code::invalid, fmt::format("{} chains of operators for {} channels", chains.size(),
                                            spec.channels));
  }
  std::vector<Compiled> compiled;
  for (const Chain& chain : chains) {
    PANTILE_ASSIGN(Compiled next, compile(chain, spec.dtype));
    compiled.push_back(std::move(next));
  }
  return std::unique_ptr<FilterSource>(
      new FilterSource(std::move(inner), chains, std::move(compiled)));
}

FilterSource::FilterSource(std::shared_ptr<const TileSource> inner,
                           const std::vector<Chain>& chains, std::vector<Compiled> compiled)
    : inner_(std::move(inner)), spec_(result_spec(inner_->spec(), compiled.front())) {
  const LevelInfo& level = spec_.levels.front();
  for (std::size_t i = 0; i < chains.size(); ++i) {
    chains_.push_back(text_of(chains[i]));
    pipelines_.emplace_back(std::move(compiled[i].nodes), level.width, level.height);
  }
}

FilterSource::~FilterSource() = default;

Cost FilterSource::cost(const Region& region) const {
  const RowPipeline& any = pipelines_.front();
  const std::int64_t width = std::min(region.rect.width(), any.best_width());
  const std::int64_t height = std::min(region.rect.height(), kBlockRows);
  Region block = region;
  const std::int64_t x0 = std::max<std::int64_t>(0, region.rect.x0);
  const std::int64_t y0 = std::max<std::int64_t>(0, region.rect.y0);
  block.rect = intersect({x0, y0, x0 + width, y0 + height}, spec_.levels.front().bounds());
  block.rect = any.required_input(block.rect);
  block.c1 = std::min(region.c1, region.c0 + kChannelsTogether);
  Cost cost = inner_->cost(block);
  cost.scratch_bytes += any.scratch_bytes(width, height);
  cost.scratch_bytes += block.rect.area() *
                        static_cast<std::int64_t>(dtype_bytes(inner_->spec().dtype)) *
                        block.channels();
  return cost;
}

Status FilterSource::read(const Region& region, MutableView out, ReadContext& ctx) const {
  PANTILE_TRY(check_read(spec_, region, out));
  const Lease lease(*this);
  Scratch& scratch = *lease;
  const Rect& all = region.rect;
  // Of equal width, so that none is a sliver.
  const std::int64_t best_width = pipelines_.front().best_width();
  const std::int64_t columns = (all.width() + best_width - 1) / best_width;
  for (int c0 = region.c0; c0 < region.c1; c0 += kChannelsTogether) {
    Region some = region;
    some.c0 = c0;
    some.c1 = std::min(region.c1, c0 + kChannelsTogether);
    SourceFeed feed(*inner_, some, scratch.input, ctx);
    for (std::int64_t y0 = all.y0; y0 < all.y1; y0 += kBlockRows) {
      for (std::int64_t k = 0; k < columns; ++k) {
        if (ctx.cancelled()) return Error(Code::cancelled, "stopped on request");
        const Rect block{all.x0 + all.width() * k / columns, y0,
                         all.x0 + all.width() * (k + 1) / columns,
                         std::min(y0 + kBlockRows, all.y1)};
        for (int c = some.c0; c < some.c1; ++c) {
          feed.choose(c);
          const int to = c - region.c0;
          ViewDrain drain(out.select_channels(to, to + 1), all);
          PANTILE_TRY(pipeline(c).run(block, feed, drain, scratch.rows));
        }
      }
    }
  }
  return {};
}

Fingerprint FilterSource::fingerprint() const {
  Hasher hasher;
  hasher.add("filter 1").add(inner_->fingerprint().hex());
  for (const std::string& chain : chains_) hasher.add(chain);
  return hasher.finish();
}

}  // namespace pantile::filter
