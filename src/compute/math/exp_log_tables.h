#pragma once
/// \file
/// Constants of the exponential and the logarithm: scripts/math/tables.py prints them.

#include "compute/math/rounded.h"

namespace pantile::math {

inline constexpr double kRoundMagic = 0x1.8p52;  ///< Adding it rounds to an integer.
inline constexpr double kSixteenOverLn2 = 0x1.71547652b82fep+4;
inline constexpr double kLn2Over16High = 0x1.62e42fefa39efp-5;
inline constexpr double kLn2Over16Low = 0x1.abc9e3b39803fp-60;
inline constexpr double kLn2 = 0x1.62e42fefa39efp-1;
inline constexpr double kLn2Low = 0x1.abc9e3b39803fp-56;
inline constexpr double kInvLn2 = 0x1.71547652b82fep+0;
inline constexpr double kInvLn2Low = 0x1.777d0ffda0d24p-56;
inline constexpr double kInvLn10 = 0x1.bcb7b1526e50ep-2;
inline constexpr double kInvLn10Low = 0x1.95355baaafad3p-57;
/// Multiples of 2^-42: products with exponents, and sums of such, are exact.
inline constexpr double kLn2Grid = 0x1.62e42fefa38p-1;
inline constexpr double kLn2GridLow = 0x1.ef35793c7673p-45;
inline constexpr double kLog10Of2 = 0x1.34413509f8p-2;
inline constexpr double kLog10Of2Low = -0x1.80433b83b532ap-44;
/// Up to here e^x and its scale factor are normal numbers.
inline constexpr double kExpInRange = 708;

inline constexpr float kRoundMagicF32 = 0x1.8p23f;
inline constexpr float kLog2EF32 = 0x1.715476p+0f;
inline constexpr float kLn2HighF32 = 0x1.62e4p-1f;  ///< 16 bits: products with exponents are exact.
inline constexpr float kLn2LowF32 = 0x1.7f7d1cp-20f;
inline constexpr float kExpInRangeF32 = 87;

/// A table's columns lie side by side, so that a GPU finds all of them from one address.
struct alignas(64) ExpTable {
  /// 2^(i/16) with i << 48 taken off its representation; n << 48 added to entry n mod 16 is
  /// 2^(n/16).
  double power[16];
  /// 2^(i/16) is the number above times 1 + this.
  double tail[16];
};
PANTILE_TABLE ExpTable kExp = {
    {0x1p+0, 0x1.fb5586cf9890fp-1, 0x1.f72b83c7d517bp-1, 0x1.f387a6e756238p-1, 0x1.f06fe0a31b715p-1,
     0x1.edea64c123422p-1, 0x1.ebfdad5362a27p-1, 0x1.eab07dd485429p-1, 0x1.ea09e667f3bcdp-1,
     0x1.ea11473eb0187p-1, 0x1.eace5422aa0dbp-1, 0x1.ec49182a3f09p-1, 0x1.ee89f995ad3adp-1,
     0x1.f199bdd85529cp-1, 0x1.f5818dcfba487p-1, 0x1.fa4afa2a490dap-1},
    {0x0p+0, 0x1.79aa65d837b6cp-54, -0x1.01b15eaa59348p-55, 0x1.68efde3a8a893p-54,
     0x1.34d754db0abb6p-55, 0x1.59f48a72a4c6cp-55, 0x1.690cebb7aafbp-56, 0x1.063e1e21c5409p-54,
     -0x1.3b3efbf5e2229p-54, -0x1.b32dcb94da51dp-56, 0x1.db72fc1f0eab4p-55, 0x1.1affc2b91ce27p-56,
     0x1.c1a7792cb3386p-55, 0x1.36eae30af0cb3p-56, 0x1.4a385a63d07a7p-56, -0x1.ff7128fd391f1p-55}};

struct alignas(64) LogTable {
  /// 1/c of 16 intervals of [0.734375, 1.46875), with few bits: m/c - 1 is exact.
  double inverse[16];
  double high[16];  ///< log c on multiples of 2^-42.
  double low[16];   ///< log c less `high`.
};
PANTILE_TABLE LogTable kLog = {
    {0x1.58p+0, 0x1.48p+0, 0x1.38p+0, 0x1.3p+0, 0x1.28p+0, 0x1.18p+0, 0x1.1p+0, 0x1.08p+0, 0x1p+0,
     0x1.ep-1, 0x1.c8p-1, 0x1.bp-1, 0x1.98p-1, 0x1.88p-1, 0x1.7p-1, 0x1.6p-1},
    {-0x1.2e8e2bae12p-2, -0x1.fb9186d5e4p-3, -0x1.9525a9cf46p-3, -0x1.5ff3070a7ap-3,
     -0x1.29552f82p-3, -0x1.6f0d28ae58p-4, -0x1.f0a30c0118p-5, -0x1.f829b0e78p-6, 0x0p+0,
     0x1.08598b59e4p-4, 0x1.da72763844p-4, 0x1.5bf406b544p-3, 0x1.d1037f2656p-3, 0x1.1178e8227ep-2,
     0x1.522ae0738ap-2, 0x1.7fafa3bd81p-2},
    {0x1.67b1e99b72bd8p-45, 0x1.d572aab993c87p-47, 0x1.297137d9f158fp-44, 0x1.8586f183bebf2p-44,
     0x1.5b967f4471dfcp-44, 0x1.4b4641b664613p-44, 0x1.d599e83368e91p-45, -0x1.980267c7e09e4p-45,
     0x0p+0, -0x1.7e5dd7009902cp-46, 0x1.a89401fa71733p-46, -0x1.27023eb68981cp-46,
     -0x1.84a7e75b6f6e4p-47, 0x1.1ef78ce2d07f2p-44, 0x1.ebe708164c759p-45, 0x1.46fb79bf6d4cbp-44}};

}  // namespace pantile::math
