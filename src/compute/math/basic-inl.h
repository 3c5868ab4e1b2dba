// Rounding, remainders, minimum and maximum, interpolation, comparisons and logic over a lane.
// Each is exact or a fixed sequence of correctly rounded operations; a NaN argument gives the one
// canonical NaN, except where a comparison or a selection says otherwise.

#if defined(PANTILE_MATH_BASIC_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef PANTILE_MATH_BASIC_INL_H_
#undef PANTILE_MATH_BASIC_INL_H_
#else
#define PANTILE_MATH_BASIC_INL_H_
#endif

#include "compute/math/fmod_exact.h"
#include "compute/math/lane-inl.h"

PANTILE_MATH_BEGIN

/// Half away from zero, as round() of C.
template <class L> PANTILE_MATH_FN L round(L x) {
  // The largest number below 1/2: adding 1/2 itself would round 0.49999999999999994 up.
  using T = typename L::Value;
  const L almost_half = L::set(kIsDouble<L> ? T(0x1.fffffffffffffp-2) : T(0x1.fffffep-2f));
  return trunc(x + copysign(almost_half, x));
}

/// x - floor(x), in [0, 1]; 1 only by rounding, for tiny negative x.
template <class L> PANTILE_MATH_FN L fract(L x) { return x - floor(x); }

/// 1, -1, or x itself for zeros and NaN.
template <class L> PANTILE_MATH_FN L sign(L x) {
  return select(abs(x) > L::set(0), copysign(L::set(1), x), x);
}

/// minimum and maximum of IEEE 754-2019: NaN if either is, -0 below +0.
template <class L> PANTILE_MATH_FN L min(L a, L b) {
  const L equal = L::from_bits(bits(a) | bits(b));
  return select(a < b, a, select(b < a, b, select(a == b, equal, canonical_nan<L>())));
}
template <class L> PANTILE_MATH_FN L max(L a, L b) {
  const L equal = L::from_bits(bits(a) & bits(b));
  return select(a > b, a, select(b > a, b, select(a == b, equal, canonical_nan<L>())));
}

/// Element by element by long division.
template <class L> PANTILE_MATH_COLD L fmod_each(const L& x, const L& y) {
  typename L::Value a[L::kMaxLanes], b[L::kMaxLanes];
  x.store(a);
  y.store(b);
  for (std::size_t i = 0; i < L::lanes(); ++i) a[i] = fmod_exact(a[i], b[i]);
  return canonical(L::load(a));
}

/// x - n y with n the quotient truncated: exact, with the sign of x; fmod() of C.
template <class L> PANTILE_MATH_FN L fmod(L x, L y) {
  using T = typename L::Value;
  // Below 2^53 the rounded quotient is n or n + 1, and both remainders are exact.
  const L integral = L::set(kIsDouble<L> ? T(0x1p53) : T(0x1p24f));
  const L a = abs(x), b = abs(y);
  const L quotient = a / b;
  const L r = fnma(trunc(quotient), b, a);
  const L fixed = copysign(select(r < L::set(0), r + b, r), x);
  // Also false where the quotient is NaN or b is infinite.
  const auto simple = (quotient < integral) & (b < infinity<L>());
  if (!all(simple)) [[unlikely]]
    return select(simple, fixed, fmod_each(x, y));
  return fixed;
}

/// x - y floor(x/y), with the sign of y (the operator % of Python); one rounding at most.
template <class L> PANTILE_MATH_FN L mod(L x, L y) {
  const L zero = L::set(0);
  const L r = fmod(x, y);
  const auto other_sign = ((r < zero) & (y > zero)) | ((r > zero) & (y < zero));
  return select(r == zero, copysign(zero, y), select(other_sign, r + y, r));
}

template <class L> PANTILE_MATH_FN L truth(typename L::Mask m) { return zero_unless(m, L::set(1)); }

template <class L> PANTILE_MATH_FN L logical_and(L a, L b) {
  const L zero = L::set(0);
  return truth<L>((a != zero) & (b != zero));
}
template <class L> PANTILE_MATH_FN L logical_or(L a, L b) {
  const L zero = L::set(0);
  return truth<L>((a != zero) | (b != zero));
}

/// 0 where x < edge, else 1; NaN if either is.
template <class L> PANTILE_MATH_FN L step(L edge, L x) {
  return select(is_nan(edge) | is_nan(x), canonical_nan<L>(), truth<L>(x >= edge));
}
/// x where low <= x <= high, else min(max(x, low), high).
template <class L> PANTILE_MATH_FN L clamp(L x, L low, L high) {
  const auto inside = (x >= low) & (x <= high);
  if (all(inside)) return x;
  return select(inside, x, min(max(x, low), high));
}
/// a (1 - t) + b t; exactly a at t = 0 and b at t = 1.
template <class L> PANTILE_MATH_FN L mix(L a, L b, L t) { return fma(t, b, fnma(t, a, a)); }
/// 3t^2 - 2t^3 with t = (x - edge0)/(edge1 - edge0) clamped to [0, 1].
template <class L> PANTILE_MATH_FN L smoothstep(L edge0, L edge1, L x) {
  const L t = clamp((x - edge0) / (edge1 - edge0), L::set(0), L::set(1));
  return (t * t) * fnma(t, L::set(2), L::set(3));
}

PANTILE_MATH_END

#endif
