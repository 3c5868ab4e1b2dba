#pragma once
/// \file
/// The names of the elementary functions. Also compiled for GPUs.

#include <cstddef>
#include <cstdint>

namespace pantile::math {

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

}  // namespace pantile::math
