#include "ops/filter/distance_source.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>
#include <vector>

#include "ops/filter/samples.h"

namespace pantile::filter {
namespace {

template <class T> void mark_zeros(const std::byte* row, std::size_t n, std::uint8_t* zero) {
  const T* const samples = reinterpret_cast<const T*>(row);
  for (std::size_t i = 0; i < n; ++i) zero[i] = samples[i] == T(0) ? 1 : 0;
}

void mark_zeros(RowType type, const std::byte* row, std::size_t n, std::uint8_t* zero) {
  switch (type) {
    case RowType::u8: return mark_zeros<std::uint8_t>(row, n, zero);
    case RowType::u16: return mark_zeros<std::uint16_t>(row, n, zero);
    case RowType::f32: return mark_zeros<float>(row, n, zero);
    case RowType::f64: return mark_zeros<double>(row, n, zero);
  }
}

/// The distances of a line from those along the columns: the lowest of parabolas.
class Line {
 public:
  /// `nearest`: by column, how many rows the nearest 0 is away; more than `reach`: there is none.
  /// each(x, square of the distance) for x from `begin` to `end`; −1: there is none.
  template <class Each>
  void run(const std::vector<std::uint16_t>& nearest, std::size_t row, std::int32_t width,
           std::int32_t reach, std::int32_t begin, std::int32_t end, Each each) {
    const std::uint16_t* const away = nearest.data() + row * static_cast<std::size_t>(width);
    parabolas_.clear();
    for (std::int32_t x = 0; x < width; ++x) {
      if (away[x] > reach) continue;
      const Parabola next{x, away[x] * away[x], 0};
      while (!parabolas_.empty() &&
             parabolas_.back().at(parabolas_.back().from) > next.at(parabolas_.back().from)) {
        parabolas_.pop_back();
      }
      if (parabolas_.empty()) {
        parabolas_.push_back(next);
        continue;
      }
      // The last column where the one before is no higher; not left of where that begins.
      const Parabola& before = parabolas_.back();
      const std::int32_t last = (next.x * next.x - before.x * before.x + next.low - before.low) /
                                (2 * (next.x - before.x));
      if (last + 1 < width) parabolas_.push_back({next.x, next.low, last + 1});
    }
    std::size_t k = 0;
    for (std::int32_t x = begin; x < end; ++x) {
      while (k + 1 < parabolas_.size() && parabolas_[k + 1].from <= x) ++k;
      each(x, parabolas_.empty() ? -1 : parabolas_[k].at(x));
    }
  }

 private:
  struct Parabola {
    std::int32_t x, low,
        from;  ///< Where it is lowest, how low, and from where on it is the lowest.
    std::int32_t at(std::int32_t column) const { return (column - x) * (column - x) + low; }
  };
  std::vector<Parabola> parabolas_;
};

}  // namespace

/// What a read needs, kept from block to block.
class DistanceSource::Work {
 public:
  explicit Work(const DistanceSource& source) : source_(source) {}

  /// `block` of a plane into `out`, which is just that; `below`: what is read, but for its rect.
  Status make(const Rect& block, Region below, const MutableView& out, ReadContext& ctx) {
    below.rect = source_.around(block);
    PANTILE_TRY(load(below, ctx));
    find_rows(block, below.rect);
    const auto most = static_cast<float>(source_.most_);
    const auto squared = source_.most_ * source_.most_;
    const auto width = static_cast<std::int32_t>(below.rect.width());
    const auto begin = static_cast<std::int32_t>(block.x0 - below.rect.x0);
    for (std::int64_t y = 0; y < block.height(); ++y) {
      line_.run(nearest_, static_cast<std::size_t>(y), width, source_.reach_, begin,
                begin + static_cast<std::int32_t>(block.width()),
                [&](std::int32_t x, std::int32_t square) {
                  const float d = square < 0 || square >= squared
                                      ? most
                                      : std::sqrt(static_cast<float>(square));
                  std::memcpy(out.at(y, x - begin), &d, sizeof d);
                });
    }
    return {};
  }

 private:
  Status load(const Region& region, ReadContext& ctx) {
    const TileSource& inner = *source_.inner_;
    const Rect& rect = region.rect;
    View samples = inner.borrow(region);
    if (samples.data() == nullptr) {
      const Layout layout = Layout::interleaved(inner.spec().dtype, rect.height(), rect.width(), 1);
      read_.resize(layout.packed_bytes());
      const MutableView view(read_.data(), layout);
      PANTILE_TRY(inner.read(region, view, ctx));
      samples = view;
    }
    const auto width = static_cast<std::size_t>(rect.width());
    zeros_.resize(static_cast<std::size_t>(rect.height()) * width);
    row_.resize(width * sizeof(double));
    for (std::int64_t y = 0; y < rect.height(); ++y) {
      load_samples(samples, y, 0, width, row_.data());
      mark_zeros(row_type(inner.spec().dtype), row_.data(), width,
                 zeros_.data() + static_cast<std::size_t>(y) * width);
    }
    return {};
  }

  /// How many rows the nearest 0 of each column is away, for the rows of `block`.
  void find_rows(const Rect& block, const Rect& rect) {
    const auto width = static_cast<std::size_t>(rect.width());
    const auto none = static_cast<std::uint16_t>(source_.reach_ + 1);
    nearest_.assign(static_cast<std::size_t>(block.height()) * width, none);
    const auto step = [&](std::int64_t y) {
      const std::uint8_t* const zero = zeros_.data() + static_cast<std::size_t>(y) * width;
      for (std::size_t x = 0; x < width; ++x) {
        const auto more = static_cast<std::uint16_t>(std::min<int>(away_[x] + 1, none));
        away_[x] = zero[x] != 0 ? std::uint16_t{0} : more;
      }
      const std::int64_t row = y + rect.y0 - block.y0;
      if (row < 0 || row >= block.height()) return;
      std::uint16_t* const nearest = nearest_.data() + static_cast<std::size_t>(row) * width;
      for (std::size_t x = 0; x < width; ++x) nearest[x] = std::min(nearest[x], away_[x]);
    };
    away_.assign(width, none);
    for (std::int64_t y = 0; y < block.y1 - rect.y0; ++y) step(y);
    away_.assign(width, none);
    for (std::int64_t y = rect.height(); y-- > block.y0 - rect.y0;) step(y);
  }

  const DistanceSource& source_;
  std::vector<std::byte> read_, row_;
  std::vector<std::uint8_t> zeros_;
  std::vector<std::uint16_t> away_, nearest_;
  Line line_;
};

DistanceSource::DistanceSource(std::shared_ptr<const TileSource> inner, ImageSpec spec, double most,
                               Fingerprint fingerprint)
    : inner_(std::move(inner)),
      spec_(std::move(spec)),
      most_(most),
      reach_(static_cast<std::int32_t>(std::floor(most))),
      fingerprint_(fingerprint) {}

Rect DistanceSource::around(const Rect& block) const {
  return intersect({block.x0 - reach_, block.y0 - reach_, block.x1 + reach_, block.y1 + reach_},
                   spec_.levels.front().bounds());
}

Cost DistanceSource::cost(const Region& region) const {
  const LevelInfo& level = spec_.levels.front();
  const std::int64_t width = std::min(kBlockPx, region.rect.width());
  const std::int64_t height = std::min(kBlockPx, region.rect.height());
  const Rect read{0, 0, std::min(level.width, width + 2 * reach_),
                  std::min(level.height, height + 2 * reach_)};
  Cost cost = inner_->cost({0, region.t, region.z, region.c0, region.c0 + 1, read});
  const auto sample = static_cast<std::int64_t>(dtype_bytes(inner_->spec().dtype));
  cost.scratch_bytes += read.area() * (sample + 1) + read.width() * (height * 2 + 40);
  return cost;
}

Status DistanceSource::read(const Region& region, MutableView out, ReadContext& ctx) const {
  PANTILE_TRY(check_read(spec_, region, out));
  Work work(*this);
  const Rect& all = region.rect;
  for (int c = region.c0; c < region.c1; ++c) {
    const MutableView plane = MutableView(out.select_channels(c - region.c0, c - region.c0 + 1));
    const Region below{0, region.t, region.z, c, c + 1, {}};
    for (std::int64_t y = all.y0; y < all.y1; y += kBlockPx) {
      for (std::int64_t x = all.x0; x < all.x1; x += kBlockPx) {
        if (ctx.cancelled()) return Error(Code::cancelled, "stopped on request");
        const Rect block{x, y, std::min(x + kBlockPx, all.x1), std::min(y + kBlockPx, all.y1)};
        PANTILE_TRY(work.make(block, below, plane.window(translate(block, -all.x0, -all.y0)), ctx));
      }
    }
  }
  return {};
}

}  // namespace pantile::filter
