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

#ifdef __CUDA_ARCH__
/// A literal of 64 bits takes an instruction's place in every use; in constant memory it is one of
/// the operands.
template <double c> __constant__ double kInMemory = c;
#endif
/// The number c, for those with more bits than an instruction can hold.
template <class L, auto c> PANTILE_MATH_FN L constant() {
#ifdef __CUDA_ARCH__
  // An instruction holds the upper 32 bits.
  constexpr double kNumber = c;
  if constexpr (kIsDouble<L> && (__builtin_bit_cast(std::uint64_t, kNumber) & 0xffffffff) != 0) {
    return L::set(kInMemory<kNumber>);
  }
#endif
  return L::set(static_cast<typename L::Value>(c));
}

/// c0 + c1 x + c2 x^2 + … by Horner's rule: the fewest operations.
template <auto c0, auto... more, class L> PANTILE_MATH_FN L horner(L x) {
  if constexpr (sizeof...(more) == 0) {
    return constant<L, c0>();
  } else {
    return fma(horner<more...>(x), x, constant<L, c0>());
  }
}

PANTILE_MATH_END

#endif
