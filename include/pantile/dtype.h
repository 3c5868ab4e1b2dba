#pragma once
/// \file
/// Sample types and what a sample means.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace pantile {

/// The number type of one sample.
enum class DType : std::uint8_t { u8, i8, u16, i16, u32, i32, u64, i64, f16, f32, f64 };

/// What samples mean; decides reduction, interpolation and colour handling.
enum class Kind : std::uint8_t { intensity, rgb, rgba, label, mask };

/// Bytes of one sample: 1, 2, 4 or 8.
constexpr std::size_t dtype_bytes(DType t) {
  switch (t) {
    case DType::u8:
    case DType::i8: return 1;
    case DType::u16:
    case DType::i16:
    case DType::f16: return 2;
    case DType::u32:
    case DType::i32:
    case DType::f32: return 4;
    case DType::u64:
    case DType::i64:
    case DType::f64: return 8;
  }
  return 0;
}

constexpr bool dtype_is_float(DType t) {
  return t == DType::f16 || t == DType::f32 || t == DType::f64;
}

/// Zarr's and NumPy's long name: "uint8", "float32" …
std::string_view dtype_name(DType t);
/// The type with that long name, if there is one.
std::optional<DType> dtype_from_name(std::string_view name);

std::string_view kind_name(Kind k);
std::optional<Kind> kind_from_name(std::string_view name);

/// The DType of a C++ number type: `dtype_of<float> == DType::f32`.
template <class T>
inline constexpr DType dtype_of = [] {
  static_assert(sizeof(T) == 0, "no DType for this type");
  return DType::u8;
}();
template <> inline constexpr DType dtype_of<std::uint8_t> = DType::u8;
template <> inline constexpr DType dtype_of<std::int8_t> = DType::i8;
template <> inline constexpr DType dtype_of<std::uint16_t> = DType::u16;
template <> inline constexpr DType dtype_of<std::int16_t> = DType::i16;
template <> inline constexpr DType dtype_of<std::uint32_t> = DType::u32;
template <> inline constexpr DType dtype_of<std::int32_t> = DType::i32;
template <> inline constexpr DType dtype_of<std::uint64_t> = DType::u64;
template <> inline constexpr DType dtype_of<std::int64_t> = DType::i64;
template <> inline constexpr DType dtype_of<float> = DType::f32;
template <> inline constexpr DType dtype_of<double> = DType::f64;

}  // namespace pantile
