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
inline constexpr double kErfSplit = 0.75;

/// erf(x), |x| <= 3/4; relative error 2^-56.
template <class L> PANTILE_MATH_FN DoubleLane<L> erf_near_zero(L x) {
  const L t = x * x;
  const L p = horner(t, -0x1.812746b0379e7p-2, 0x1.ce2f21a042c77p-4, -0x1.b82ce3128f60ap-6,
                     0x1.565bcd109e688p-8, -0x1.c02db4cf84147p-11, 0x1.f9a3558a57c07p-14,
                     -0x1.f4d9154305332p-17, 0x1.ba89bbae86b66p-20, -0x1.6983c8a11d2d9p-23,
                     0x1.623a9b994e05cp-26, -0x1.6e8ccca4d5474p-28, 0x1.726cd117c77efp-30);
  const DoubleLane<L> linear = two_prod(x, L::set(0x1.20dd750429b6dp0));  // 2/√π
  const L low = fma(x, L::set(0x1.1ae3a914fed8p-56), fma(t * x, p, linear.lo));
  return fast_two_sum(linear.hi, low);
}

/// erfc(x) / 2^shift, 3/4 <= x <= 27.25.
template <class L> struct ErfcTail {
  DoubleLane<L> value;
  L shift;
};
template <class L> PANTILE_MATH_FN ErfcTail<L> erfc_tail(L x) {
  // exp(−x²) = 2^k (1 + r + …)
  const DoubleLane<L> square = two_prod(x, x);
  const L k = round_even(square.hi * L::set(-0x1.71547652b82fep0));
  const L r_exact = fnma(k, L::set(0x1.62e42fefa3p-1), -square.hi);  // 41 bits of ln 2: exact
  const L correction = fnma(k, L::set(0x1.3de6af278ece6p-42), -square.lo);
  const L r = r_exact + correction;
  const L r_low = correction - (r - r_exact);
  const L q = horner(r, 0x1p-1, 0x1.5555555555557p-3, 0x1.5555555555552p-5, 0x1.1111111110049p-7,
                     0x1.6c16c16c18937p-10, 0x1.a01a01ac248a5p-13, 0x1.a01a0197be159p-16,
                     0x1.71de0193515d6p-19, 0x1.27e500cf050b5p-22, 0x1.af4f06ebc5eafp-26,
                     0x1.1f33281004dfep-29);
  const DoubleLane<L> one_plus = fast_two_sum(L::set(1), r);
  const DoubleLane<L> power =
      fast_two_sum(one_plus.hi, one_plus.lo + fma(r * r, q, fma(r, r_low, r_low)));

  // (1 + 2x) exp(x²) erfc(x); relative error of the polynomial 2^-59
  const L t = (x - L::set(4)) / (x + L::set(4));
  const L p = horner(t, -0x1.1df1ad154a28dp-3, 0x1.f7f5df66fd767p-7, 0x1.16ecefcfa520bp-4,
                     -0x1.9ddb23c3e8d8ep-4, 0x1.7fee004e16bffp-4, -0x1.0fb06dfe4fc39p-4,
                     0x1.3079edf5c7591p-5, -0x1.0962388366d0ap-6, 0x1.49c672cabda16p-8,
                     -0x1.8d4a9bf03a02bp-11, -0x1.a1df6234845dap-13, 0x1.3be06f38f6889p-13,
                     -0x1.9950bd39f9015p-16, -0x1.78911af3a8819p-17, 0x1.7ec65c21f4e1bp-18,
                     0x1.3d93b04b7db6fp-22, -0x1.b577bc8f7818fp-21, 0x1.2fa7f1d003ad3p-24,
                     0x1.a83bd8bb10748p-24, -0x1.d81b7da348dbap-27, -0x1.0c58bfd05627bp-27);
  DoubleLane<L> smooth = fast_two_sum(L::set(0x1.3ba5916e9fd7fp0), t * p);
  smooth.lo = smooth.lo + L::set(-0x1.a7bb015127d2p-55);
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
    const L y = select(near_zero, erf_near_zero(zero_unless(near_zero, magnitude)).hi,
                       L::set(1) - rest);
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
