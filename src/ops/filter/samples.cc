#include "ops/filter/samples.h"

#include <bit>
#include <cstring>
#include <limits>

namespace pantile::filter {
namespace {

/// A half as IEEE 754 has it.
struct Half {
  std::uint16_t bits;
  explicit operator float() const {
    const std::uint32_t sign = static_cast<std::uint32_t>(bits & 0x8000) << 16;
    const std::uint32_t rest = bits & 0x7fff;
    if (rest >= 0x7c00) return std::bit_cast<float>(sign | 0x7f800000 | (rest & 0x3ff) << 13);
    // Shifted into place the exponent is 112 too small; the product is exact, of subnormals too.
    return std::bit_cast<float>(
        sign | std::bit_cast<std::uint32_t>(std::bit_cast<float>(rest << 13) * 0x1p112f));
  }
};

template <class Sample, class Row>
void load(const std::byte* from, std::ptrdiff_t stride, std::size_t n, std::byte* to) {
  Row* const rows = reinterpret_cast<Row*>(to);
  if constexpr (std::is_same_v<Sample, Row>) {
    if (stride == sizeof(Sample)) {
      std::memcpy(to, from, n * sizeof(Sample));
      return;
    }
  }
  for (std::size_t i = 0; i < n; ++i) {
    Sample sample;
    std::memcpy(&sample, from + static_cast<std::ptrdiff_t>(i) * stride, sizeof sample);
    rows[i] = static_cast<Row>(sample);
  }
}

template <class Row, class Sample>
void store_strided(const std::byte* from, std::size_t n, std::byte* to, std::ptrdiff_t stride) {
  const Row* const rows = reinterpret_cast<const Row*>(from);
  for (std::size_t i = 0; i < n; ++i) {
    auto sample = static_cast<Sample>(rows[i]);
    if constexpr (std::is_floating_point_v<Sample>) {
      sample = sample != sample ? std::numeric_limits<Sample>::quiet_NaN() : sample;
    }
    std::memcpy(to + static_cast<std::ptrdiff_t>(i) * stride, &sample, sizeof sample);
  }
}

template <class Row, class Sample>
void store(const std::byte* from, std::size_t n, std::byte* to, std::ptrdiff_t stride) {
  // A stride that the compiler knows makes it a vector loop.
  if (stride == sizeof(Sample)) return store_strided<Row, Sample>(from, n, to, sizeof(Sample));
  store_strided<Row, Sample>(from, n, to, stride);
}

}  // namespace

void load_samples(const View& view, std::int64_t y, std::int64_t x, std::size_t n, std::byte* to) {
  const std::byte* const from = view.at(y, x);
  const std::ptrdiff_t stride = view.layout().col_stride;
  switch (view.dtype()) {
    case DType::u8: return load<std::uint8_t, std::uint8_t>(from, stride, n, to);
    case DType::i8: return load<std::int8_t, float>(from, stride, n, to);
    case DType::u16: return load<std::uint16_t, std::uint16_t>(from, stride, n, to);
    case DType::i16: return load<std::int16_t, float>(from, stride, n, to);
    case DType::u32: return load<std::uint32_t, double>(from, stride, n, to);
    case DType::i32: return load<std::int32_t, double>(from, stride, n, to);
    case DType::u64: return load<std::uint64_t, double>(from, stride, n, to);
    case DType::i64: return load<std::int64_t, double>(from, stride, n, to);
    case DType::f16: return load<Half, float>(from, stride, n, to);
    case DType::f32: return load<float, float>(from, stride, n, to);
    case DType::f64: return load<double, double>(from, stride, n, to);
  }
}

void store_samples(const std::byte* from, std::size_t n, const MutableView& view, std::int64_t y,
                   std::int64_t x) {
  std::byte* const to = view.at(y, x);
  const std::ptrdiff_t stride = view.layout().col_stride;
  switch (view.dtype()) {
    case DType::u8: return store<std::uint8_t, std::uint8_t>(from, n, to, stride);
    case DType::i8: return store<float, std::int8_t>(from, n, to, stride);
    case DType::u16: return store<std::uint16_t, std::uint16_t>(from, n, to, stride);
    case DType::i16: return store<float, std::int16_t>(from, n, to, stride);
    case DType::u32: return store<double, std::uint32_t>(from, n, to, stride);
    case DType::i32: return store<double, std::int32_t>(from, n, to, stride);
    case DType::u64: return store<double, std::uint64_t>(from, n, to, stride);
    case DType::i64: return store<double, std::int64_t>(from, n, to, stride);
    case DType::f16: return;  // no operator gives it
    case DType::f32: return store<float, float>(from, n, to, stride);
    case DType::f64: return store<double, double>(from, n, to, stride);
  }
}

}  // namespace pantile::filter
