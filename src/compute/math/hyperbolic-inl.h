// sinh, cosh, tanh by the addition theorem about multiples of ln 2; asinh, acosh, atanh by a
// logarithm of a quotient kept in twice the precision. Polynomials: scripts/math/minimax.sollya.

#if defined(PANTILE_MATH_HYPERBOLIC_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef PANTILE_MATH_HYPERBOLIC_INL_H_
#undef PANTILE_MATH_HYPERBOLIC_INL_H_
#else
#define PANTILE_MATH_HYPERBOLIC_INL_H_
#endif

#include "compute/math/double_lane-inl.h"

PANTILE_MATH_BEGIN

inline constexpr double kHyperbolicLn2 = 0x1.62e42fefa3p-1;  // 41 bits: times k < 4096 exact
inline constexpr double kHyperbolicLn2Low = 0x1.3de6af278ece6p-42;

/// sinh and cosh of |x| = k ln 2 + r, divided by 2^shift so that they stay finite.
template <class L> struct SinhCosh {
  DoubleLane<L> sinh, cosh;
  L shift;  ///< A power of two.
};
/// Relative error of both 2^-57; magnitude in [0, 720] or NaN.
template <class L> PANTILE_MATH_FN SinhCosh<L> sinh_cosh(L magnitude) {
  const L k = round_even(magnitude * constant<L, 0x1.71547652b82fep0>());
  const L r_exact = fnma(k, constant<L, kHyperbolicLn2>(), magnitude);
  const L r = fnma(k, constant<L, kHyperbolicLn2Low>(), r_exact);
  const L r_low = fnma(k, constant<L, kHyperbolicLn2Low>(), r_exact - r);

  const L t = r * r;
  const L sinh_tail =  // sinh r − r
      fma(r * t,
          horner<0x1.5555555555555p-3, 0x1.1111111111489p-7, 0x1.a01a019d932e3p-13,
                 0x1.71de465b4463fp-19, 0x1.ae323e7ca61a7p-26, 0x1.ad4637bf34b6cp-33>(t),
          r_low);
  const L cosh_tail =  // cosh r − 1
      fma(t,
          horner<0x1p-1, 0x1.5555555555555p-5, 0x1.6c16c16c1700ep-10, 0x1.a01a019e09938p-16,
                 0x1.27e503484c7f6p-22, 0x1.1ed1fe7fa436dp-29, 0x1.dd6187d84af84p-37>(t),
          r * r_low);

  // sinh and cosh of k ln 2. Beyond k = 400 the part 2^-k is invisible, so a shift changes nothing.
  const auto far = k > L::set(400);
  const L exponent = select(far, k - L::set(200), k);
  const L up = scale(L::set(0.5), exponent), down = scale(L::set(0.5), -exponent);
  const DoubleLane<L> a = fast_two_sum(up, -down), b = fast_two_sum(up, down);

  // sinh(k ln 2 + r) = a cosh r + b sinh r;  cosh(k ln 2 + r) = b cosh r + a sinh r
  const DoubleLane<L> br = two_prod(b.hi, r), ar = two_prod(a.hi, r);
  const DoubleLane<L> s = fast_two_sum(a.hi, br.hi), c = fast_two_sum(b.hi, ar.hi);
  const L s_rest = fma(b.lo, r, br.lo + a.lo), c_rest = fma(a.lo, r, ar.lo + b.lo);
  const L s_low = s.lo + (s_rest + fma(b.hi, sinh_tail, a.hi * cosh_tail));
  const L c_low = c.lo + (c_rest + fma(b.hi, cosh_tail, a.hi * sinh_tail));
  return {fast_two_sum(s.hi, s_low), fast_two_sum(c.hi, c_low),
          select(far, L::set(0x1p200), L::set(1))};
}
template <class L> PANTILE_MATH_FN L clamp_magnitude(L x, double largest) {
  return select(abs(x) > L::set(largest), L::set(largest), abs(x));
}

struct SinhOfDouble {
  template <class L> PANTILE_MATH_FN L operator()(L x) const {
    const SinhCosh<L> y = sinh_cosh(clamp_magnitude(x, 720));
    return canonical(copysign(y.sinh.hi * y.shift, x));
  }
};
struct CoshOfDouble {
  template <class L> PANTILE_MATH_FN L operator()(L x) const {
    const SinhCosh<L> y = sinh_cosh(clamp_magnitude(x, 720));
    return canonical(y.cosh.hi * y.shift);
  }
};
struct TanhOfDouble {
  template <class L> PANTILE_MATH_FN L operator()(L x) const {
    const SinhCosh<L> y = sinh_cosh(clamp_magnitude(x, 22));  // from here on 1 to the last bit
    return canonical(copysign(div(y.sinh, y.cosh).hi, x));
  }
};

/// e ln 2 + 2 atanh(s), |s| <= 0.1716; relative error 2^-57 before the last rounding.
template <class L> PANTILE_MATH_FN L log_of_parts(L e, DoubleLane<L> s) {
  const L t = s.hi * s.hi;
  // 2 atanh(s)/s − 2; error of the polynomial 2^-54 of itself
  const L tail = t * horner<0x1.5555555555555p-1, 0x1.9999999999d59p-2, 0x1.249249242ee21p-2,
                            0x1.c71c725c5dcdp-3, 0x1.745cdb75b5f62p-3, 0x1.3b21590fa26b4p-3,
                            0x1.0f4a1969ff988p-3, 0x1.10238a1bccd0bp-3>(t);
  const DoubleLane<L> sum = fast_two_sum(e * constant<L, kHyperbolicLn2>(), s.hi + s.hi);
  const L low = fma(s.hi, tail, fma(e, constant<L, kHyperbolicLn2Low>(), s.lo + s.lo));
  return sum.hi + (sum.lo + low);
}
/// The integer nearest to log2 x within a factor √2, x positive and normal.
template <class L> PANTILE_MATH_FN L nearest_exponent(L x) {
  const auto biased = shr<52>(bits(x * constant<L, 0x1.6a09e667f3bcdp0>()));
  return to_float(biased - L::Int::set(1023));
}
/// extra ln 2 + log(n/d), given n − d to twice the precision and n/d roughly.
template <class L>
PANTILE_MATH_FN L log_of_quotient(DoubleLane<L> n, DoubleLane<L> d, DoubleLane<L> n_minus_d,
                                  L quotient, L extra) {
  const L e = nearest_exponent(quotient);
  const L down = scale(L::set(1), -e);
  const DoubleLane<L> m{n.hi * down, n.lo * down};
  const DoubleLane<L> difference = add(m, DoubleLane<L>{-d.hi, -d.lo});
  const auto near_one = e == L::set(0);
  const DoubleLane<L> numerator{select(near_one, n_minus_d.hi, difference.hi),
                                select(near_one, n_minus_d.lo, difference.lo)};
  return log_of_parts(e + extra, div(numerator, add(m, d)));
}
/// extra ln 2 + log(1 + f), f >= 0 to twice the precision.
template <class L> PANTILE_MATH_FN L log_of_one_plus(DoubleLane<L> f, L extra) {
  const DoubleLane<L> n = add(f, L::set(1));
  return log_of_quotient(n, DoubleLane<L>{L::set(1), L::set(0)}, f, n.hi, extra);
}

// asinh and acosh are log(1 + f); from 2^40 on they are ln 2 + log(x) to the last bit: f = x − 1.
template <class L>
PANTILE_MATH_FN DoubleLane<L> select_huge(typename L::Mask huge, L x, DoubleLane<L> f) {
  const DoubleLane<L> less_one = fast_two_sum(x, L::set(-1));
  return {select(huge, less_one.hi, f.hi), select(huge, less_one.lo, f.lo)};
}
struct AsinhOfDouble {
  template <class L> PANTILE_MATH_FN L operator()(L x) const {
    // f = x + (√(x²+1) − 1); below 2^-28, where that loses digits, the result is x.
    const L magnitude = abs(x);
    const auto huge = magnitude > L::set(0x1p40);
    const L v = select(huge, L::set(1), magnitude);
    const DoubleLane<L> root = sqrt(add(two_prod(v, v), L::set(1)));
    const DoubleLane<L> f = select_huge(huge, magnitude, add(add(root, L::set(-1)), v));
    const L y = log_of_one_plus(f, zero_unless(huge, L::set(1)));
    const auto plain = (magnitude < L::set(0x1p-28)) | (magnitude == infinity<L>());
    return canonical(copysign(select(plain, magnitude, y), x));
  }
};
struct AcoshOfDouble {
  template <class L> PANTILE_MATH_FN L operator()(L x) const {
    // f = (x − 1) + √(x²−1)
    const auto huge = x > L::set(0x1p40);
    const typename L::Mask outside = huge | (x < L::set(1));
    const L v = select(outside, L::set(1), x);
    const DoubleLane<L> root = sqrt(add(two_prod(v, v), L::set(-1)));
    const DoubleLane<L> f = select_huge(huge, x, add(root, v - L::set(1)));
    const L y = log_of_one_plus(f, zero_unless(huge, L::set(1)));
    return select(x >= L::set(1), select(x == infinity<L>(), x, y), canonical_nan<L>());
  }
};
struct AtanhOfDouble {
  template <class L> PANTILE_MATH_FN L operator()(L x) const {
    // ½ log((1+x)/(1−x)); the difference of the two is 2x.
    const L kOne = L::set(1);
    const L magnitude = zero_unless(abs(x) < kOne, abs(x));
    const DoubleLane<L> n = fast_two_sum(kOne, magnitude), d = fast_two_sum(kOne, -magnitude);
    const DoubleLane<L> difference{magnitude + magnitude, L::set(0)};
    const L twice = log_of_quotient(n, d, difference, n.hi / d.hi, L::set(0));
    const L y = select(abs(x) == kOne, infinity<L>(), L::set(0.5) * twice);
    return select(abs(x) <= kOne, copysign(y, x), canonical_nan<L>());
  }
};

/// C99's special values; acosh below 1 and atanh beyond ±1 give NaN. f32 goes through f64.
template <class L> PANTILE_MATH_FN L sinh(L x) { return through_double(SinhOfDouble(), x); }
template <class L> PANTILE_MATH_FN L cosh(L x) { return through_double(CoshOfDouble(), x); }
template <class L> PANTILE_MATH_FN L tanh(L x) { return through_double(TanhOfDouble(), x); }
template <class L> PANTILE_MATH_FN L asinh(L x) { return through_double(AsinhOfDouble(), x); }
template <class L> PANTILE_MATH_FN L acosh(L x) { return through_double(AcoshOfDouble(), x); }
template <class L> PANTILE_MATH_FN L atanh(L x) { return through_double(AtanhOfDouble(), x); }

PANTILE_MATH_END

#endif
