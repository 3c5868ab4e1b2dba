// Numbers of twice the precision over a lane: the unevaluated sum of a rounded value and what the
// rounding left. Dekker (Numerische Mathematik 18, 1971); error bounds in Joldes, Muller, Popescu
// (ACM TOMS 44, 2017). Exact where stated, unless a part over- or underflows.

#if defined(PANTILE_MATH_DOUBLE_LANE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef PANTILE_MATH_DOUBLE_LANE_INL_H_
#undef PANTILE_MATH_DOUBLE_LANE_INL_H_
#else
#define PANTILE_MATH_DOUBLE_LANE_INL_H_
#endif

#include "compute/math/lane-inl.h"

PANTILE_MATH_BEGIN

template <class L> struct DoubleLane {
  L hi, lo;  ///< |lo| <= ulp(hi)/2 after any function below.
};

/// a + b exactly.
template <class L> PANTILE_MATH_FN DoubleLane<L> two_sum(L a, L b) {
  const L sum = a + b;
  const L b_part = sum - a;
  return {sum, (a - (sum - b_part)) + (b - b_part)};
}
/// a + b exactly, where |a| >= |b| or a = 0.
template <class L> PANTILE_MATH_FN DoubleLane<L> fast_two_sum(L a, L b) {
  const L sum = a + b;
  return {sum, b - (sum - a)};
}
/// a b exactly.
template <class L> PANTILE_MATH_FN DoubleLane<L> two_prod(L a, L b) {
  const L product = a * b;
  return {product, fms(a, b, product)};
}
/// a + b; relative error 2^-104 where the signs agree, absolute 2^-105 |a.hi + b.hi| otherwise.
template <class L> PANTILE_MATH_FN DoubleLane<L> add(DoubleLane<L> a, L b) {
  const DoubleLane<L> sum = two_sum(a.hi, b);
  return fast_two_sum(sum.hi, sum.lo + a.lo);
}
template <class L> PANTILE_MATH_FN DoubleLane<L> add(DoubleLane<L> a, DoubleLane<L> b) {
  const DoubleLane<L> sum = two_sum(a.hi, b.hi);
  return fast_two_sum(sum.hi, sum.lo + (a.lo + b.lo));
}
/// a b; relative error 2^-101.
template <class L> PANTILE_MATH_FN DoubleLane<L> mul(DoubleLane<L> a, DoubleLane<L> b) {
  const DoubleLane<L> product = two_prod(a.hi, b.hi);
  return fast_two_sum(product.hi, product.lo + fma(a.hi, b.lo, a.lo * b.hi));
}
/// a / b; relative error 2^-100. Needs 1/b and the remainder within the normal range.
template <class L> PANTILE_MATH_FN DoubleLane<L> div(DoubleLane<L> a, DoubleLane<L> b) {
  const L reciprocal = L::set(1) / b.hi;
  const L quotient = a.hi * reciprocal;
  const L remainder = fnma(quotient, b.hi, a.hi) + fnma(quotient, b.lo, a.lo);
  return fast_two_sum(quotient, remainder * reciprocal);
}
/// √a; relative error 2^-100; √0 = 0.
template <class L> PANTILE_MATH_FN DoubleLane<L> sqrt(DoubleLane<L> a) {
  const L root = sqrt(a.hi);
  const L half_reciprocal = zero_unless(root > L::set(0), L::set(0.5) / root);
  const L remainder = fnma(root, root, a.hi) + a.lo;
  return fast_two_sum(root, remainder * half_reciprocal);
}

PANTILE_MATH_END

#endif
