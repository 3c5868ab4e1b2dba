// pow over a lane: x^y = e^(y log x), log x to 64 bits, with the special values of C99 (Annex F).
// f32 goes through f64, with fewer bits. Error: docs/numbers.md.

#if defined(PANTILE_MATH_POW_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef PANTILE_MATH_POW_INL_H_
#undef PANTILE_MATH_POW_INL_H_
#else
#define PANTILE_MATH_POW_INL_H_
#endif

#include "compute/math/exp_log-inl.h"

PANTILE_MATH_BEGIN

struct PowOp {
  /// y (log.high + log.low).
  template <class L> static PANTILE_MATH_FN TwoSum<L> product(L y, TwoSum<L> log) {
    const L high = y * log.high;
    return {high, fma(y, log.low, fms(y, log.high, high))};
  }

  /// x^y where `is_near` does not hold; `near` where it does.
  template <class L>
  static PANTILE_MATH_COLD L far(const L& x, const L& y, const L& near, typename L::Mask is_near) {
    const L zero = L::set(0), one = L::set(1), inf = infinity<L>();
    const L ax = abs(x);
    const auto tiny = ax < L::set(std::numeric_limits<double>::min());
    const LogReduced<L> e = log_reduce(select(tiny, ax * L::set(0x1p54), ax));
    const TwoSum<L> t = product(y, log_two(e.k - zero_unless(tiny, L::set(54)), e));
    L z = exp_any_range(t.high, t.low);

    // Zero, infinity and an infinite exponent: 0 or infinity by whether |x| > 1 and y > 0 agree.
    const auto extreme = (ax == zero) | (ax == inf) | (abs(y) == inf);
    const auto grows = ((ax > one) & (y > zero)) | ((ax < one) & (y < zero));
    z = select(extreme, select(ax == one, one, zero_unless(grows, inf)), z);

    const L half_y = y * L::set(0.5);
    const auto integral = trunc(y) == y;
    const auto odd = integral & (trunc(half_y) != half_y) & (abs(y) < L::set(0x1p53));
    z = select(odd, copysign(z, x), z);
    z = select((x < zero) & (x > -inf) & !integral, canonical_nan<L>(), z);
    z = select(is_nan(x) | is_nan(y), canonical_nan<L>(), z);
    z = select((x == one) | (y == zero), one, z);
    return select(is_near, near, z);
  }

  template <class L> PANTILE_MATH_FN L operator()(L x, L y) const {
    const LogReduced<L> e = log_reduce(x);
    const TwoSum<L> t = product(y, log_two(e.k, e));
    const L z = exp_in_range(t.high, t.low);
    const auto near = is_positive_normal(x) & (abs(t.high) <= L::set(kExpInRange));
    if (!all(near)) [[unlikely]]
      return far(x, y, z, near);
    return z;
  }
};

/// For f32, in f64: the logarithm in one number, to 2^-36.6 relative, which a power that f32 holds
/// makes 2^-30.1; 0.52 ULP of f32 in all. Polynomials: scripts/math/polynomials.sollya.
struct PowOfSingles {
  template <class L> PANTILE_MATH_FN L operator()(L x, L y) const {
    // Numbers of f32 are normal in f64.
    const LogReduced<L> e = log_reduce(x);
    const L p = horner<-0.5, 0x1.55554f7f63f69p-2, -0x1.fffff2b3c60f1p-3, 0x1.9a15ad955b655p-3,
                       -0x1.55cd532eebea1p-3>(e.r);
    const L base = fma(e.k, constant<L, kLn2Grid>(), L::lookup16(kLog.high, e.index));
    const L t = y * (base + fma(e.r * e.r, p, e.r));

    const L rounded = fma(t, constant<L, kSixteenOverLn2>(), L::set(kRoundMagic));
    const L r = fnma(rounded - L::set(kRoundMagic), constant<L, kLn2Over16High>(), t);
    const L q = horner<0x1.00000006df0fcp-1, 0x1.55571e392fdf6p-3, 0x1.55520ed910795p-5>(r);
    const auto n = bits(rounded);
    const L power = L::from_bits(bits(L::lookup16(kExp.power, n)) + shl<48>(n));
    const L z = fma(power, fma(r * r, q, r), power);
    const auto near = (x > L::set(0)) & (x < infinity<L>()) & (abs(t) <= L::set(kExpInRange));
    if (!all(near)) [[unlikely]]
      return PowOp::far(x, y, z, near);
    return z;
  }
};

template <class L> PANTILE_MATH_FN L pow(L x, L y) {
  if constexpr (kIsDouble<L>) {
    return PowOp{}(x, y);
  } else {
    return through_double(PowOfSingles{}, x, y);
  }
}

PANTILE_MATH_END

#endif
