// asin, acos, atan, atan2: argument reduction to a short interval, a minimax polynomial there
// (scripts/math/minimax.sollya), and a sum that keeps what each rounding left.

#if defined(PANTILE_MATH_INVERSE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef PANTILE_MATH_INVERSE_INL_H_
#undef PANTILE_MATH_INVERSE_INL_H_
#else
#define PANTILE_MATH_INVERSE_INL_H_
#endif

#include "compute/math/double_lane-inl.h"

PANTILE_MATH_BEGIN

inline constexpr double kHalfPi = 0x1.921fb54442d18p0;
inline constexpr double kHalfPiLow = 0x1.1a62633145c07p-54;

/// asin(s)/s − 1 for t = s², t in [0, 1/4]; error of the polynomial 2^-53 of the result.
template <class L> PANTILE_MATH_FN L asin_tail(L t) {
  return t * horner<0x1.5555555555556p-3, 0x1.3333333332dcdp-4, 0x1.6db6db6e4397cp-5,
                    0x1.f1c71c14da09cp-6, 0x1.6e8bb2fe2329ap-6, 0x1.1c4d1bf9d28bap-6,
                    0x1.c9d1cecf332ddp-7, 0x1.780cd7fa32c2cp-7, 0x1.52df0d2513b5cp-7,
                    0x1.60a47d90796c8p-8, 0x1.205df5d5ae1eap-6, -0x1.f07d84dfcd2dbp-7,
                    0x1.da67301f78fdep-6>(t);
}

/// asin(s) = s + rest, where |x| <= 1/2: s = |x|; else s + low = √((1−|x|)/2), by
/// asin(|x|) = π/2 − 2 asin √((1−|x|)/2).
template <class L> struct AsinParts {
  typename L::Mask large;
  L s, rest;
};
template <class L> PANTILE_MATH_FN AsinParts<L> asin_parts(L magnitude) {
  const auto large = magnitude > L::set(0.5);
  const L t = select(large, (L::set(1) - magnitude) * L::set(0.5), magnitude * magnitude);
  const L root = sqrt(t);
  const L low = fnma(root, root, t) * (L::set(0.5) / root);
  const L s = select(large, root, magnitude);
  return {large, s, fma(s, asin_tail(t), zero_unless(large & (root > L::set(0)), low))};
}

struct AsinOfDouble {
  template <class L> PANTILE_MATH_FN L operator()(L x) const {
    const AsinParts<L> p = asin_parts(abs(x));
    const DoubleLane<L> d = fast_two_sum(constant<L, kHalfPi>(), L::set(-2) * p.s);
    const L large = d.hi + (d.lo + fma(L::set(-2), p.rest, constant<L, kHalfPiLow>()));
    const L y = copysign(select(p.large, large, p.s + p.rest), x);
    return select(abs(x) <= L::set(1), y, canonical_nan<L>());
  }
};
struct AcosOfDouble {
  template <class L> PANTILE_MATH_FN L operator()(L x) const {
    // |x| <= 1/2: π/2 − asin x;  x > 1/2: 2 asin √((1−x)/2);  x < −1/2: π − 2 asin √((1+x)/2)
    const AsinParts<L> p = asin_parts(abs(x));
    const L turns = select(p.large, zero_unless(x < L::set(0), L::set(2)), L::set(1));
    const L factor = xor_sign(select(p.large, L::set(2), L::set(-1)), x);
    const DoubleLane<L> d = fast_two_sum(turns * constant<L, kHalfPi>(), factor * p.s);
    const L y = d.hi + (d.lo + fma(factor, p.rest, turns * constant<L, kHalfPiLow>()));
    return select(abs(x) <= L::set(1), y, canonical_nan<L>());
  }
};

/// The angle of the point (x, y), x and y >= 0, not both 0; in [0, π/2]. Needs quotient, reciprocal
/// and remainder of the two in the normal range where the angle is neither tiny nor next to π/2.
template <class L> PANTILE_MATH_FN DoubleLane<L> first_quadrant_angle(L y, L x) {
  // Turned by 0, π/4 or π/2, the angle is at most π/8: tan(a − π/4) = (y − x)/(y + x).
  const L kTan = constant<L, 0x1.a827999fcef32p-2>();  // tan(π/8)
  const auto flat = y <= x * kTan;
  const auto steep = x <= y * kTan;
  const DoubleLane<L> difference = two_sum(y, -x), sum = two_sum(y, x);
  const auto middle = !(flat | steep);
  const DoubleLane<L> numerator{select(flat, y, select(steep, -x, difference.hi)),
                                zero_unless(middle, difference.lo)};
  const DoubleLane<L> denominator{select(flat, x, select(steep, y, sum.hi)),
                                  zero_unless(middle, sum.lo)};
  const DoubleLane<L> q = div(numerator, denominator);
  const L t = q.hi * q.hi;
  // atan(q)/q − 1; error of the polynomial 2^-54 of itself
  const L tail = t * horner<-0x1.5555555555555p-2, 0x1.9999999999816p-3, -0x1.2492492481dc7p-3,
                            0x1.c71c71bcb5175p-4, -0x1.745d156a4568bp-4, 0x1.3b137c613489bp-4,
                            -0x1.110d33265cef1p-4, 0x1.e17f94d94e747p-5, -0x1.abcea45acfb4p-5,
                            0x1.722104b8acd61p-5, -0x1.14d6f6f124205p-5, 0x1.fbed9eac08649p-7>(t);
  const L half_turns = select(flat, L::set(0), select(steep, L::set(1), L::set(0.5)));
  const DoubleLane<L> angle = fast_two_sum(half_turns * constant<L, kHalfPi>(), q.hi);
  const L low = fma(q.hi, tail, fma(half_turns, constant<L, kHalfPiLow>(), q.lo));
  return fast_two_sum(angle.hi, angle.lo + low);
}

struct AtanOfDouble {
  template <class L> PANTILE_MATH_FN L operator()(L x) const {
    const L kFar = L::set(0x1p100);  // from here on π/2 to the last bit
    const L y = select(abs(x) > kFar, kFar, abs(x));
    return canonical(copysign(first_quadrant_angle(y, L::set(1)).hi, x));
  }
};

struct Atan2OfDouble {
  template <class L> PANTILE_MATH_FN L operator()(L y, L x) const {
    const L kZero = L::set(0), kOne = L::set(1);
    const auto x_infinite = abs(x) == infinity<L>(), y_infinite = abs(y) == infinity<L>();
    const L ax = select(y_infinite, zero_unless(x_infinite, kOne), abs(x));
    const L ay = select(y_infinite, kOne, abs(y));
    // Keep clear of the ends of the range: divisions and remainders stay normal.
    const L larger = select(ax > ay, ax, ay);
    const L factor = select(larger > L::set(0x1p500), L::set(0x1p-600),
                            select(larger < L::set(0x1p-500), L::set(0x1p600), kOne));
    DoubleLane<L> angle = first_quadrant_angle(ay * factor, ax * factor);
    // Nearly flat: the quotient itself, which the division rounds right even when subnormal.
    const auto tiny = ay <= ax * L::set(0x1p-30);
    angle.hi = select(tiny, zero_unless(ay > kZero, ay / ax), angle.hi);
    angle.lo = zero_unless(!tiny, angle.lo);
    const DoubleLane<L> turned = fast_two_sum(L::set(2 * kHalfPi), -angle.hi);
    const L left = turned.hi + (turned.lo + (L::set(2 * kHalfPiLow) - angle.lo));
    const L result = select(copysign(kOne, x) < kZero, left, angle.hi);
    return select(is_nan(x) | is_nan(y), canonical_nan<L>(), copysign(result, y));
  }
};

/// Principal values in radians; ±0 and C99's special values; |x| > 1 gives NaN in asin and acos.
/// f32 goes through f64: half an ULP and a little.
template <class L> PANTILE_MATH_FN L asin(L x) { return through_double(AsinOfDouble(), x); }
template <class L> PANTILE_MATH_FN L acos(L x) { return through_double(AcosOfDouble(), x); }
template <class L> PANTILE_MATH_FN L atan(L x) { return through_double(AtanOfDouble(), x); }
template <class L> PANTILE_MATH_FN L atan2(L y, L x) {
  return through_double(Atan2OfDouble(), y, x);
}

PANTILE_MATH_END

#endif
