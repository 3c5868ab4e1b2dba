#pragma once
/// \file
/// The pixel that stands for a 2×2 block one pyramid level up: its definition, for CPUs and GPUs.

#include <cstdint>
#include <limits>
#include <type_traits>

#include "compute/math/rounded.h"

namespace pantile {

/// The up to four pixels of a block that exist, in the order (0,0) (0,1) (1,0) (1,1).
template <class T> struct PixelBlock {
  T values[4];
  int count;
};

template <class T> inline constexpr bool kHasFractions = static_cast<T>(0.5) != T{0};

/// The mean: of integers with halves rounded up, also below zero; of floats ((a+b)+(c+d))×¼ and
/// likewise for fewer, NaN left out. The quiet NaN without payload where all are NaN, or where
/// infinities cancel.
template <class T> PANTILE_HD inline T block_mean(const PixelBlock<T>& block) {
  if constexpr (kHasFractions<T>) {
    using math::rounded_add, math::rounded_div, math::rounded_mul;
    T a = 0, b = 0, c = 0, d = 0;  // no array: its place would be in memory, not in registers
    int n = 0;
    for (int i = 0; i < block.count; ++i) {
      const T v = block.values[i];
      if (v != v) continue;
      (n == 0 ? a : n == 1 ? b : n == 2 ? c : d) = v;
      ++n;
    }
    if (n == 1) return a;
    T mean = std::numeric_limits<T>::quiet_NaN();
    if (n == 4) {
      mean = rounded_mul(rounded_add(rounded_add(a, b), rounded_add(c, d)), T(0.25));
    } else if (n == 3) {
      mean = rounded_div(rounded_add(rounded_add(a, b), c), T(3));
    } else if (n == 2) {
      mean = rounded_mul(rounded_add(a, b), T(0.5));
    }
    return mean == mean ? mean : std::numeric_limits<T>::quiet_NaN();
  } else {
    // Widened so that four of the largest do not overflow.
    using Wide = std::conditional_t<(sizeof(T) < 4), std::int32_t, __int128>;
    Wide sum = 0;
    for (int i = 0; i < block.count; ++i) sum += block.values[i];
    const int shift = block.count == 4 ? 2 : block.count == 2 ? 1 : 0;
    return static_cast<T>((sum + (block.count >> 1)) >> shift);
  }
}

}  // namespace pantile
