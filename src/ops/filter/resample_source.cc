#include "ops/filter/resample_source.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "ops/filter/pointwise.h"
#include "ops/filter/samples.h"

namespace pantile::filter {
namespace {

/// New pixels that are made at a time, along an edge.
constexpr std::int64_t kBlockPx = 256;
/// Columns of the source that a block looks at, as far as a block can be narrower for that.
constexpr std::int64_t kMostColumns = 4096;
/// Source samples that are read at a time, and the rows of them that there are at least.
constexpr std::int64_t kPieceSamples = std::int64_t{1} << 20, kLeastRows = 16;
/// Edge of the squares by which a matrix is turned.
constexpr std::int64_t kTurnPx = 16;

std::int64_t end_of(const Taps& taps) {
  return taps.first + static_cast<std::int64_t>(taps.weights.size());
}

/// How wide (high) a block is, so that what it looks at stays bounded.
std::int64_t block_edge(std::int64_t in, std::int64_t out, std::int64_t most_in) {
  const std::int64_t shrinks = std::max<std::int64_t>(1, in / out);
  return std::clamp<std::int64_t>(most_in / shrinks, 1, kBlockPx);
}

/// The weights of some samples in a row, those of one after those of the other.
template <class T> struct Axis {
  std::vector<std::int64_t> first;
  std::vector<std::size_t> at;  ///< Of each one's weights, and the end.
  std::vector<T> weights;
  std::int64_t begin = 0, end = 0;  ///< What they look at.

  void set(std::int64_t from, std::int64_t to, std::int64_t in, std::int64_t out,
           const Resampling& how) {
    first.clear();
    weights.clear();
    at.assign(1, 0);
    begin = in;
    end = 0;
    for (std::int64_t i = from; i < to; ++i) {
      const Taps taps = resampling_taps(i, in, out, how);
      first.push_back(taps.first);
      for (const double w : taps.weights) weights.push_back(static_cast<T>(w));
      at.push_back(weights.size());
      begin = std::min(begin, taps.first);
      end = std::max(end, end_of(taps));
    }
  }
};

/// Rows of T, all of one length, and a spare one that takes the place of what is summed up.
template <class T> class Rows {
 public:
  void resize(std::int64_t rows, std::int64_t columns) {
    stride_ = aligned_columns(static_cast<std::size_t>(columns));
    bytes_.resize(static_cast<std::size_t>(rows + 1) * stride_);
    row_.resize(static_cast<std::size_t>(rows) + 1);
    for (std::size_t k = 0; k < row_.size(); ++k) row_[k] = bytes_.data() + k * stride_;
  }
  std::size_t stride() const { return stride_; }
  T* row(std::int64_t k) { return row_[static_cast<std::size_t>(k)]; }
  T* spare() { return row_.back(); }
  void keep_spare(std::int64_t k) { std::swap(row_[static_cast<std::size_t>(k)], row_.back()); }

 private:
  std::vector<T> bytes_;
  std::vector<T*> row_;
  std::size_t stride_ = 0;
};

template <class T> void turn(Rows<T>& from, std::int64_t rows, std::int64_t columns, Rows<T>& to) {
  to.resize(columns, rows);
  for (std::int64_t y0 = 0; y0 < rows; y0 += kTurnPx) {
    const std::int64_t y1 = std::min(rows, y0 + kTurnPx);
    for (std::int64_t x0 = 0; x0 < columns; x0 += kTurnPx) {
      const std::int64_t x1 = std::min(columns, x0 + kTurnPx);
      for (std::int64_t x = x0; x < x1; ++x) {
        T* const line = to.row(x);
        for (std::int64_t y = y0; y < y1; ++y) line[y] = from.row(y)[x];
      }
    }
  }
}

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

  /// `block` of the result into `out`, which is just that; `below`: what is read, but for its rect.
  Status make(const Rect& block, Region below, const MutableView& out, ReadContext& ctx) {
    const LevelInfo& in = inner_.spec().levels.front();
    rows_.set(block.y0, block.y1, in.height, how_.height, how_);
    columns_.set(block.x0, block.x1, in.width, how_.width, how_);
    const std::int64_t width = columns_.end - columns_.begin;
    sums_.resize(block.height(), width);
    const std::int64_t at_a_time = std::max(kLeastRows, kPieceSamples / width);
    for (std::int64_t y = rows_.begin; y < rows_.end; y += at_a_time) {
      if (ctx.cancelled()) return Error(Code::cancelled, "stopped on request");
      below.rect = {columns_.begin, y, columns_.end, std::min(y + at_a_time, rows_.end)};
      PANTILE_TRY(load(below, ctx));
      for (std::int64_t k = 0; k < block.height(); ++k) add_rows(k, below.rect);
    }
    turn(sums_, block.height(), width, turned_);
    made_.resize(block.width(), block.height());
    for (std::int64_t k = 0; k < block.width(); ++k) sum_columns(k);
    turn(made_, block.width(), block.height(), result_);
    for (std::int64_t y = 0; y < block.height(); ++y) store(result_.row(y), block.width(), out, y);
    return {};
  }

 private:
  /// The samples of `region` as rows of T.
  Status load(const Region& region, ReadContext& ctx) {
    const Rect& rect = region.rect;
    View samples = inner_.borrow(region);
    if (samples.data() == nullptr) {
      const Layout layout =
          Layout::interleaved(inner_.spec().dtype, rect.height(), rect.width(), 1);
      read_.resize(layout.packed_bytes());
      const MutableView view(read_.data(), layout);
      PANTILE_TRY(inner_.read(region, view, ctx));
      samples = view;
    }
    loaded_.resize(rect.height(), rect.width());
    const auto count = static_cast<std::size_t>(rect.width());
    line_.resize(loaded_.stride() * sizeof(double));
    for (std::int64_t y = 0; y < rect.height(); ++y) {
      auto* const to = reinterpret_cast<std::byte*>(loaded_.row(y));
      load_samples(samples, y, 0, count, to_float_ == nullptr ? to : line_.data());
      if (to_float_ != nullptr) convert(*to_float_, line_.data(), to, loaded_.stride());
    }
    return {};
  }

  static void convert(const RowOperator& op, const std::byte* from, std::byte* to, std::size_t n) {
    const std::byte* const rows[] = {from};
    const RowWindow window{rows};
    op.apply(&window, to, n, nullptr);
  }

  /// What `rect`, which holds rows of the source, adds to row `k` of the block. Summed up from the
  /// first row to the last, whatever the pieces: what there is already counts as it is.
  void add_rows(std::int64_t k, const Rect& rect) {
    const auto i = static_cast<std::size_t>(k);
    const std::int64_t first = rows_.first[i];
    const auto count = static_cast<std::int64_t>(rows_.at[i + 1] - rows_.at[i]);
    const std::int64_t begin = std::max(first, rect.y0), end = std::min(first + count, rect.y1);
    if (begin >= end) return;
    taps_.clear();
    weights_.clear();
    if (begin > first) {
      taps_.push_back(sums_.row(k));
      weights_.push_back(1);
    }
    for (std::int64_t y = begin; y < end; ++y) {
      taps_.push_back(loaded_.row(y - rect.y0));
      weights_.push_back(rows_.weights[rows_.at[i] + static_cast<std::size_t>(y - first)]);
    }
    kernels_->weighted(taps_.data(), taps_.size(), weights_.data(), sums_.spare(), sums_.stride());
    sums_.keep_spare(k);
  }

  void sum_columns(std::int64_t k) {
    const auto i = static_cast<std::size_t>(k);
    taps_.clear();
    const std::size_t count = columns_.at[i + 1] - columns_.at[i];
    const std::int64_t first = columns_.first[i] - columns_.begin;
    for (std::size_t j = 0; j < count; ++j) {
      taps_.push_back(turned_.row(first + static_cast<std::int64_t>(j)));
    }
    kernels_->weighted(taps_.data(), count, columns_.weights.data() + columns_.at[i], made_.row(k),
                       turned_.stride());
  }

  void store(const T* row, std::int64_t width, const MutableView& out, std::int64_t y) {
    const auto* from = reinterpret_cast<const std::byte*>(row);
    if (rounded_ != nullptr) {
      line_.resize(std::max(line_.size(), result_.stride() * sizeof(double)));
      convert(*rounded_, from, line_.data(), result_.stride());
      from = line_.data();
    }
    store_samples(from, static_cast<std::size_t>(width), out, y, 0);
  }

  const TileSource& inner_;
  const Resampling& how_;
  const RowKernels<T>* kernels_ = &row_kernels<T>();
  std::shared_ptr<const RowOperator> to_float_, rounded_;
  Axis<T> rows_, columns_;
  Rows<T> loaded_, sums_, turned_, made_, result_;
  std::vector<const T*> taps_;
  std::vector<T> weights_;
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
      std::min(region.rect.width(), block_edge(in_width_, how_.width, kMostColumns));
  const std::int64_t block_h = std::min(region.rect.height(), kBlockPx);
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
  cost.scratch_bytes += width * rows * sample + (rows + 1) * aligned(width) * here +
                        (block_h + 1) * aligned(width) * here +
                        (width + 1) * aligned(block_h) * here +
                        2 * (aligned(block_w) + 1) * aligned(block_h) * here +
                        (width + height) * 16 + 16 * aligned(width);
  return cost;
}

Status ResampleSource::read_nearest(const Region& region, const MutableView& out,
                                    ReadContext& ctx) const {
  const std::int64_t edge_x = block_edge(in_width_, how_.width, kMostColumns);
  const std::int64_t edge_y = block_edge(in_height_, how_.height, kPieceSamples / kMostColumns);
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
  const std::int64_t edge = block_edge(in_width_, how_.width, kMostColumns);
  const Status done = for_blocks(region.rect, edge, kBlockPx, [&](const Rect& block) -> Status {
    const Rect here = translate(block, -region.rect.x0, -region.rect.y0);
    for (int c = region.c0; c < region.c1; ++c) {
      const MutableView plane =
          MutableView(out.select_channels(c - region.c0, c - region.c0 + 1)).window(here);
      PANTILE_TRY(weigher.make(block, below(region, c, {}), plane, ctx));
    }
    return {};
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
