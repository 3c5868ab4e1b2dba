#pragma once
/// \file
/// Payne-Hanek reduction: where on the circle a large angle lies, from integer operations only.

#include <cmath>
#include <cstdint>
#include <cstring>

#include "compute/math/lane_scalar.h"

namespace pantile::math {

/// An angle as quotient * (pi or pi/2) + high + low; |low| <= ulp(high)/2.
struct ReducedAngle {
  double high, low;
  std::uint32_t quotient;  ///< Its low bits.
};

/// 1/(2 pi) after 64 zero bits (scripts/math/tables.py): enough for the largest exponent.
PANTILE_TABLE std::uint64_t kInverseTurn[] = {0,
                                              0x28be60db9391054a,
                                              0x7f09d5f47d4d3770,
                                              0x36d8a5664f10e410,
                                              0x7f9458eaf7aef158,
                                              0x6dc91b8e909374b8,
                                              0x01924bba82746487,
                                              0x3f877ac72c4a69cf,
                                              0xba208d7d4baed121,
                                              0x3a671c09ad17df90,
                                              0x4e64758e60d4ce7d,
                                              0x272117e2ef7e4a0e,
                                              0xc7fe25fff7816603,
                                              0xfbcbc462d6829b47,
                                              0xdb4d9fb3c9f2c26d,
                                              0xd3d18fd9a797fa8b,
                                              0x5d49eeb1faf97c5e,
                                              0xcf41ce7de294a4ba,
                                              0x9afed7ec47e35742,
                                              0x1580cc11bf1edaea,
                                              0xfc33ef0826bd0d87};

/// `x` / (2 pi) modulo 1 in units of 2^-128, for finite x >= 2^-10; off by a few units.
PANTILE_HD inline unsigned __int128 fraction_of_turn(double x) {
  std::uint64_t word;
  std::memcpy(&word, &x, sizeof word);
  const std::uint64_t mantissa = (word & 0xfffffffffffff) | 0x10000000000000;
  const int exponent = static_cast<int>(word >> 52 & 0x7ff) - 1075;  // x = mantissa * 2^exponent
  // Bits of the table before `start` only add whole turns.
  const int start = exponent + 64;
  const int index = start / 64, shift = start % 64;
  const auto window = [&](int i) {
    const std::uint64_t a = kInverseTurn[index + i], b = kInverseTurn[index + i + 1];
    return shift == 0 ? a : (a << shift | b >> (64 - shift));
  };
  const auto wide = [&](int i) { return static_cast<unsigned __int128>(mantissa) * window(i); };
  return (wide(0) << 64) + wide(1) + (wide(2) >> 64);
}

/// `fraction` (signed, of an angle `unit_high + unit_low`) as that angle in two numbers.
PANTILE_HD inline ReducedAngle scaled_fraction(__int128 fraction, double unit_high,
                                               double unit_low) {
  const bool negative = fraction < 0;
  unsigned __int128 rest = negative ? -static_cast<unsigned __int128>(fraction)
                                    : static_cast<unsigned __int128>(fraction);
  if (rest == 0) return {0, 0, 0};
  double scale = 0x1p-128;
  while (rest >> 64 == 0) rest <<= 64, scale = rounded_mul(scale, 0x1p-64);
  while (rest >> 127 == 0) rest <<= 1, scale = rounded_mul(scale, 0.5);
  const auto top = static_cast<std::uint64_t>(rest >> 75);  // 53 bits
  const auto next = static_cast<std::uint64_t>(rest >> 22) & 0x1fffffffffffff;
  const double high = rounded_mul(static_cast<double>(top), rounded_mul(0x1p75, scale));
  const double low = rounded_mul(static_cast<double>(next), rounded_mul(0x1p22, scale));
  const double product = rounded_mul(high, unit_high);
  const double error = rounded_fma(high, unit_high, -product);
  const double tail = rounded_fma(high, unit_low, rounded_fma(low, unit_high, error));
  const double sum = rounded_add(product, tail);
  const double sum_low = rounded_add(rounded_sub(product, sum), tail);
  return negative ? ReducedAngle{-sum, -sum_low, 0} : ReducedAngle{sum, sum_low, 0};
}

/// x = quotient * pi + high + low with |high| <= pi/2; x >= 2^-10, finite.
PANTILE_HD inline ReducedAngle reduce_far_by_pi(double x, bool quarter_ahead) {
  // A quarter turn added makes the sine a cosine.
  unsigned __int128 turn = fraction_of_turn(x);
  if (quarter_ahead) turn += static_cast<unsigned __int128>(1) << 126;
  const auto signed_part = static_cast<__int128>(turn << 1);  // of a half turn, in [-1/2, 1/2)
  ReducedAngle r = scaled_fraction(signed_part, 0x1.921fb54442d18p+1, 0x1.1a62633145c07p-53);
  r.quotient = static_cast<std::uint32_t>(turn >> 127) + (signed_part < 0 ? 1 : 0);
  return r;
}

/// x = quotient * pi/2 + high + low with |high| <= pi/4; x >= 2^-10, finite.
PANTILE_HD inline ReducedAngle reduce_far_by_half_pi(double x) {
  const unsigned __int128 turn = fraction_of_turn(x);
  const auto signed_part = static_cast<__int128>(turn << 2);
  ReducedAngle r = scaled_fraction(signed_part, 0x1.921fb54442d18p+0, 0x1.1a62633145c07p-54);
  r.quotient = static_cast<std::uint32_t>(turn >> 126) + (signed_part < 0 ? 1 : 0);
  return r;
}

}  // namespace pantile::math
