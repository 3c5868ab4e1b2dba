// erf and erfc: a polynomial about 0, beyond it exp(−x²) times the smooth (1 + 2x) erfcx(x) in the
// variable (x − 4)/(x + 4) (Shepherd, Laframboise, Mathematics of Computation 36, 1981).
// Polynomials: scripts/math/minimax.sollya.

#if defined(PANTILE_MATH_ERF_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef PANTILE_MATH_ERF_INL_H_
#undef PANTILE_MATH_ERF_INL_H_
#else
#define PANTILE_MATH_ERF_INL_H_
#endif

#include "compute/math/double_lane-inl.h"

PANTILE_MATH_BEGIN

/// From here on erfc by its tail; below, erf by its polynomial.
inline constexpr double kErfSplit = 0.5;

/// erf(x), |x| <= 1/2; relative error 2^-56.
template <class L> PANTILE_MATH_FN DoubleLane<L> erf_near_zero(L x) {
  const L t = x * x;
  const L p = horner<-0x1.812746b0379e7p-2, 0x1.ce2f21a042cc8p-4, -0x1.b82ce31298746p-6,
                     0x1.565bcd16402fcp-8, -0x1.c02db839e5326p-11, 0x1.f9a47da70ed2ep-14,
                     -0x1.f513f730f272fp-17, 0x1.c15c18edc1ef8p-20, -0x1.d5d822193366fp-23,
                     0x1.031855d16f9b6p-24>(t);
  const DoubleLane<L> linear = two_prod(x, constant<L, 0x1.20dd750429b6dp0>());  // 2/√π
  const L low = fma(x, constant<L, 0x1.1ae3a914fed8p-56>(), fma(t * x, p, linear.lo));
  return fast_two_sum(linear.hi, low);
}

/// erfc(x) / 2^shift, 1/2 <= x <= 27.25.
template <class L> struct ErfcTail {
  DoubleLane<L> value;
  L shift;
};
template <class L> PANTILE_MATH_FN ErfcTail<L> erfc_tail(L x) {
  // exp(−x²) = 2^k (1 + r + …)
  const DoubleLane<L> square = two_prod(x, x);
  const L k = round_even(square.hi * constant<L, -0x1.71547652b82fep0>());
  const L r_exact =
      fnma(k, constant<L, 0x1.62e42fefa3p-1>(), -square.hi);  // 41 bits of ln 2: exact
  const L correction = fnma(k, constant<L, 0x1.3de6af278ece6p-42>(), -square.lo);
  const L r = r_exact + correction;
  const L r_low = correction - (r - r_exact);
  const L q = horner<0x1p-1, 0x1.5555555555557p-3, 0x1.5555555555552p-5, 0x1.1111111110049p-7,
                     0x1.6c16c16c18937p-10, 0x1.a01a01ac248a5p-13, 0x1.a01a0197be159p-16,
                     0x1.71de0193515d6p-19, 0x1.27e500cf050b5p-22, 0x1.af4f06ebc5eafp-26,
                     0x1.1f33281004dfep-29>(r);
  const DoubleLane<L> one_plus = fast_two_sum(L::set(1), r);
  const DoubleLane<L> power =
      fast_two_sum(one_plus.hi, one_plus.lo + fma(r * r, q, fma(r, r_low, r_low)));

  // (1 + 2x) exp(x²) erfc(x); relative error of the polynomial 2^-60
  const DoubleLane<L> ratio = div(two_sum(x, L::set(-4)), two_sum(x, L::set(4)));
  const L t = ratio.hi;
  const L p = horner<
      -0x1.1df1ad154a28ep-3, 0x1.f7f5df66fd759p-7, 0x1.16ecefcfa5308p-4, -0x1.9ddb23c3e8d54p-4,
      0x1.7fee004e14242p-4, -0x1.0fb06dfe4f7b6p-4, 0x1.3079edf63167fp-5, -0x1.09623883ad903p-6,
      0x1.49c672a4e199dp-8, -0x1.8d4a9b593a04ep-11, -0x1.a1df415bfaf22p-13, 0x1.3be05aad1b4a9p-13,
      -0x1.99553a64d3e8fp-16, -0x1.788a9511483d9p-17, 0x1.7ef811ac586f2p-18, 0x1.3b104e5a805d4p-22,
      -0x1.b81b6f6bdb6cbp-21, 0x1.422ec828c566p-24, 0x1.bc51baa0ed226p-24, -0x1.37301d0842e4fp-26,
      -0x1.4dd7d9300664p-27, 0x1.01f251505b26ep-29>(t);
  DoubleLane<L> smooth = fast_two_sum(constant<L, 0x1.3ba5916e9fd7fp0>(), t * p);
  // What t misses of the ratio, times the derivative to 1 %.
  const L slope = horner<-0.1348, 0.0844, 0.101, -0.7532, 0.8111>(t);
  smooth.lo = fma(slope, ratio.lo, smooth.lo) + constant<L, -0x1.a6feb2b854d5ap-55>();
  const DoubleLane<L> divisor = fast_two_sum(x + x, L::set(1));
  return {mul(power, div(smooth, divisor)), k};
}

/// |x| where erfc_tail is to be used, 1 elsewhere: results that underflow are slow.
template <class L> PANTILE_MATH_FN L erfc_tail_argument(L magnitude, double end) {
  const auto outside = (magnitude < L::set(kErfSplit)) | (magnitude > L::set(end));
  return select(outside, L::set(1), magnitude);
}

struct ErfOfDouble {
  template <class L> PANTILE_MATH_FN L operator()(L x) const {
    constexpr double kEnd = 6;  // from here on 1 to the last bit
    const L magnitude = abs(x);
    const ErfcTail<L> tail = erfc_tail(erfc_tail_argument(magnitude, kEnd));
    const L rest = zero_unless(!(magnitude > L::set(kEnd)), scale(tail.value.hi, tail.shift));
    const auto near_zero = magnitude < L::set(kErfSplit);
    const L y =
        select(near_zero, erf_near_zero(zero_unless(near_zero, magnitude)).hi, L::set(1) - rest);
    return canonical(copysign(y, x));
  }
};
struct ErfcOfDouble {
  template <class L> PANTILE_MATH_FN L operator()(L x) const {
    constexpr double kEnd = 27.25;  // from here on below half the smallest subnormal
    const L magnitude = abs(x);
    const ErfcTail<L> tail = erfc_tail(erfc_tail_argument(magnitude, kEnd));
    const L right = zero_unless(!(magnitude > L::set(kEnd)), scale(tail.value.hi, tail.shift));
    const auto near_zero = magnitude < L::set(kErfSplit);
    const DoubleLane<L> e = erf_near_zero(zero_unless(near_zero, x));
    const DoubleLane<L> rest = fast_two_sum(L::set(1), -e.hi);
    const L far = select(x < L::set(0), L::set(2) - right, right);
    return canonical(select(near_zero, rest.hi + (rest.lo - e.lo), far));
  }
};

/// The error function and its complement, accurate to the smallest subnormal. f32 goes through f64.
template <class L> PANTILE_MATH_FN L erf(L x) { return through_double(ErfOfDouble(), x); }
template <class L> PANTILE_MATH_FN L erfc(L x) { return through_double(ErfcOfDouble(), x); }

PANTILE_MATH_END

#endif
