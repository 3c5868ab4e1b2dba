#include "compute/cpu/reduce.h"

#include <algorithm>
#include <string>

#include "compute/cpu/reduce_u8.h"
#include "compute/math/block_mean.h"

namespace pantile {
namespace {

template <class T> T most_frequent_of(const PixelBlock<T>& b) {
  T best = b.values[0];
  int best_count = 0;
  for (int i = 0; i < b.count; ++i) {
    const T v = b.values[i];
    const int n = static_cast<int>(std::count(b.values, b.values + b.count, v));
    if (n > best_count || (n == best_count && v < best)) {
      best = v;
      best_count = n;
    }
  }
  return best;
}

template <class T> T largest_of(const PixelBlock<T>& b) {
  return *std::max_element(b.values, b.values + b.count);
}

template <class T> const T& sample(View v, std::int64_t y, std::int64_t x, int c) {
  return *reinterpret_cast<const T*>(v.at(y, x, c));
}

/// Reduces output columns [x0, to.width) of rows [y0, y1), one sample at a time.
template <class T, class Combine>
void reduce_samples(View from, MutableView to, const Rect& out, Combine combine) {
  for (std::int64_t y = out.y0; y < out.y1; ++y) {
    const int rows = 2 * y + 1 < from.height() ? 2 : 1;
    for (std::int64_t x = out.x0; x < out.x1; ++x) {
      const int columns = 2 * x + 1 < from.width() ? 2 : 1;
      for (int c = 0; c < from.channels(); ++c) {
        PixelBlock<T> block{};
        for (int dy = 0; dy < rows; ++dy) {
          for (int dx = 0; dx < columns; ++dx) {
            block.values[block.count++] = sample<T>(from, 2 * y + dy, 2 * x + dx, c);
          }
        }
        *reinterpret_cast<T*>(to.at(y, x, c)) = combine(block);
      }
    }
  }
}

template <class T> void reduce_by_kind(View from, Kind kind, MutableView to, const Rect& out) {
  switch (kind) {
    case Kind::label: return reduce_samples<T>(from, to, out, most_frequent_of<T>);
    case Kind::mask: return reduce_samples<T>(from, to, out, largest_of<T>);
    default: return reduce_samples<T>(from, to, out, block_mean<T>);
  }
}

bool has_interleaved_rows(const Layout& l) {
  return (l.channels == 1 || l.channel_stride == 1) && l.col_stride == l.channels;
}

/// Means of 8-bit samples: whole blocks through the vector path, the odd edge one by one.
void reduce_u8_mean(View from, MutableView to) {
  const Rect all{0, 0, to.width(), to.height()};
  const std::int64_t whole_rows = from.height() / 2, whole_columns = from.width() / 2;
  const int channels = from.channels();
  const bool vectorised = has_interleaved_rows(from.layout()) &&
                          has_interleaved_rows(to.layout()) &&
                          (channels == 1 || channels == 3 || channels == 4);
  if (!vectorised) return reduce_samples<std::uint8_t>(from, to, all, block_mean<std::uint8_t>);
  for (std::int64_t y = 0; y < whole_rows; ++y) {
    reduce_rows_u8(reinterpret_cast<const std::uint8_t*>(from.at(2 * y, 0)),
                   reinterpret_cast<const std::uint8_t*>(from.at(2 * y + 1, 0)),
                   reinterpret_cast<std::uint8_t*>(to.at(y, 0)),
                   static_cast<std::size_t>(whole_columns), channels);
  }
  const auto edge = [&](const Rect& r) {
    reduce_samples<std::uint8_t>(from, to, r, block_mean<std::uint8_t>);
  };
  edge({whole_columns, 0, to.width(), whole_rows});
  edge({0, whole_rows, to.width(), to.height()});
}

}  // namespace

Status reduce_2x2(View from, Kind kind, MutableView to) {
  if (to.height() != (from.height() + 1) / 2 || to.width() != (from.width() + 1) / 2 ||
      to.channels() != from.channels() || to.dtype() != from.dtype()) {
    return Error(Code::invalid, "reduce_2x2: the target is not half the size of its source");
  }
  const Rect all{0, 0, to.width(), to.height()};
  const bool mean = kind != Kind::label && kind != Kind::mask;
  switch (from.dtype()) {
    case DType::u8:
      if (mean) {
        reduce_u8_mean(from, to);
      } else {
        reduce_by_kind<std::uint8_t>(from, kind, to, all);
      }
      return {};
    case DType::i8: reduce_by_kind<std::int8_t>(from, kind, to, all); return {};
    case DType::u16: reduce_by_kind<std::uint16_t>(from, kind, to, all); return {};
    case DType::i16: reduce_by_kind<std::int16_t>(from, kind, to, all); return {};
    case DType::u32: reduce_by_kind<std::uint32_t>(from, kind, to, all); return {};
    case DType::i32: reduce_by_kind<std::int32_t>(from, kind, to, all); return {};
    case DType::u64: reduce_by_kind<std::uint64_t>(from, kind, to, all); return {};
    case DType::i64: reduce_by_kind<std::int64_t>(from, kind, to, all); return {};
    case DType::f32: reduce_by_kind<float>(from, kind, to, all); return {};
    case DType::f64: reduce_by_kind<double>(from, kind, to, all); return {};
    case DType::f16: break;
  }
  return Error(Code::invalid, "reduce_2x2: pixels of type " +
                                  std::string(dtype_name(from.dtype())) + " cannot be averaged");
}

}  // namespace pantile
