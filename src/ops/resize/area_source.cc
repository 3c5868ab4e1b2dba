#include "ops/resize/area_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

#include "compute/cpu/weighted_rows.h"
#include "core/buffer.h"
#include "core/copy.h"
#include "core/hash.h"

namespace pantile {
namespace {

/// The source pixels [first, first + weights.size()) that one output pixel covers, and how much
/// of each, in units of 1/out_size source pixels so that the weights are whole numbers.
struct Footprint {
  std::int64_t first = 0;
  std::vector<double> weights;
};

Footprint footprint(std::int64_t i, std::int64_t in_size, std::int64_t out_size) {
  // In units of 1/out_size source pixels: output pixel i covers [i·in, (i+1)·in).
  const std::int64_t begin = i * in_size, end = begin + in_size;
  Footprint f;
  f.first = begin / out_size;
  for (std::int64_t p = f.first; p * out_size < end; ++p) {
    const std::int64_t lo = std::max(begin, p * out_size);
    const std::int64_t hi = std::min(end, (p + 1) * out_size);
    f.weights.push_back(static_cast<double>(hi - lo));
  }
  return f;
}

std::vector<Footprint> footprints(std::int64_t first, std::int64_t last, std::int64_t in_size,
                                  std::int64_t out_size) {
  std::vector<Footprint> all;
  for (std::int64_t i = first; i < last; ++i) all.push_back(footprint(i, in_size, out_size));
  return all;
}

template <class T> T rounded(double value) {
  if constexpr (std::is_floating_point_v<T>) {
    return static_cast<T>(value);
  } else {
    return static_cast<T>(std::floor(value + 0.5));
  }
}

/// Weighted sums of one output row, and the weights that went into them (NaN pixels do not).
struct RowSums {
  std::vector<double> sum, weight;
};

template <class T>
void add_row(View in, std::int64_t y, double row_weight, const std::vector<Footprint>& columns,
             std::int64_t in_x0, int channels, RowSums& row) {
  std::size_t at = 0;
  for (const Footprint& f : columns) {
    for (int c = 0; c < channels; ++c, ++at) {
      double sum = 0, weight = 0;
      for (std::size_t k = 0; k < f.weights.size(); ++k) {
        const T v = *reinterpret_cast<const T*>(
            in.at(y, f.first - in_x0 + static_cast<std::int64_t>(k), c));
        if constexpr (std::is_floating_point_v<T>) {
          if (std::isnan(v)) continue;
        }
        sum += f.weights[k] * static_cast<double>(v);
        weight += f.weights[k];
      }
      row.sum[at] += row_weight * sum;
      row.weight[at] += row_weight * weight;
    }
  }
}

template <class T> void store_row(const RowSums& row, MutableView out, std::int64_t y) {
  std::size_t at = 0;
  for (std::int64_t x = 0; x < out.width(); ++x) {
    for (int c = 0; c < out.channels(); ++c, ++at) {
      T value = T{};
      if (row.weight[at] > 0) {
        value = rounded<T>(row.sum[at] / row.weight[at]);
      } else if constexpr (std::is_floating_point_v<T>) {
        value = std::numeric_limits<T>::quiet_NaN();
      }
      *reinterpret_cast<T*>(out.at(y, x, c)) = value;
    }
  }
}

/// What one read has to know about its source pixels.
struct Task {
  const TileSource& inner;
  Region region;  ///< Of the source level; its rect is set piece by piece.
  const LevelInfo& in;
  const LevelInfo& out;
};

/// The source pixels that `rect` of the output covers.
Rect covered(const Task& task, const Rect& rect) {
  const auto last = [](const Footprint& f) {
    return f.first + static_cast<std::int64_t>(f.weights.size());
  };
  return {footprint(rect.x0, task.in.width, task.out.width).first,
          footprint(rect.y0, task.in.height, task.out.height).first,
          last(footprint(rect.x1 - 1, task.in.width, task.out.width)),
          last(footprint(rect.y1 - 1, task.in.height, task.out.height))};
}

/// True when every sum of weights and samples is a whole number that 32 bits hold along a column
/// and a double holds over the whole: then sums of integers are exact in any order.
template <class T> bool sums_are_exact(const Task& task) {
  constexpr std::int64_t kMost = std::numeric_limits<T>::max();
  constexpr std::int64_t kColumn = std::numeric_limits<std::uint32_t>::max();
  constexpr std::int64_t kWhole = std::int64_t{1} << std::numeric_limits<double>::digits;
  return task.in.height <= kColumn / kMost && task.in.width <= kWhole / kMost / task.in.height;
}

/// The columns of an output row with their weights, as the inner loop wants them.
struct Columns {
  struct Run {
    std::size_t first, count;  ///< Source pixels, relative to the piece.
  };
  Columns(const std::vector<Footprint>& footprints, std::int64_t in_x0) {
    for (const Footprint& f : footprints) {
      runs.push_back({static_cast<std::size_t>(f.first - in_x0), f.weights.size()});
      for (const double w : f.weights) weights.push_back(static_cast<std::uint64_t>(w));
    }
  }
  std::vector<Run> runs;
  std::vector<std::uint64_t> weights;  ///< One run's after the other's.
};

/// Means of `kAtOnce` channels from channel `c` on, of sums down the columns; rounded half up.
template <class T, int kAtOnce>
void store_means(const std::vector<std::uint32_t>& sums, const Columns& columns, int c,
                 double total, MutableView out, std::int64_t y) {
  const auto channels = static_cast<std::size_t>(out.channels());
  const std::uint64_t* weight = columns.weights.data();
  std::int64_t x = 0;
  for (const Columns::Run& run : columns.runs) {
    std::uint64_t sum[kAtOnce] = {};
    const std::uint32_t* at = sums.data() + run.first * channels + c;
    for (std::size_t k = 0; k < run.count; ++k, at += channels, ++weight) {
      for (int i = 0; i < kAtOnce; ++i) sum[i] += *weight * at[i];
    }
    for (int i = 0; i < kAtOnce; ++i) {
      const double mean = static_cast<double>(static_cast<std::int64_t>(sum[i])) / total;
      *reinterpret_cast<T*>(out.at(y, x, c + i)) =
          static_cast<T>(static_cast<std::int32_t>(mean + 0.5));
    }
    ++x;
  }
}

/// What add_row() and store_row() give where sums_are_exact(), several times as fast: columns are
/// summed first, which vectors do, and each output pixel looks at them once.
template <class T>
void shrink_exactly(const Task& task, const Rect& rect, View in, const Rect& from,
                    const std::vector<Footprint>& footprints, MutableView out) {
  const int channels = out.channels();
  const auto samples = static_cast<std::size_t>(from.width() * channels);
  const double total = static_cast<double>(task.in.width * task.in.height);
  const Columns columns(footprints, from.x0);
  std::vector<std::uint32_t> sums(samples);
  for (std::int64_t y = rect.y0; y < rect.y1; ++y) {
    std::fill(sums.begin(), sums.end(), 0);
    const Footprint rows = footprint(y, task.in.height, task.out.height);
    for (std::size_t r = 0; r < rows.weights.size(); ++r) {
      const std::int64_t in_y = rows.first - from.y0 + static_cast<std::int64_t>(r);
      add_weighted_row(reinterpret_cast<const T*>(in.at(in_y, 0)),
                       static_cast<std::uint32_t>(rows.weights[r]), sums.data(), samples);
    }
    if (channels == 3) {
      store_means<T, 3>(sums, columns, 0, total, out, y - rect.y0);
    } else {
      for (int c = 0; c < channels; ++c) {
        store_means<T, 1>(sums, columns, c, total, out, y - rect.y0);
      }
    }
  }
}

template <class T>
Status shrink_piece(const Task& task, const Rect& rect, MutableView out, ReadContext& ctx) {
  const Rect from = covered(task, rect);
  PixelBuffer in(out.dtype(), from.height(), from.width(), out.channels());
  Region region = task.region;
  region.rect = from;
  PANTILE_TRY(task.inner.read(region, in.view(), ctx));
  const auto columns = footprints(rect.x0, rect.x1, task.in.width, task.out.width);
  if constexpr (sizeof(T) <= 2 && std::is_unsigned_v<T>) {
    if (sums_are_exact<T>(task)) {
      shrink_exactly<T>(task, rect, std::as_const(in).view(), from, columns, out);
      return {};
    }
  }
  const auto samples = static_cast<std::size_t>(rect.width() * out.channels());
  RowSums sums;
  for (std::int64_t y = rect.y0; y < rect.y1; ++y) {
    sums.sum.assign(samples, 0);
    sums.weight.assign(samples, 0);
    const Footprint rows = footprint(y, task.in.height, task.out.height);
    for (std::size_t r = 0; r < rows.weights.size(); ++r) {
      add_row<T>(std::as_const(in).view(), rows.first - from.y0 + static_cast<std::int64_t>(r),
                 rows.weights[r], columns, from.x0, out.channels(), sums);
    }
    store_row<T>(sums, out, y - rect.y0);
  }
  return {};
}

/// Halves `rect` along its longer side until its source pixels fit one piece.
template <class T>
Status shrink(const Task& task, const Rect& rect, MutableView out, ReadContext& ctx) {
  if (ctx.cancelled()) return Error(Code::cancelled, "stopped on request");
  const std::int64_t pixel = static_cast<std::int64_t>(sizeof(T)) * out.channels();
  if (covered(task, rect).area() * pixel <= AreaSource::kPieceBytes || rect.area() == 1) {
    return shrink_piece<T>(task, rect, out, ctx);
  }
  Rect a = rect, b = rect;
  if (rect.width() >= rect.height()) {
    a.x1 = b.x0 = rect.x0 + rect.width() / 2;
  } else {
    a.y1 = b.y0 = rect.y0 + rect.height() / 2;
  }
  for (const Rect& part : {a, b}) {
    PANTILE_TRY(shrink<T>(task, part, out.window(translate(part, -rect.x0, -rect.y0)), ctx));
  }
  return {};
}

Status take_centres(const Task& task, const Rect& rect, MutableView out, ReadContext& ctx) {
  const auto centre = [](std::int64_t i, std::int64_t in, std::int64_t n) {
    return ((2 * i + 1) * in) / (2 * n);
  };
  for (std::int64_t y = rect.y0; y < rect.y1; ++y) {
    const std::int64_t in_y = centre(y, task.in.height, task.out.height);
    PixelBuffer row(out.dtype(), 1, task.in.width, out.channels());
    Region region = task.region;
    region.rect = {0, in_y, task.in.width, in_y + 1};
    PANTILE_TRY(task.inner.read(region, row.view(), ctx));
    for (std::int64_t x = rect.x0; x < rect.x1; ++x) {
      const std::int64_t in_x = centre(x, task.in.width, task.out.width);
      copy_pixels(std::as_const(row).view().window({in_x, 0, in_x + 1, 1}),
                  out.window({x - rect.x0, y - rect.y0, x - rect.x0 + 1, y - rect.y0 + 1}));
    }
  }
  return {};
}

}  // namespace

int level_for_size(const ImageSpec& spec, std::int64_t width, std::int64_t height) {
  int best = 0;
  for (std::size_t l = 1; l < spec.levels.size(); ++l) {
    if (spec.levels[l].width < width || spec.levels[l].height < height) break;
    best = static_cast<int>(l);
  }
  return best;
}

Result<std::unique_ptr<AreaSource>> AreaSource::create(std::shared_ptr<const TileSource> inner,
                                                       int level, std::int64_t width,
                                                       std::int64_t height) {
  const LevelInfo& from = inner->spec().levels.at(static_cast<std::size_t>(level));
  if (width < 1 || height < 1 || width > from.width || height > from.height) {
    return Error(Code::invalid, fmt::format("cannot shrink {}x{} pixels to {}x{}", from.width,
                                            from.height, width, height));
  }
  if (inner->spec().dtype == DType::f16) {
    return Error(Code::invalid, "cannot shrink an image of half floats");
  }
  return std::unique_ptr<AreaSource>(new AreaSource(std::move(inner), level, width, height));
}

AreaSource::AreaSource(std::shared_ptr<const TileSource> inner, int level, std::int64_t width,
                       std::int64_t height)
    : inner_(std::move(inner)), level_(level), spec_(inner_->spec()) {
  LevelInfo info = spec_.levels[static_cast<std::size_t>(level)];
  const double fx = static_cast<double>(info.width) / static_cast<double>(width);
  const double fy = static_cast<double>(info.height) / static_cast<double>(height);
  info.offset.x += info.scale.x * (fx - 1) / 2;
  info.offset.y += info.scale.y * (fy - 1) / 2;
  info.scale = {info.scale.x * fx, info.scale.y * fy};
  info.width = width;
  info.height = height;
  spec_.levels = {info};
}

Cost AreaSource::cost(const Region& region) const {
  const LevelInfo& in = inner_->spec().levels[static_cast<std::size_t>(level_)];
  const std::int64_t per_pixel =
      (in.width / spec_.levels[0].width + 2) * (in.height / spec_.levels[0].height + 2);
  const std::int64_t sums = 16 * region.rect.width() * region.channels();
  Region below = region;
  below.level = level_;
  below.rect = in.bounds();
  Cost cost = inner_->cost(below);
  cost.scratch_bytes += sums + std::max(AreaSource::kPieceBytes, per_pixel * spec_.pixel_bytes());
  return cost;
}

Status AreaSource::read(const Region& region, MutableView out, ReadContext& ctx) const {
  PANTILE_TRY(check_read(spec_, region, out));
  const LevelInfo& in = inner_->spec().levels[static_cast<std::size_t>(level_)];
  Region below = region;
  below.level = level_;
  const Task task{*inner_, below, in, spec_.levels[0]};
  if (in.width == task.out.width && in.height == task.out.height) {
    return inner_->read(below, out, ctx);
  }
  if (spec_.kind == Kind::label || spec_.kind == Kind::mask) {
    return take_centres(task, region.rect, out, ctx);
  }
  switch (spec_.dtype) {
    case DType::u8: return shrink<std::uint8_t>(task, region.rect, out, ctx);
    case DType::i8: return shrink<std::int8_t>(task, region.rect, out, ctx);
    case DType::u16: return shrink<std::uint16_t>(task, region.rect, out, ctx);
    case DType::i16: return shrink<std::int16_t>(task, region.rect, out, ctx);
    case DType::u32: return shrink<std::uint32_t>(task, region.rect, out, ctx);
    case DType::i32: return shrink<std::int32_t>(task, region.rect, out, ctx);
    case DType::u64: return shrink<std::uint64_t>(task, region.rect, out, ctx);
    case DType::i64: return shrink<std::int64_t>(task, region.rect, out, ctx);
    case DType::f32: return shrink<float>(task, region.rect, out, ctx);
    case DType::f64: return shrink<double>(task, region.rect, out, ctx);
    case DType::f16: break;
  }
  return Error(Code::internal, "area averaging of half floats");
}

Fingerprint AreaSource::fingerprint() const {
  return Hasher()
      .add("area")
      .add(inner_->fingerprint().hex())
      .add(std::int64_t{level_})
      .add(spec_.levels[0].width)
      .add(spec_.levels[0].height)
      .finish();
}

}  // namespace pantile
