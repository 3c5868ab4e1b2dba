#include "ops/function/read_padded.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "core/buffer.h"
#include "core/copy.h"

namespace pantile {
namespace {

/// Places in a row, [to, to + count), that pixels from, from + step, … of the image stand for.
struct Run {
  std::int64_t to, from, count;
  int step;  ///< 1, −1; 0: one pixel for all. Of the constant, `from` is −1.
};

std::vector<Run> runs_of(std::int64_t begin, std::int64_t end, std::int64_t n, Boundary boundary) {
  std::vector<Run> runs;
  for (std::int64_t i = begin; i < end; ++i) {
    const std::int64_t at = inside(i, n, boundary);
    if (!runs.empty()) {
      Run& run = runs.back();
      const bool is_second = run.count == 1;
      const std::int64_t step = at - (run.from + (run.count - 1) * run.step);
      if ((at < 0) == (run.from < 0) && (is_second ? std::abs(step) <= 1 : step == run.step)) {
        run.step = static_cast<int>(step);
        ++run.count;
        continue;
      }
    }
    runs.push_back({i - begin, at, 1, 0});
  }
  return runs;
}

/// First and end of the image's pixels in `runs`; empty if there are none.
std::pair<std::int64_t, std::int64_t> bounds(const std::vector<Run>& runs) {
  std::int64_t first = std::numeric_limits<std::int64_t>::max(), end = 0;
  for (const Run& run : runs) {
    if (run.from < 0) continue;
    const std::int64_t last = run.from + (run.count - 1) * run.step;
    first = std::min({first, run.from, last});
    end = std::max({end, run.from + 1, last + 1});
  }
  return {std::min(first, end), end};
}

template <class Sample> void fill(const MutableView& out, double value) {
  const auto sample = static_cast<Sample>(value);
  for (int c = 0; c < out.channels(); ++c) {
    for (std::int64_t y = 0; y < out.height(); ++y) {
      for (std::int64_t x = 0; x < out.width(); ++x) {
        std::memcpy(out.at(y, x, c), &sample, sizeof sample);
      }
    }
  }
}

void fill_pixels(const MutableView& out, double value) {
  if (value == 0) return clear_pixels(out);
  switch (out.dtype()) {
    case DType::u8: return fill<std::uint8_t>(out, value);
    case DType::i8: return fill<std::int8_t>(out, value);
    case DType::u16: return fill<std::uint16_t>(out, value);
    case DType::i16: return fill<std::int16_t>(out, value);
    case DType::u32: return fill<std::uint32_t>(out, value);
    case DType::i32: return fill<std::int32_t>(out, value);
    case DType::u64: return fill<std::uint64_t>(out, value);
    case DType::i64: return fill<std::int64_t>(out, value);
    case DType::f32: return fill<float>(out, value);
    case DType::f64: return fill<double>(out, value);
    case DType::f16: return;  // holds() refuses it
  }
}

template <class Sample> bool in_range(double value) {
  using Limits = std::numeric_limits<Sample>;
  if constexpr (std::is_floating_point_v<Sample>) {
    return !std::isfinite(value) || std::abs(value) <= static_cast<double>(Limits::max());
  } else {
    return value == std::trunc(value) && value >= static_cast<double>(Limits::min()) &&
           value < static_cast<double>(Limits::max()) + 1.0;  // a power of two
  }
}

/// `view` with rows or columns the other way round.
MutableView flipped(const MutableView& view, bool rows, bool columns) {
  Layout layout = view.layout();
  std::byte* const data = view.at(rows ? layout.height - 1 : 0, columns ? layout.width - 1 : 0);
  if (rows) layout.row_stride = -layout.row_stride;
  if (columns) layout.col_stride = -layout.col_stride;
  return {data, layout};
}

/// The first row (column) of `view` for all others.
void repeat(const MutableView& view, bool rows, bool columns) {
  const View from(view);
  for (std::int64_t y = 1; rows && y < view.height(); ++y) {
    copy_pixels(from.window({0, 0, view.width(), 1}), view.window({0, y, view.width(), y + 1}));
  }
  for (std::int64_t x = 1; columns && x < view.width(); ++x) {
    copy_pixels(from.window({0, 0, 1, view.height()}), view.window({x, 0, x + 1, view.height()}));
  }
}

/// Fills `out` run by run; `read(rect, to)` gives pixels of the image.
template <class Read>
Status fill_runs(const std::vector<Run>& rows, const std::vector<Run>& columns, double value,
                 const MutableView& out, const Read& read) {
  for (const Run& y : rows) {
    for (const Run& x : columns) {
      const MutableView to = out.window({x.to, y.to, x.to + x.count, y.to + y.count});
      if (y.from < 0 || x.from < 0) {
        fill_pixels(to, value);
        continue;
      }
      const std::int64_t height = y.step == 0 ? 1 : y.count, width = x.step == 0 ? 1 : x.count;
      const std::int64_t top = y.step < 0 ? y.from - height + 1 : y.from;
      const std::int64_t left = x.step < 0 ? x.from - width + 1 : x.from;
      PANTILE_TRY(read(Rect{left, top, left + width, top + height},
                       flipped(to.window({0, 0, width, height}), y.step < 0, x.step < 0)));
      repeat(to, y.step == 0 && y.count > 1, x.step == 0 && x.count > 1);
    }
  }
  return {};
}

}  // namespace

bool holds(DType dtype, double value) {
  switch (dtype) {
    case DType::u8: return in_range<std::uint8_t>(value);
    case DType::i8: return in_range<std::int8_t>(value);
    case DType::u16: return in_range<std::uint16_t>(value);
    case DType::i16: return in_range<std::int16_t>(value);
    case DType::u32: return in_range<std::uint32_t>(value);
    case DType::i32: return in_range<std::int32_t>(value);
    case DType::u64: return in_range<std::uint64_t>(value);
    case DType::i64: return in_range<std::int64_t>(value);
    case DType::f32: return in_range<float>(value);
    case DType::f64: return in_range<double>(value);
    case DType::f16: return value == 0;
  }
  return false;
}

Status read_padded(const TileSource& source, const Rect& rect, const Outside& outside,
                   MutableView out, ReadContext& ctx) {
  const ImageSpec& spec = source.spec();
  const Rect image = spec.levels.front().bounds();
  if (image.contains(rect)) return source.read(spec.region(0, rect), out, ctx);
  const auto rows = runs_of(rect.y0, rect.y1, image.height(), outside.boundary);
  const auto columns = runs_of(rect.x0, rect.x1, image.width(), outside.boundary);
  const auto [y0, y1] = bounds(rows);
  const auto [x0, x1] = bounds(columns);
  const Rect all{x0, y0, x1, y1};
  // Mostly what is mirrored is there already; wrapped, it may be the image's other end.
  if (all.empty() || all.area() > rect.area()) {
    return fill_runs(rows, columns, outside.value, out, [&](const Rect& part, MutableView to) {
      return source.read(spec.region(0, part), to, ctx);
    });
  }
  PixelBuffer pixels(spec.dtype, all.height(), all.width(), spec.channels);
  PANTILE_TRY(source.read(spec.region(0, all), pixels.view(), ctx));
  return fill_runs(rows, columns, outside.value, out, [&](const Rect& part, MutableView to) {
    const View from(pixels.view());
    copy_pixels(from.window(translate(part, -all.x0, -all.y0)), to);
    return Status();
  });
}

}  // namespace pantile
