#pragma once
/// \file
/// What an operator does to rows: the smallest step of a filter.

#include <cstddef>
#include <cstdint>

#include "compute/rows/row_kernels.h"
#include "pantile/boundary.h"
#include "pantile/dtype.h"

namespace pantile::filter {

/// How samples are held between operators.
enum class RowType : std::uint8_t { u8, u16, f32, f64 };

constexpr std::size_t bytes_of(RowType type) {
  return type == RowType::u8 ? 1 : type == RowType::u16 ? 2 : type == RowType::f32 ? 4 : 8;
}
template <class T>
inline constexpr RowType row_type_of = sizeof(T) == 1   ? RowType::u8
                                       : sizeof(T) == 2 ? RowType::u16
                                       : sizeof(T) == 4 ? RowType::f32
                                                        : RowType::f64;
/// Which holds every value of `dtype` (of 64-bit integers: those up to 2^53).
constexpr RowType row_type(DType dtype) {
  switch (dtype) {
    case DType::u8: return RowType::u8;
    case DType::u16: return RowType::u16;
    case DType::i8:
    case DType::i16:
    case DType::f16:
    case DType::f32: return RowType::f32;
    default: return RowType::f64;
  }
}

/// How far an operator looks, in pixels, to either side.
struct Reach {
  std::int32_t y = 0, x = 0;
};

/// The rows around the one to be made: rows[k] is k − reach.y rows below it and points at the first
/// column to be made; reach.x columns before it and, behind the last, reach.x + kRowAlign are
/// readable.
struct RowWindow {
  const std::byte* const* rows;
  template <class T> const T* row(std::size_t k) const {
    return reinterpret_cast<const T*>(rows[k]);
  }
};

/// Immutable and thread-safe.
class RowOperator {
 public:
  virtual ~RowOperator() = default;
  virtual Reach reach() const { return {}; }
  virtual RowType input_type() const = 0;
  virtual RowType output_type() const = 0;
  /// Bytes that apply() needs for itself, for `n` columns.
  virtual std::size_t scratch_bytes(std::size_t) const { return 0; }
  /// Makes one row of `n` columns, a multiple of kRowAlign. `inputs`: a window for each input.
  virtual void apply(const RowWindow* inputs, std::byte* out, std::size_t n,
                     std::byte* scratch) const = 0;
};

/// `n` rounded up to whole kRowAlign.
constexpr std::size_t aligned_columns(std::size_t n) {
  return (n + kRowAlign - 1) / kRowAlign * kRowAlign;
}

}  // namespace pantile::filter
