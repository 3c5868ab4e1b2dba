// The lane that the including `-inl.h` compiles for, and the macros to write functions over it.
//
// A unit that defines PANTILE_MATH_SIMD gets SimdLane, once per Highway target; any other unit
// (also a CUDA one) gets ScalarLane. No `#pragma once`: Highway includes this text repeatedly.
//
//   PANTILE_MATH_BEGIN                       opens pantile::math::<target> or ::scalar
//   template <class L> PANTILE_MATH_FN L f(L x) { … }
//   PANTILE_MATH_END
// PANTILE_MATH_COLD marks functions that must not be inlined: rare paths, arguments by reference.

#if defined(PANTILE_MATH_LANE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef PANTILE_MATH_LANE_INL_H_
#undef PANTILE_MATH_LANE_INL_H_
#else
#define PANTILE_MATH_LANE_INL_H_
#endif

#include "compute/math/lane_scalar.h"

#ifdef PANTILE_MATH_SIMD
#include "compute/math/lane_simd-inl.h"
#endif

#ifndef PANTILE_MATH_FN
#ifdef PANTILE_MATH_SIMD
#define PANTILE_MATH_BEGIN  \
  HWY_BEFORE_NAMESPACE();   \
  namespace pantile::math { \
  namespace HWY_NAMESPACE {
#define PANTILE_MATH_END \
  }                      \
  }                      \
  HWY_AFTER_NAMESPACE();
#define PANTILE_MATH_FN HWY_INLINE HWY_MAYBE_UNUSED
#define PANTILE_MATH_COLD HWY_NOINLINE HWY_MAYBE_UNUSED
#else
#define PANTILE_MATH_BEGIN  \
  namespace pantile::math { \
  namespace scalar {
#define PANTILE_MATH_END \
  }                      \
  }
#define PANTILE_MATH_FN PANTILE_HD inline
#ifdef __CUDACC__
#define PANTILE_MATH_COLD PANTILE_HD __noinline__
#else
#define PANTILE_MATH_COLD PANTILE_HD inline
#endif
#endif
#endif

PANTILE_MATH_BEGIN

#ifdef PANTILE_MATH_SIMD
template <class T> using Lane = SimdLane<T>;
#else
template <class T> using Lane = ScalarLane<T>;
#endif

/// True where the lane is f64.
template <class L> inline constexpr bool kIsDouble = sizeof(typename L::Value) == 8;

/// The one NaN that functions return: positive, quiet, no payload.
template <class L> PANTILE_MATH_FN L canonical_nan() {
  return L::set(std::numeric_limits<typename L::Value>::quiet_NaN());
}
template <class L> PANTILE_MATH_FN L infinity() {
  return L::set(std::numeric_limits<typename L::Value>::infinity());
}
template <class L> PANTILE_MATH_FN typename L::Mask is_nan(L x) { return x != x; }
template <class L> PANTILE_MATH_FN L canonical(L x) {
  return select(is_nan(x), canonical_nan<L>(), x);
}

/// c0 + c1 x + c2 x^2 + … by Horner's rule: the fewest operations.
template <class L> PANTILE_MATH_FN L horner(L, typename L::Value c0) { return L::set(c0); }
template <class L, class... C>
PANTILE_MATH_FN L horner(L x, typename L::Value c0, typename L::Value c1, C... more) {
  return fma(horner(x, c1, static_cast<typename L::Value>(more)...), x, L::set(c0));
}

PANTILE_MATH_END

#endif
