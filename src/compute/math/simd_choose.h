#pragma once
/// \file
/// Defines a fill function (simd_targets.h) from those compiled per target. For use in HWY_ONCE.

#include "hwy/targets.h"

#ifdef HWY_CHOOSE_SSE2
#define PANTILE_MATH_CASE_SSE2(fill) \
  case HWY_SSE2: f = HWY_CHOOSE_SSE2(fill); break;
#else
#define PANTILE_MATH_CASE_SSE2(fill)
#endif

#define PANTILE_MATH_DEFINE_FILL_OF(T, fill)              \
  bool fill##_simd(std::int64_t target, Kernels<T>& k) {  \
    void (*f)(Kernels<T>&) = nullptr;                     \
    switch (target) {                                     \
      case HWY_AVX3: f = HWY_CHOOSE_AVX3(fill<T>); break; \
      case HWY_AVX2: f = HWY_CHOOSE_AVX2(fill<T>); break; \
      case HWY_SSE4:                                      \
        f = HWY_CHOOSE_SSE4(fill<T>);                     \
        break;                                            \
        PANTILE_MATH_CASE_SSE2(fill<T>)                   \
      case HWY_NEON: f = HWY_CHOOSE_NEON(fill<T>); break; \
      default: break;                                     \
    }                                                     \
    if (f == nullptr) return false;                       \
    f(k);                                                 \
    return true;                                          \
  }
#define PANTILE_MATH_DEFINE_FILL(fill)     \
  PANTILE_MATH_DEFINE_FILL_OF(float, fill) \
  PANTILE_MATH_DEFINE_FILL_OF(double, fill)
