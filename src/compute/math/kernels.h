#pragma once
/// \file
/// Array kernels of the elementary functions, one table per SIMD target and one for scalar code.
///
/// All tables compute the same bits. Every kernel reads and writes `n` elements, n a multiple of
/// kAlignElements; `out` may be exactly one of the inputs, never a shifted overlap. Pointers need
/// no alignment beyond that of T. Errors of each function in ULP: docs/numbers.md.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace pantile::math {

/// Kernel lengths are multiples of this.
inline constexpr std::size_t kAlignElements = 16;

// clang-format off: a table of names
// Comparisons and logic give 1 or 0; anything but 0 counts as true, NaN too.
enum class Unary : std::uint8_t {
  neg, abs, sqrt, cbrt, floor, ceil, round, trunc, fract, sign, logical_not,
  sin, cos, tan, asin, acos, atan, sinh, cosh, tanh, asinh, acosh, atanh,
  exp, exp2, expm1, log, log2, log10, log1p, erf, erfc, sinc,
  count_
};
enum class Binary : std::uint8_t {
  add, sub, mul, div, pow, atan2, hypot, fmod, mod, min, max, step,
  lt, le, gt, ge, eq, ne, logical_and, logical_or,
  count_
};
enum class Ternary : std::uint8_t { select, clamp, mix, smoothstep, count_ };
// clang-format on

inline constexpr std::size_t kUnaryCount = static_cast<std::size_t>(Unary::count_);
inline constexpr std::size_t kBinaryCount = static_cast<std::size_t>(Binary::count_);
inline constexpr std::size_t kTernaryCount = static_cast<std::size_t>(Ternary::count_);

template <class T> struct Kernels {
  using UnaryFn = void (*)(const T* a, T* out, std::size_t n);
  using BinaryFn = void (*)(const T* a, const T* b, T* out, std::size_t n);
  using BinaryVsFn = void (*)(const T* a, T b, T* out, std::size_t n);  ///< array, one number
  using BinarySvFn = void (*)(T a, const T* b, T* out, std::size_t n);  ///< one number, array
  using TernaryFn = void (*)(const T* a, const T* b, const T* c, T* out, std::size_t n);

  std::array<UnaryFn, kUnaryCount> unary{};
  std::array<BinaryFn, kBinaryCount> binary{};
  std::array<BinaryVsFn, kBinaryCount> binary_vs{};
  std::array<BinarySvFn, kBinaryCount> binary_sv{};
  std::array<TernaryFn, kTernaryCount> ternary{};
  std::string_view target;  ///< "scalar", "AVX3", …
};

/// The table of the widest target this machine has.
template <class T> const Kernels<T>& kernels();
/// The table that defines the bits: plain C++, one element at a time.
template <class T> const Kernels<T>& scalar_kernels();
/// One table per SIMD target this machine can run, widest first, the scalar one last.
template <class T> std::vector<const Kernels<T>*> all_kernels();

std::string_view name(Unary f);
std::string_view name(Binary f);
std::string_view name(Ternary f);

/// One element through the scalar table: for constants and references.
template <class T> T evaluate(Unary f, T a);
template <class T> T evaluate(Binary f, T a, T b);
template <class T> T evaluate(Ternary f, T a, T b, T c);

}  // namespace pantile::math
