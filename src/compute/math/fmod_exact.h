#pragma once
/// \file
/// The remainder of two numbers, exact, from integer operations: the same on CPUs and GPUs.

#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

#include "compute/math/rounded.h"

namespace pantile::math {

/// x - n y with n = x / y truncated, with the sign of x; NaN where x is infinite, y is 0 or either
/// is NaN. Long division of the mantissas, as many bits a step as the word has to spare.
template <class T> PANTILE_HD T fmod_exact(T x, T y) {
  using Word = std::conditional_t<sizeof(T) == 8, std::uint64_t, std::uint32_t>;
  constexpr int kFraction = sizeof(T) == 8 ? 52 : 23;
  constexpr int kSpare = static_cast<int>(sizeof(Word)) * 8 - kFraction - 1;
  constexpr Word kHidden = Word{1} << kFraction;
  constexpr Word kSign = Word{1} << (sizeof(Word) * 8 - 1);
  constexpr Word kInfinity = kSign - kHidden;
  Word a, b;
  std::memcpy(&a, &x, sizeof a);
  std::memcpy(&b, &y, sizeof b);
  const Word sign = a & kSign;
  a &= ~kSign;
  b &= ~kSign;
  if (a >= kInfinity || b > kInfinity || b == 0) return std::numeric_limits<T>::quiet_NaN();
  if (a < b) return x;

  int a_exponent = static_cast<int>(a >> kFraction), b_exponent = static_cast<int>(b >> kFraction);
  a &= kHidden - 1;
  b &= kHidden - 1;
  const auto normalise = [](Word& mantissa, int& exponent) {
    if (exponent > 0) {
      mantissa |= kHidden;
      return;
    }
    exponent = 1;
    while (mantissa != 0 && (mantissa & kHidden) == 0) mantissa <<= 1, --exponent;
  };
  normalise(a, a_exponent);
  normalise(b, b_exponent);

  Word rest = a % b;
  for (int left = a_exponent - b_exponent; left > 0 && rest != 0;) {
    const int step = left < kSpare ? left : kSpare;
    rest = (rest << step) % b;
    left -= step;
  }
  if (rest != 0) {
    while ((rest & kHidden) == 0) rest <<= 1, --b_exponent;
    if (b_exponent > 0) {
      rest = (rest - kHidden) | static_cast<Word>(b_exponent) << kFraction;
    } else {
      rest >>= 1 - b_exponent;
    }
  }
  rest |= sign;
  T result;
  std::memcpy(&result, &rest, sizeof result);
  return result;
}

}  // namespace pantile::math
