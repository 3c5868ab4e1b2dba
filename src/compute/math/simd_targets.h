#pragma once
/// \file
/// Which Highway targets are compiled. To be included before Highway's foreach_target.h.

#include <cstdint>

#include "compute/math/kernels.h"

// As numbers, since not every version of Highway names them: AVX3_SPR, AVX3_ZEN4, AVX3_DL, SSSE3.
// They have nothing that the lanes use. (Masking AVX3 or AVX2 could silently fall to scalar code.)
#define HWY_DISABLED_TARGETS ((1LL << 4) | (1LL << 6) | (1LL << 7) | (1LL << 12))

// The baseline target of some versions is emulated; we have scalar code of our own.
#define PANTILE_MATH_IS_SIMD_TARGET (HWY_TARGET != HWY_SCALAR && HWY_TARGET != HWY_EMU128)

namespace pantile::math {

/// Each enters one group of functions for a Highway target (one bit of its list) into the table;
/// false if that target is not compiled. Defined by the kernels_*.cc.
template <class T> using FillSimd = bool (*)(std::int64_t target, Kernels<T>& k);
#define PANTILE_MATH_DECLARE_FILL(fill)                     \
  bool fill##_simd(std::int64_t target, Kernels<float>& k); \
  bool fill##_simd(std::int64_t target, Kernels<double>& k)
PANTILE_MATH_DECLARE_FILL(fill_basic);
PANTILE_MATH_DECLARE_FILL(fill_trig);
PANTILE_MATH_DECLARE_FILL(fill_exp_log);
PANTILE_MATH_DECLARE_FILL(fill_pow);
PANTILE_MATH_DECLARE_FILL(fill_inverse);
PANTILE_MATH_DECLARE_FILL(fill_hyperbolic);
PANTILE_MATH_DECLARE_FILL(fill_special);

}  // namespace pantile::math
