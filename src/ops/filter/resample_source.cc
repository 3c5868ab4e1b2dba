#include "ops/filter/resample_source.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <tuple>
#include <type_traits>
#include <utility>

#include "compute/rows/resample_kernels.h"
#include "compute/rows/whole_numbers.h"
#include "ops/filter/pointwise.h"
#include "ops/filter/samples.h"

namespace pantile::filter {
namespace {

/// New pixels that are made at a time: rows of the source are read in long pieces.
constexpr std::int64_t kBlockRows = 256, kBlockColumns = 1024;
/// Columns of the source that a block looks at, as far as a block can be narrower for that.
constexpr std::int64_t kMostColumns = 4096;
/// Source samples that are read at a time, and the rows of them that there are at least.
constexpr std::int64_t kPieceSamples = std::int64_t{1} << 20, kLeastRows = 16;
/// Columns of the source whose samples of a few rows are worked on together.
constexpr std::int64_t kNearColumns = 256;
/// Blocks of a strip, whose columns' weights are worked out together.
constexpr std::int64_t kStripBlocks = 4;

/// How wide (high) a block is, so that what it looks at stays bounded.
std::int64_t block_edge(std::int64_t in, std::int64_t out, std::int64_t most_in,
                        std::int64_t most) {
  const std::int64_t shrinks = std::max<std::int64_t>(1, in / out);
  return std::clamp<std::int64_t>(most_in / shrinks, 1, most);
}

/// The weights of some samples in a row, those of one after those of the other.
template <class T> class Axis {
 public:
  /// Of samples [from, to).
  void set(std::int64_t from, std::int64_t to, std::int64_t in, std::int64_t out,
           const Resampling& how) {
    if (from == from_ && to == to_) return;
    from_ = from;
    to_ = to;
    first_.clear();
    weights_.clear();
    at_.assign(1, 0);
    for (std::int64_t i = from; i < to; ++i) {
      const Taps taps = resampling_taps(i, in, out, how);
      first_.push_back(taps.first);
      for (const double w : taps.weights) weights_.push_back(static_cast<T>(w));
      at_.push_back(weights_.size());
    }
  }

  /// Of sample i.
  std::int64_t first(std::int64_t i) const { return first_[index(i)]; }
  std::int64_t end(std::int64_t i) const {
    return first_[index(i)] + static_cast<std::int64_t>(at_[index(i) + 1] - at_[index(i)]);
  }
  const T* weights(std::int64_t i) const { return weights_.data() + at_[index(i)]; }
  /// What samples [from, to) look at.
  std::pair<std::int64_t, std::int64_t> span(std::int64_t from, std::int64_t to) const {
    std::pair span(first(from), end(from));
    for (std::int64_t i = from + 1; i < to; ++i) {
      span = {std::min(span.first, first(i)), std::max(span.second, end(i))};
    }
    return span;
  }
  /// Of rows that begin with sample `begin` of the source.
  RowTaps<T> taps(std::int64_t from, std::int64_t to, std::int64_t begin) const {
    return {first_.data() + index(from), at_.data() + index(from), weights_.data(),
            static_cast<std::size_t>(to - from), begin};
  }

 private:
  std::size_t index(std::int64_t i) const { return static_cast<std::size_t>(i - from_); }

  std::int64_t from_ = 0, to_ = 0;
  std::vector<std::int64_t> first_;
  std::vector<std::size_t> at_;  ///< Of each one's weights, and the end.
  std::vector<T> weights_;
};

/// Rows of T, all of one length, rounded up to whole kRowAlign.
template <class T> class Rows {
 public:
  void resize(std::int64_t rows, std::int64_t columns) {
    stride_ = aligned_columns(static_cast<std::size_t>(columns));
    samples_.resize(static_cast<std::size_t>(rows) * stride_);
  }
  std::size_t stride() const { return stride_; }
  T* row(std::int64_t k) { return samples_.data() + static_cast<std::size_t>(k) * stride_; }

 private:
  std::vector<T> samples_;
  std::size_t stride_ = 0;
};

/// True where a row of the view is an array of samples.
template <class Sample> bool has_rows_of(const View& view) {
  constexpr auto kSize = static_cast<std::ptrdiff_t>(sizeof(Sample));
  return view.layout().col_stride == kSize && view.layout().row_stride % kSize == 0 &&
         reinterpret_cast<std::uintptr_t>(view.data()) % sizeof(Sample) == 0;
}

constexpr std::int64_t kRowsTogether = kResampledRows;

}  // namespace

struct ResampleSource::Work {
  virtual ~Work() = default;
};

/// One block of one channel at a time; kept from read to read.
template <class T> class ResampleSource::Weigher final : public Work {
 public:
  Weigher(const TileSource& inner, const Resampling& how, DType out) : inner_(inner), how_(how) {
    const RowType from = row_type(inner.spec().dtype), here = row_type_of<T>;
    if (from != here) to_float_ = make_conversion(from, here);
    const RowType to = row_type(out);
    if (to == RowType::u8 || to == RowType::u16) {
      rounded_ = make_conversion(here, to);
    } else if (!dtype_is_float(out)) {
      rounded_ = make_rounding(here, out);
    }
  }

  /// The columns of the blocks to come.
  void set_columns(std::int64_t from, std::int64_t to) {
    columns_.set(from, to, inner_.spec().levels.front().width, how_.width, how_);
  }

  /// `block` of the result into `out`, which is just that; `below`: what is read, but for its rect.
  Status make(const Rect& block, Region below, const MutableView& out, ReadContext& ctx) {
    rows_.set(block.y0, block.y1, inner_.spec().levels.front().height, how_.height, how_);
    const auto [x0, x1] = columns_.span(block.x0, block.x1);
    const auto [y0, y1] = rows_.span(block.y0, block.y1);
    const std::int64_t width = x1 - x0;
    below.rect = {x0, y0, x1, y1};
    const bool is_there = borrow(below);
    const std::int64_t at_a_time = is_there ? y1 - y0 : std::max(kLeastRows, kPieceSamples / width);
    const bool is_one = y1 - y0 <= at_a_time;
    sums_.resize(is_one ? kRowsTogether : block.height(), width);
    made_.resize(kRowsTogether + 1, block.width());
    // (Both are rounded up to more than resample_rows() asks for.)
    turned_.resize((sums_.stride() + made_.stride()) * kResampledRows);
    for (std::int64_t y = y0; y < y1; y += at_a_time) {
      if (ctx.cancelled()) return Error(Code::cancelled, "stopped on request");
      below.rect = {x0, y, x1, std::min(y + at_a_time, y1)};
      if (!is_there) PANTILE_TRY(load(below, ctx));
      if (is_one) break;
      for (std::int64_t k = 0; k < block.height(); ++k) {
        add_rows(block.y0 + k, below.rect, sums_.row(k));
      }
    }
    for (std::int64_t k = 0; k < block.height(); k += kRowsTogether) {
      const std::int64_t count = std::min(kRowsTogether, block.height() - k);
      for (std::int64_t j = 0; is_one && j < count; ++j) {
        add_rows(block.y0 + k + j, below.rect, sums_.row(j));
      }
      sum_columns(block, is_one ? 0 : k, count, x0, width);
      for (std::int64_t j = 0; j < count; ++j) store(made_.row(j), block.width(), out, k + j);
    }
    return {};
  }

 private:
  /// True when the samples of `region` are in memory as rows of samples.
  bool borrow(const Region& region) {
    samples_ = inner_.borrow(region);
    if (samples_.data() == nullptr) return false;
    held_ = samples_.dtype();
    return is_plain();
  }

  /// The samples of `region`: as they are, where that are rows of samples, else as rows of T.
  Status load(const Region& region, ReadContext& ctx) {
    const Rect& rect = region.rect;
    samples_ = inner_.borrow(region);
    if (samples_.data() == nullptr) {
      const Layout layout =
          Layout::interleaved(inner_.spec().dtype, rect.height(), rect.width(), 1);
      read_.resize(layout.packed_bytes());
      const MutableView view(read_.data(), layout);
      PANTILE_TRY(inner_.read(region, view, ctx));
      samples_ = view;
    }
    held_ = samples_.dtype();
    if (is_plain()) return {};
    held_ = dtype_of<T>;
    loaded_.resize(rect.height(), rect.width());
    const auto count = static_cast<std::size_t>(rect.width());
    line_.resize(loaded_.stride() * sizeof(double));
    for (std::int64_t y = 0; y < rect.height(); ++y) {
      auto* const to = reinterpret_cast<std::byte*>(loaded_.row(y));
      load_samples(samples_, y, 0, count, to_float_ == nullptr ? to : line_.data());
      if (to_float_ != nullptr) convert(*to_float_, line_.data(), to, loaded_.stride());
    }
    const auto stride = static_cast<std::ptrdiff_t>(loaded_.stride() * sizeof(T));
    samples_ = View(reinterpret_cast<const std::byte*>(loaded_.row(0)),
                    {held_, rect.height(), rect.width(), 1, stride, sizeof(T), sizeof(T)});
    return {};
  }

  bool is_plain() const {
    if (held_ == dtype_of<T>) return has_rows_of<T>(samples_);
    if constexpr (std::is_same_v<T, float>) {
      if (held_ == DType::u8) return has_rows_of<std::uint8_t>(samples_);
      if (held_ == DType::u16) return has_rows_of<std::uint16_t>(samples_);
    }
    return false;
  }

  static void convert(const RowOperator& op, const std::byte* from, std::byte* to, std::size_t n) {
    const std::byte* const rows[] = {from};
    const RowWindow window{rows};
    op.apply(&window, to, n, nullptr);
  }

  /// What `rect`, which was loaded, adds to the sums of row `i`. Summed up from the first row to
  /// the last, whatever the pieces: what there is already counts as it is.
  void add_rows(std::int64_t i, const Rect& rect, T* sums) {
    if constexpr (std::is_same_v<T, float>) {
      if (held_ == DType::u8) return add_rows_of<std::uint8_t>(i, rect, sums);
      if (held_ == DType::u16) return add_rows_of<std::uint16_t>(i, rect, sums);
    }
    add_rows_of<T>(i, rect, sums);
  }

  template <class Sample> void add_rows_of(std::int64_t i, const Rect& rect, T* sums) {
    const std::int64_t first = rows_.first(i);
    const std::int64_t begin = std::max(first, rect.y0), end = std::min(rows_.end(i), rect.y1);
    if (begin >= end) return;
    auto& taps = std::get<std::vector<const Sample*>>(taps_);
    taps.clear();
    for (std::int64_t y = begin; y < end; ++y) {
      taps.push_back(reinterpret_cast<const Sample*>(samples_.at(y - rect.y0, 0)));
    }
    sum_rows(taps.data(), taps.size(), rows_.weights(i) + (begin - first),
             begin > first ? sums : nullptr, sums, static_cast<std::size_t>(rect.width()));
  }

  /// Of `count` rows of sums, from row `k` on, the rows of the block.
  void sum_columns(const Rect& block, std::int64_t k, std::int64_t count, std::int64_t x0,
                   std::int64_t width) {
    std::array<const T*, kResampledRows> from;
    std::array<T*, kResampledRows> to;
    for (std::int64_t j = 0; j < kRowsTogether; ++j) {
      const bool is_there = j < count;
      from[static_cast<std::size_t>(j)] = sums_.row(is_there ? k + j : k);
      to[static_cast<std::size_t>(j)] = made_.row(is_there ? j : kRowsTogether);
    }
    // So many at a time that what is turned stays in the nearest cache.
    const std::int64_t at_a_time = std::max<std::int64_t>(8, kNearColumns * block.width() / width);
    for (std::int64_t x = block.x0; x < block.x1;) {
      const std::int64_t next = std::min(x + at_a_time / 4 * 4, block.x1);
      const auto [begin, end] = columns_.span(x, next);
      for (const T*& row : from) row += begin - x0;
      resample_rows(from.data(), static_cast<std::size_t>(end - begin),
                    columns_.taps(x, next, begin), turned_.data(), to.data());
      for (const T*& row : from) row -= begin - x0;
      for (T*& row : to) row += next - x;
      x = next;
    }
  }

  void store(const T* row, std::int64_t width, const MutableView& out, std::int64_t y) {
    const auto count = static_cast<std::size_t>(width);
    if constexpr (std::is_same_v<T, float>) {
      if (out.dtype() == DType::u8 && has_rows_of<std::uint8_t>(out)) {
        return to_whole_numbers(row, reinterpret_cast<std::uint8_t*>(out.at(y, 0)), count);
      }
      if (out.dtype() == DType::u16 && has_rows_of<std::uint16_t>(out)) {
        return to_whole_numbers(row, reinterpret_cast<std::uint16_t*>(out.at(y, 0)), count);
      }
    }
    const auto* from = reinterpret_cast<const std::byte*>(row);
    if (rounded_ != nullptr) {
      line_.resize(std::max(line_.size(), made_.stride() * sizeof(double)));
      convert(*rounded_, from, line_.data(), made_.stride());
      from = line_.data();
    }
    store_samples(from, count, out, y, 0);
  }

  const TileSource& inner_;
  const Resampling& how_;
  std::shared_ptr<const RowOperator> to_float_, rounded_;
  Axis<T> rows_, columns_;
  View samples_;  ///< What was loaded, …
  DType held_;    ///< … and as what.
  Rows<T> loaded_, sums_, made_;
  std::vector<T> turned_;
  std::tuple<std::vector<const std::uint8_t*>, std::vector<const std::uint16_t*>,
             std::vector<const T*>>
      taps_;
  std::vector<std::byte> read_, line_;
};

namespace {

/// Blocks of `rect`, each(block).
template <class Each>
Status for_blocks(const Rect& rect, std::int64_t width, std::int64_t height, Each each) {
  for (std::int64_t y = rect.y0; y < rect.y1; y += height) {
    for (std::int64_t x = rect.x0; x < rect.x1; x += width) {
      PANTILE_TRY(each(Rect{x, y, std::min(x + width, rect.x1), std::min(y + height, rect.y1)}));
    }
  }
  return {};
}

bool needs_doubles(DType dtype) { return row_type(dtype) == RowType::f64; }

/// The sample whose square holds the centre of new pixel `i`.
std::int64_t nearest_to(std::int64_t i, std::int64_t in, std::int64_t out) {
  return (2 * i + 1) * in / (2 * out);
}

template <class Sample>
void pick_as(const std::byte* from, std::ptrdiff_t stride, const std::vector<std::int64_t>& columns,
             std::byte* to, std::ptrdiff_t to_stride) {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    Sample sample;
    std::memcpy(&sample, from + columns[i] * stride, sizeof sample);
    std::memcpy(to + static_cast<std::ptrdiff_t>(i) * to_stride, &sample, sizeof sample);
  }
}

/// Row `y` of `out`: some columns of row `from` of `samples`. `row` is memory.
void pick(const View& samples, std::int64_t from, const std::vector<std::int64_t>& columns,
          const MutableView& out, std::int64_t y, std::vector<std::byte>& row) {
  const std::byte* at = samples.at(from, 0);
  std::ptrdiff_t stride = samples.layout().col_stride;
  if (samples.dtype() != out.dtype()) {  // halves become 32-bit floats
    row.resize(static_cast<std::size_t>(samples.width()) * sizeof(float));
    load_samples(samples, from, 0, static_cast<std::size_t>(samples.width()), row.data());
    at = row.data();
    stride = sizeof(float);
  }
  const std::ptrdiff_t to_stride = out.layout().col_stride;
  switch (dtype_bytes(out.dtype())) {
    case 1: return pick_as<std::uint8_t>(at, stride, columns, out.at(y, 0), to_stride);
    case 2: return pick_as<std::uint16_t>(at, stride, columns, out.at(y, 0), to_stride);
    case 4: return pick_as<std::uint32_t>(at, stride, columns, out.at(y, 0), to_stride);
    default: return pick_as<std::uint64_t>(at, stride, columns, out.at(y, 0), to_stride);
  }
}

}  // namespace

ResampleSource::ResampleSource(std::shared_ptr<const TileSource> inner, ImageSpec spec,
                               const Resampling& how, Fingerprint fingerprint)
    : inner_(std::move(inner)),
      spec_(std::move(spec)),
      how_(how),
      in_width_(inner_->spec().levels.front().width),
      in_height_(inner_->spec().levels.front().height),
      fingerprint_(fingerprint) {}

ResampleSource::~ResampleSource() = default;

Region ResampleSource::below(const Region& region, int channel, const Rect& rect) const {
  return {0, region.t, region.z, channel, channel + 1, rect};
}

Cost ResampleSource::cost(const Region& region) const {
  // The widest block, in the middle of the image.
  const auto span = [](std::int64_t in, std::int64_t out, std::int64_t edge,
                       const Resampling& how) {
    const std::int64_t shrinks = in / out + 1;
    const std::int64_t reach =
        how.antialias || how.method == ResampleMethod::area ? 4 * shrinks : 4;
    return std::min(in, edge * shrinks + 2 * reach + 2);
  };
  const std::int64_t block_w =
      std::min(region.rect.width(), block_edge(in_width_, how_.width, kMostColumns, kBlockColumns));
  const std::int64_t block_h = std::min(region.rect.height(), kBlockRows);
  const std::int64_t width = span(in_width_, how_.width, block_w, how_);
  const std::int64_t height = span(in_height_, how_.height, block_h, how_);
  const std::int64_t rows = std::min(height, std::max(kLeastRows, kPieceSamples / width));
  const Region piece{0, region.t, region.z, region.c0, region.c0 + 1, {0, 0, width, rows}};
  Cost cost = inner_->cost(piece);
  const auto sample = static_cast<std::int64_t>(dtype_bytes(inner_->spec().dtype));
  const std::int64_t here = needs_doubles(inner_->spec().dtype) ? 8 : 4;
  const auto aligned = [](std::int64_t n) {
    return static_cast<std::int64_t>(aligned_columns(static_cast<std::size_t>(n)));
  };
  const std::int64_t strip_w = std::min(region.rect.width(), kStripBlocks * block_w);
  const std::int64_t weights_w = kStripBlocks * 6 * width + 8 * strip_w, weights_h = 6 * height;
  cost.scratch_bytes += width * rows * sample + rows * aligned(width) * here +
                        std::max(block_h, kRowsTogether) * aligned(width) * here +
                        kRowsTogether * (aligned(width) + 2 * aligned(block_w) + 64) * here +
                        (weights_w + weights_h + 8 * block_h) * here + (strip_w + block_h) * 16 +
                        height * 8 + 16 * aligned(width);
  return cost;
}

Status ResampleSource::read_nearest(const Region& region, const MutableView& out,
                                    ReadContext& ctx) const {
  const std::int64_t edge_x = block_edge(in_width_, how_.width, kMostColumns, kBlockColumns);
  const std::int64_t edge_y =
      block_edge(in_height_, how_.height, kPieceSamples / kMostColumns, kBlockRows);
  std::vector<std::byte> memory, row;
  std::vector<std::int64_t> columns;
  return for_blocks(region.rect, edge_x, edge_y, [&](const Rect& block) -> Status {
    if (ctx.cancelled()) return Error(Code::cancelled, "stopped on request");
    columns.clear();
    for (std::int64_t x = block.x0; x < block.x1; ++x) {
      columns.push_back(nearest_to(x, in_width_, how_.width));
    }
    const auto y_of = [&](std::int64_t y) { return nearest_to(y, in_height_, how_.height); };
    const Rect rect{columns.front(), y_of(block.y0), columns.back() + 1, y_of(block.y1 - 1) + 1};
    for (std::int64_t& x : columns) x -= rect.x0;
    const Rect here = translate(block, -region.rect.x0, -region.rect.y0);
    for (int c = region.c0; c < region.c1; ++c) {
      const Region wanted = below(region, c, rect);
      View samples = inner_->borrow(wanted);
      if (samples.data() == nullptr) {
        const Layout layout =
            Layout::interleaved(inner_->spec().dtype, rect.height(), rect.width(), 1);
        memory.resize(layout.packed_bytes());
        const MutableView view(memory.data(), layout);
        PANTILE_TRY(inner_->read(wanted, view, ctx));
        samples = view;
      }
      const MutableView to =
          MutableView(out.select_channels(c - region.c0, c - region.c0 + 1)).window(here);
      for (std::int64_t y = block.y0; y < block.y1; ++y) {
        const std::int64_t from = y_of(y) - rect.y0;
        pick(samples, from, columns, to, y - block.y0, row);
      }
    }
    return {};
  });
}

template <class T>
Status ResampleSource::read_weighted(const Region& region, const MutableView& out,
                                     ReadContext& ctx) const {
  std::unique_ptr<Work> work;
  {
    const std::lock_guard lock(mutex_);
    if (!free_.empty()) {
      work = std::move(free_.back());
      free_.pop_back();
    }
  }
  if (work == nullptr) work = std::make_unique<Weigher<T>>(*inner_, how_, spec_.dtype);
  auto& weigher = static_cast<Weigher<T>&>(*work);
  const std::int64_t edge = block_edge(in_width_, how_.width, kMostColumns, kBlockColumns);
  const auto make = [&](const Rect& block) -> Status {
    const Rect here = translate(block, -region.rect.x0, -region.rect.y0);
    for (int c = region.c0; c < region.c1; ++c) {
      const MutableView plane =
          MutableView(out.select_channels(c - region.c0, c - region.c0 + 1)).window(here);
      PANTILE_TRY(weigher.make(block, below(region, c, {}), plane, ctx));
    }
    return {};
  };
  const Status done = for_blocks(region.rect, kStripBlocks * edge, region.rect.height(),
                                 [&](const Rect& strip) -> Status {
                                   weigher.set_columns(strip.x0, strip.x1);
                                   return for_blocks(strip, edge, kBlockRows, make);
                                 });
  const std::lock_guard lock(mutex_);
  free_.push_back(std::move(work));
  return done;
}

Status ResampleSource::read(const Region& region, MutableView out, ReadContext& ctx) const {
  PANTILE_TRY(check_read(spec_, region, out));
  if (how_.method == ResampleMethod::nearest) return read_nearest(region, out, ctx);
  if (needs_doubles(inner_->spec().dtype)) return read_weighted<double>(region, out, ctx);
  return read_weighted<float>(region, out, ctx);
}

}  // namespace pantile::filter
