#include "ops/function/blend_source.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <numbers>

#include "compute/math/kernels.h"
#include "ops/function/function_source.h"

namespace pantile {
namespace {

/// Steps that are blended at once: fewer, and windows at the borders are asked for more often.
constexpr std::int64_t kStepsPerRead = 2;

/// A row of a prediction, weighted, onto the sums.
template <class Sample>
void add_row(const std::byte* from, std::ptrdiff_t stride, std::int64_t n, double row_share,
             const double* shares, double* sums) {
  for (std::int64_t x = 0; x < n; ++x) {
    Sample sample;
    std::memcpy(&sample, from + x * stride, sizeof sample);
    sums[x] += (row_share * shares[x]) * static_cast<double>(sample);
  }
}

template <class Sample>
void store_row(const double* sums, std::int64_t n, std::byte* to, std::ptrdiff_t stride) {
  using Limits = std::numeric_limits<Sample>;
  for (std::int64_t x = 0; x < n; ++x) {
    Sample sample;
    if constexpr (std::is_floating_point_v<Sample>) {
      sample = std::isnan(sums[x]) ? Limits::quiet_NaN() : static_cast<Sample>(sums[x]);
    } else {
      // A power of two, of 64 bits too, as the greatest is rounded up: what is less can be held.
      constexpr double kEnd = static_cast<double>(Limits::max()) + 1.0;
      const double rounded = std::nearbyint(sums[x]);
      sample = rounded >= kEnd                                 ? Limits::max()
               : rounded <= static_cast<double>(Limits::min()) ? Limits::min()
                                                               : static_cast<Sample>(rounded);
    }
    std::memcpy(to + x * stride, &sample, sizeof sample);
  }
}

/// `work` with a value of the type that `dtype` names; f16 is refused before.
template <class Work> void with_type(DType dtype, const Work& work) {
  switch (dtype) {
    case DType::u8: return work(std::uint8_t{});
    case DType::i8: return work(std::int8_t{});
    case DType::u16: return work(std::uint16_t{});
    case DType::i16: return work(std::int16_t{});
    case DType::u32: return work(std::uint32_t{});
    case DType::i32: return work(std::int32_t{});
    case DType::u64: return work(std::uint64_t{});
    case DType::i64: return work(std::int64_t{});
    case DType::f32: return work(float{});
    case DType::f64: return work(double{});
    case DType::f16: return;
  }
}

}  // namespace

std::vector<double> window_weights(Blend blend, std::int64_t n) {
  std::vector<double> weights(static_cast<std::size_t>(n), 1.0);
  const auto size = static_cast<double>(n);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const double at = static_cast<double>(i) + 0.5;
    if (blend == Blend::hann) {
      const double sine = math::evaluate(math::Unary::sin, std::numbers::pi * at / size);
      weights[i] = sine * sine;
    } else if (blend == Blend::gaussian) {
      const double z = (at - size / 2) / (size / 8);
      weights[i] = math::evaluate(math::Unary::exp, -0.5 * z * z);
    }
  }
  return weights;
}

BlendSource::BlendSource(const TileCalls& calls)
    : results_(calls, calls.options().cache_bytes),
      spec_(spec_after(results_.calls())),
      weights_(window_weights(results_.calls().options().blend, results_.grid().tile_px())) {}

Cost BlendSource::cost(const Region&) const {
  Cost cost = results_.cost();
  const std::int64_t step = results_.grid().step_px();
  cost.scratch_bytes += step * step * spec_.channels * static_cast<std::int64_t>(sizeof(double));
  return cost;
}

std::int64_t BlendSource::tile_px() const {
  const FunctionGrid& grid = results_.grid();
  return grid.step_px() * std::max({kStepsPerRead, grid.batch_columns(), grid.batch_rows()});
}

std::vector<double> BlendSource::shares(std::int64_t first, std::int64_t last, std::int64_t begin,
                                        std::int64_t end) const {
  const std::int64_t n = end - begin, step = results_.grid().step_px();
  std::vector<double> shares(static_cast<std::size_t>((last - first) * n), 0.0);
  for (std::int64_t i = 0; i < n; ++i) {
    double sum = 0;
    for (const bool is_sum : {true, false}) {
      for (std::int64_t k = first; k < last; ++k) {
        const std::int64_t at = begin + i - k * step;
        if (at < 0 || at >= static_cast<std::int64_t>(weights_.size())) continue;
        const double weight = weights_[static_cast<std::size_t>(at)];
        if (is_sum) {
          sum += weight;
        } else {
          shares[static_cast<std::size_t>((k - first) * n + i)] = weight / sum;
        }
      }
    }
  }
  return shares;
}

Status BlendSource::blend(const Region& block, MutableView out, ReadContext& ctx) const {
  const Rect& rect = block.rect;
  const FunctionGrid::Block windows = results_.grid().tiles_over(rect);
  const std::vector<double> columns = shares(windows.c0, windows.c1, rect.x0, rect.x1);
  const std::vector<double> rows = shares(windows.r0, windows.r1, rect.y0, rect.y1);
  const std::int64_t width = rect.width(), height = rect.height();
  std::vector<double> sums(static_cast<std::size_t>(width * height * block.channels()), 0.0);
  for (std::int64_t row = windows.r0; row < windows.r1; ++row) {
    for (std::int64_t column = windows.c0; column < windows.c1; ++column) {
      if (ctx.cancelled()) return Error(Code::cancelled, "stopped on request");
      PANTILE_ASSIGN(const TileResult window, results_.get(column, row, ctx));
      const Rect& core = window.tile.core;
      const Rect part = intersect(core, rect);
      const std::int64_t left = part.x0 - rect.x0;
      const double* const share = columns.data() + (column - windows.c0) * width + left;
      for (int c = 0; c < block.channels(); ++c) {
        for (std::int64_t y = part.y0; y < part.y1; ++y) {
          const std::int64_t at = y - rect.y0;
          const double row_share = rows[static_cast<std::size_t>((row - windows.r0) * height + at)];
          const std::byte* const from =
              window.pixels.at(y - core.y0, part.x0 - core.x0, block.c0 + c);
          double* const to = sums.data() + (c * height + at) * width + left;
          with_type(spec_.dtype, [&]<class Sample>(Sample) {
            add_row<Sample>(from, window.pixels.layout().col_stride, part.width(), row_share, share,
                            to);
          });
        }
      }
    }
  }
  for (int c = 0; c < block.channels(); ++c) {
    for (std::int64_t y = 0; y < height; ++y) {
      with_type(spec_.dtype, [&]<class Sample>(Sample) {
        store_row<Sample>(sums.data() + (c * height + y) * width, width, out.at(y, 0, c),
                          out.layout().col_stride);
      });
    }
  }
  return {};
}

Status BlendSource::read(const Region& region, MutableView out, ReadContext& ctx) const {
  PANTILE_TRY(check_read(spec_, region, out));
  const Rect& all = region.rect;
  const std::int64_t step = results_.grid().step_px();
  for (std::int64_t y = all.y0 / step * step; y < all.y1; y += step) {
    for (std::int64_t x = all.x0 / step * step; x < all.x1; x += step) {
      Region block = region;
      block.rect = intersect({x, y, x + step, y + step}, all);
      PANTILE_TRY(blend(block, out.window(translate(block.rect, -all.x0, -all.y0)), ctx));
    }
  }
  return {};
}

Fingerprint BlendSource::fingerprint() const {
  return fingerprint_after(results_.calls(), "blend 1");
}

}  // namespace pantile
