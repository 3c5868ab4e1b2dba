// sin, cos, tan, sinc over a lane. Errors: docs/numbers.md.
//
// Sine and cosine use one odd polynomial on [-pi/2, pi/2] and a reduction by pi, so nothing is
// blended between quadrants:
//   sin x = (-1)^n sin(x - n pi),   cos x = -(-1)^n sin(x - (n + 1/2) pi).
// n * pi is taken off in three parts (Cody-Waite). The first step is exact: by fma the difference
// is a multiple of the smaller ulp of both and below 2. Beyond the limit, element by element,
// Payne-Hanek reduction (trig_far.h).

#if defined(PANTILE_MATH_TRIG_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef PANTILE_MATH_TRIG_INL_H_
#undef PANTILE_MATH_TRIG_INL_H_
#else
#define PANTILE_MATH_TRIG_INL_H_
#endif

#include "compute/math/double_lane-inl.h"
#include "compute/math/trig_far.h"

PANTILE_MATH_BEGIN

/// Constants of the reduction: scripts/math/tables.py. The limits keep the quotient, which is
/// rounded from x * (1/pi), within 0.05 of the nearest: the polynomials cover that much more.
template <class T> struct TrigConstants;
template <> struct TrigConstants<double> {
  static constexpr double kLimit = 1e15;
  static constexpr double kMagic =
      0x1.8p52;  // Adding it rounds to an integer, kept in the low bits.
  static constexpr double kInvPi = 0x1.45f306dc9c883p-2;
  static constexpr double kPi1 = 0x1.921fb54442d18p+1;
  static constexpr double kPi2 = 0x1.1a62633145c06p-53;
  static constexpr double kPi3 = 0x1.c1cd129024e09p-106;
};
template <> struct TrigConstants<float> {
  static constexpr float kLimit = 0x1p19f;
  static constexpr float kMagic = 0x1.8p23f;
  static constexpr float kInvPi = 0x1.45f306p-2f;
  static constexpr float kPi1 = 0x1.921fb6p+1f;
  static constexpr float kPi2 = -0x1.777a5ep-24f;
  static constexpr float kPi3 = 0x1.08d314p-48f;
};

/// sin r for |r| <= 1.73. Relative error of the polynomial 2^-58.7, f32 2^-25.8
/// (scripts/math/polynomials.sollya).
template <class L> PANTILE_MATH_FN L sin_polynomial(L r) {
  const L r2 = r * r;
  L p;
  if constexpr (kIsDouble<L>) {
    p = horner<-0x1.5555555555553p-3, 0x1.1111111110fa9p-7, -0x1.a01a01a006b93p-13,
               0x1.71de3a4d44239p-19, -0x1.ae6452a128cd6p-26, 0x1.61234d26b2badp-33,
               -0x1.ae25496d66275p-41, 0x1.854af7c3a2c04p-49>(r2);
  } else {
    p = horner<-0x1.55554p-3f, 0x1.110dp-7f, -0x1.9f1e1ap-13f, 0x1.596fdep-19f>(r2);
  }
  // Rounding may reach 1 + ulp near pi/2.
  return limit_magnitude(fma(r2 * r, p, r), L::set(1));
}

/// x - m pi.
template <class L> PANTILE_MATH_FN L minus_multiple_of_pi(L x, L m) {
  using C = TrigConstants<typename L::Value>;
  const L r = fnma(m, constant<L, C::kPi1>(), x);
  return fnma(m, constant<L, C::kPi3>(), fnma(m, constant<L, C::kPi2>(), r));
}

/// The sine (or cosine) where |x| is beyond the limit, infinite or NaN; `near` elsewhere.
template <bool cosine, class L> PANTILE_MATH_COLD L sin_far(const L& x, const L& near) {
  using T = typename L::Value;
  const L a = abs(x);
  const auto is_far = !(a <= L::set(TrigConstants<T>::kLimit));
  T angle[L::kMaxLanes], sign[L::kMaxLanes];
  a.store(angle);
  x.store(sign);
  for (std::size_t i = 0; i < L::lanes(); ++i) {
    const bool finite = angle[i] <= std::numeric_limits<T>::max();
    if (!finite || angle[i] <= TrigConstants<T>::kLimit) continue;
    const ReducedAngle r = reduce_far_by_pi(static_cast<double>(angle[i]), cosine);
    const bool flip = (r.quotient & 1) != 0;
    angle[i] = static_cast<T>(r.high);
    sign[i] = flip != (!cosine && sign[i] < 0) ? T(-1) : T(1);
  }
  const L y = xor_sign(sin_polynomial(L::load(angle)), L::load(sign));
  const auto finite = a < infinity<L>();
  return select(is_far, select(finite, y, canonical_nan<L>()), near);
}

template <class L> PANTILE_MATH_FN L sin(L x) {
  using T = typename L::Value;
  using C = TrigConstants<T>;
  const L a = abs(x);
  const L rounded = fma(a, constant<L, C::kInvPi>(), constant<L, C::kMagic>());
  const L r = minus_multiple_of_pi(a, rounded - constant<L, C::kMagic>());
  const L odd = L::from_bits(shl<sizeof(T) * 8 - 1>(bits(rounded)));
  // The sign goes in last, so that the sine of -0 is -0.
  const L y = xor_sign(sin_polynomial(r), L::from_bits(bits(odd) ^ bits(x)));
  if (!all(a <= constant<L, C::kLimit>())) [[unlikely]]
    return sin_far<false>(x, y);
  return y;
}

template <class L> PANTILE_MATH_FN L cos(L x) {
  using T = typename L::Value;
  using C = TrigConstants<T>;
  const L a = abs(x);
  const L half = L::set(T(0.5));
  const L rounded = fma(a, constant<L, C::kInvPi>(), half) + constant<L, C::kMagic>();
  // rounded is n + 1, thus the sign of (-1)^(n + 1) falls out of its low bit.
  const L r = minus_multiple_of_pi(a, (rounded - constant<L, C::kMagic>()) - half);
  const L odd = L::from_bits(shl<sizeof(T) * 8 - 1>(bits(rounded)));
  const L y = xor_sign(sin_polynomial(r), odd);
  if (!all(a <= constant<L, C::kLimit>())) [[unlikely]]
    return sin_far<true>(x, y);
  return y;
}

/// tan(r + low), or -cot of it where `invert`; |r| <= 0.845. Polynomials to 2^-62 and 2^-68.
template <class L> PANTILE_MATH_FN L tan_reduced(L r, L low, typename L::Mask invert) {
  const L r2 = r * r;
  const L ps = horner<-0x1.5555555555555p-3, 0x1.111111111109ap-7, -0x1.a01a01a00ab7cp-13,
                      0x1.71de3a45e4a23p-19, -0x1.ae64454ead743p-26, 0x1.6119e8c923f4cp-33,
                      -0x1.a7fcafb7031cap-41>(r2);
  const L pc = horner<0x1.5555555555555p-5, -0x1.6c16c16c16b64p-10, 0x1.a01a01a007ad8p-16,
                      -0x1.27e4fb6820971p-22, 0x1.1eed809ec87dap-29, -0x1.93888248be318p-37,
                      0x1.a6ea5efb3ebe8p-45>(r2);
  // sin(r + low) = sin r + low cos r, cos(r + low) = cos r - low sin r, to first order.
  const L one = L::set(1), half = L::set(0.5);
  const DoubleLane<L> s = fast_two_sum(r, fma(r2 * r, ps, fnma(half * r2, low, low)));
  const L h = half * r2;
  const L w = one - h;
  const L w_low = ((one - w) - h) - fms(half * r, r, h);
  const DoubleLane<L> c = fast_two_sum(w, fma(r2 * r2, pc, fnma(r, low, w_low)));
  const DoubleLane<L> numerator{select(invert, -c.hi, s.hi), select(invert, -c.lo, s.lo)};
  const DoubleLane<L> denominator{select(invert, s.hi, c.hi), select(invert, s.lo, c.lo)};
  return div(numerator, denominator).hi;
}

template <class L> PANTILE_MATH_COLD L tan_far(const L& x, const L& near) {
  const L a = abs(x);
  const auto is_far = !(a <= L::set(TrigConstants<double>::kLimit));
  double high[L::kMaxLanes], low[L::kMaxLanes] = {}, invert[L::kMaxLanes] = {};
  a.store(high);
  for (std::size_t i = 0; i < L::lanes(); ++i) {
    if (!(high[i] > TrigConstants<double>::kLimit)) continue;
    if (!(high[i] <= std::numeric_limits<double>::max())) continue;
    const ReducedAngle r = reduce_far_by_half_pi(high[i]);
    high[i] = r.high;
    low[i] = r.low;
    invert[i] = (r.quotient & 1) != 0 ? 1 : 0;
  }
  const auto odd = L::load(invert) != L::set(0);
  const L y = xor_sign(tan_reduced(L::load(high), L::load(low), odd), x);
  return select(is_far, select(a < infinity<L>(), y, canonical_nan<L>()), near);
}

struct TanOp {
  template <class L> PANTILE_MATH_FN L operator()(L x) const {
    // pi/2 in three parts (scripts/math/tables.py); its quotient is rounded from x * (2/pi).
    constexpr double kHalfPi1 = 0x1.921fb54442d18p+0, kHalfPi2 = 0x1.1a62633145c06p-54,
                     kHalfPi3 = 0x1.c1cd129024e09p-107;
    using C = TrigConstants<double>;
    const L a = abs(x);
    const L rounded = fma(a, L::set(2 * C::kInvPi), constant<L, C::kMagic>());
    const L n = rounded - constant<L, C::kMagic>();
    const L first = fnma(n, constant<L, kHalfPi1>(), a);  // exact
    const L second = n * constant<L, kHalfPi2>();
    const L second_low = fms(n, constant<L, kHalfPi2>(), second);
    const L r = first - second;
    const L back = r - first;
    const L error = (first - (r - back)) - (second + back);
    const L low = error - fma(n, constant<L, kHalfPi3>(), second_low);
    const auto odd = (bits(rounded) & L::Int::set(1)) == L::Int::set(1);
    const L y = xor_sign(tan_reduced(r, low, odd), x);
    if (!all(a <= constant<L, C::kLimit>())) [[unlikely]]
      return tan_far(x, y);
    return y;
  }
};

/// f32 goes through f64.
template <class L> PANTILE_MATH_FN L tan(L x) { return through_double(TanOp{}, x); }

/// sin(x)/x, not normalised by pi; 1 at 0 and 0 at infinity.
template <class L> PANTILE_MATH_FN L sinc(L x) {
  const L zero = L::set(0);
  const L y = select(x == zero, L::set(1), sin(x) / x);
  return select(abs(x) == infinity<L>(), zero, canonical(y));
}

PANTILE_MATH_END

#endif
