// exp, exp2, expm1, log, log2, log10, log1p over a lane. Errors: docs/numbers.md.
//
// f64 works with 16-entry tables, which one permutation reads on AVX-512:
//   e^x = 2^(n/16) e^r, |r| <= ln 2 / 32;   log x = k ln 2 + log c + log(1 + r), r = x / (2^k c) -
//   1,
// where 1/c has so few bits that r is exact. f32 needs no tables for exp and log; the other
// functions of f32 go through f64. Tables and constants: scripts/math/tables.py.

#if defined(PANTILE_MATH_EXP_LOG_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef PANTILE_MATH_EXP_LOG_INL_H_
#undef PANTILE_MATH_EXP_LOG_INL_H_
#else
#define PANTILE_MATH_EXP_LOG_INL_H_
#endif

#include "compute/math/exp_log_tables.h"
#include "compute/math/lane-inl.h"

PANTILE_MATH_BEGIN

// --- e^x -----------------------------------------------------------------------------------------

/// (e^(r + n/16 ln 2), the pieces): scale * (1 + rest), scale = 2^(n/16).
template <class L> struct ExpParts {
  L scale, rest;
};

/// `rounded` holds n in its low bits (n + 1.5 * 2^52); |r| <= 0.0217. Error of the polynomial
/// 2^-56.
template <class L> PANTILE_MATH_FN ExpParts<L> exp_parts(L rounded, L r) {
  const auto n = bits(rounded);
  const L entry = L::lookup16(kExp.power, n);
  const L tail = L::lookup16(kExp.tail, n);
  const L p = horner<0x1.fffffffffffb9p-2, 0x1.555555548ed5ep-3, 0x1.55555558f8274p-5,
                     0x1.11123b35194bap-7, 0x1.6c14cb787057dp-10>(r);
  return {L::from_bits(bits(entry) + shl<48>(n)), fma(r * r, p, tail + r)};
}

/// n/16 ln 2 taken off x: r, and n as the low bits of `rounded`.
template <class L> struct ExpReduced {
  L rounded, r;
};
template <class L> PANTILE_MATH_FN ExpReduced<L> exp_reduce(L x, L low) {
  const L rounded = fma(x, constant<L, kSixteenOverLn2>(), L::set(kRoundMagic));
  const L n = rounded - L::set(kRoundMagic);
  const L r = fnma(n, constant<L, kLn2Over16High>(), x);  // exact
  return {rounded, r + fnma(n, constant<L, kLn2Over16Low>(), low)};
}

/// e^(x + low) for |x| <= 708, |low| <= 2^-40.
template <class L> PANTILE_MATH_FN L exp_in_range(L x, L low) {
  const ExpReduced<L> e = exp_reduce(x, low);
  const ExpParts<L> p = exp_parts(e.rounded, e.r);
  return fma(p.scale, p.rest, p.scale);
}

/// e^(x + low) for any x but NaN, with overflow to infinity and underflow through subnormals.
template <class L> PANTILE_MATH_FN L exp_any_range(L x, L low) {
  const L bound = L::set(800);
  const auto inside = abs(x) <= bound;
  const L clamped = select(inside, x, copysign(bound, x));
  const ExpReduced<L> e = exp_reduce(clamped, zero_unless(inside, low));
  // 2^(n/16) alone may be out of range: half of it now, half of it at the end.
  const auto negative = x < L::set(0);
  const L shift = L::set(16 * 600);
  const ExpParts<L> p = exp_parts(e.rounded - select(negative, -shift, shift), e.r);
  return fma(p.scale, p.rest, p.scale) * select(negative, L::set(0x1p-600), L::set(0x1p600));
}

/// e^(x + low) in f64, |low| <= ulp(x)/2: for functions that know their exponent better than f64.
template <class L> PANTILE_MATH_COLD L exp_two_far(const L& x, const L& low, const L& near) {
  return select(abs(x) <= L::set(kExpInRange), near,
                select(is_nan(x), canonical_nan<L>(), exp_any_range(x, low)));
}
template <class L> PANTILE_MATH_FN L exp_two(L x, L low) {
  const L y = exp_in_range(x, low);
  if (!all(abs(x) <= L::set(kExpInRange))) [[unlikely]]
    return exp_two_far(x, low, y);
  return y;
}

/// e^r for |r| <= 0.3467. Error of the polynomial 2^-28.2.
template <class L> PANTILE_MATH_FN L exp_polynomial_f32(L r) {
  const L p =
      horner<0x1.fffffap-2f, 0x1.555492p-3f, 0x1.555a26p-5f, 0x1.123988p-7f, 0x1.694cd2p-10f>(r);
  return L::set(1.0f) + fma(r * r, p, r);
}

template <class L> PANTILE_MATH_COLD L exp_far_f32(const L& x, const L& near) {
  const L bound = L::set(120.0f);
  const L clamped = select(abs(x) <= bound, x, copysign(bound, x));
  const L rounded = fma(clamped, L::set(kLog2EF32), L::set(kRoundMagicF32));
  const L n = rounded - L::set(kRoundMagicF32);
  const L r = fnma(n, L::set(kLn2LowF32), fnma(n, L::set(kLn2HighF32), clamped));
  const L y = scale(exp_polynomial_f32(r), n);
  return select(abs(x) <= L::set(kExpInRangeF32), near, select(is_nan(x), canonical_nan<L>(), y));
}

template <class L> PANTILE_MATH_FN L exp(L x) {
  if constexpr (kIsDouble<L>) {
    return exp_two(x, L::set(0));
  } else {
    const L rounded = fma(x, L::set(kLog2EF32), L::set(kRoundMagicF32));
    const L n = rounded - L::set(kRoundMagicF32);
    const L r = fnma(n, L::set(kLn2LowF32), fnma(n, L::set(kLn2HighF32), x));
    const L y = L::from_bits(bits(exp_polynomial_f32(r)) + shl<23>(bits(rounded)));
    if (!all(abs(x) <= L::set(kExpInRangeF32))) [[unlikely]]
      return exp_far_f32(x, y);
    return y;
  }
}

struct Exp2Op {
  template <class L> static PANTILE_MATH_FN ExpReduced<L> reduce(L x) {
    const L rounded = fma(x, L::set(16.0), L::set(kRoundMagic));
    const L r = fnma(rounded - L::set(kRoundMagic), L::set(0.0625), x);  // exact
    const L high = r * constant<L, kLn2>();
    return {rounded, high + fma(r, constant<L, kLn2Low>(), fms(r, constant<L, kLn2>(), high))};
  }
  template <class L> static PANTILE_MATH_COLD L far(const L& x, const L& near) {
    const L bound = L::set(1100);
    const ExpReduced<L> e = reduce(select(abs(x) <= bound, x, copysign(bound, x)));
    const auto negative = x < L::set(0);
    const L shift = L::set(16 * 600);
    const ExpParts<L> p = exp_parts(e.rounded - select(negative, -shift, shift), e.r);
    const L y = fma(p.scale, p.rest, p.scale) * select(negative, L::set(0x1p-600), L::set(0x1p600));
    return select(abs(x) <= L::set(1021), near, select(is_nan(x), canonical_nan<L>(), y));
  }
  template <class L> PANTILE_MATH_FN L operator()(L x) const {
    const ExpReduced<L> e = reduce(x);
    const ExpParts<L> p = exp_parts(e.rounded, e.r);
    const L y = fma(p.scale, p.rest, p.scale);
    if (!all(abs(x) <= L::set(1021))) [[unlikely]]
      return far(x, y);
    return y;
  }
};
template <class L> PANTILE_MATH_FN L exp2(L x) { return through_double(Exp2Op{}, x); }

struct Expm1Op {
  template <class L> static PANTILE_MATH_COLD L far(const L& x, const L& near) {
    return select(abs(x) <= L::set(kExpInRange), near,
                  canonical(exp_two(x, L::set(0)) - L::set(1)));
  }
  template <class L> PANTILE_MATH_FN L operator()(L x) const {
    const L rounded = fma(x, constant<L, kSixteenOverLn2>(), L::set(kRoundMagic));
    const L n = rounded - L::set(kRoundMagic);
    const L r = fnma(n, constant<L, kLn2Over16High>(), x);  // exact
    const L r_low = constant<L, -kLn2Over16Low>() * n;
    const L r_all = r + r_low;
    // One power more than exp_parts: 2^-59.7 relative to e^r - 1.
    const L p = horner<0x1.0000000000003p-1, 0x1.5555555555551p-3, 0x1.55555554a055dp-5,
                       0x1.111111115223p-7, 0x1.6c182909489ecp-10, 0x1.a01a6d9a771f7p-13>(r_all);
    const auto index = bits(rounded);
    const L low = fma(r_all * r_all, p, L::lookup16(kExp.tail, index) + r_low);
    const L scale = L::from_bits(bits(L::lookup16(kExp.power, index)) + shl<48>(index));
    // scale is 1 near 0, so nothing cancels there; the sign of zero is put back.
    const L high = fma(scale, r, scale - L::set(1));
    const L y = copysign(fma(scale, low, high), x);
    if (!all(abs(x) <= L::set(kExpInRange))) [[unlikely]]
      return far(x, y);
    return y;
  }
};
template <class L> PANTILE_MATH_FN L expm1(L x) { return through_double(Expm1Op{}, x); }

// --- log x ---------------------------------------------------------------------------------------

/// x = 2^k c (1 + r) for normal x > 0; `index` of c in its low 4 bits.
template <class L> struct LogReduced {
  L k, r;
  typename L::Int index;
};
template <class L> PANTILE_MATH_FN LogReduced<L> log_reduce(L x) {
  // Mantissas start at 0.734375, half an interval below the first centre; 1 is a centre.
  const auto offset = bits(x) - L::Int::set(0x3fe7800000000000);
  const auto exponent = offset & L::Int::set(static_cast<std::int64_t>(0xfff0000000000000));
  const L m = L::from_bits(bits(x) - exponent);
  const auto index = shr<48>(offset);
  return {to_float(sar<52>(offset)), fma(m, L::lookup16(kLog.inverse, index), L::set(-1)), index};
}

/// (log(1 + r) - r + r^2/2) / r^3 for |r| <= 0.0345; 2^-65.9 relative to log(1 + r).
template <class L> PANTILE_MATH_FN L log_polynomial(L r) {
  return horner<0x1.5555555555553p-2, -0x1.ffffffffffd73p-3, 0x1.99999999a12cep-3,
                -0x1.5555555993b89p-3, 0x1.249248e498a16p-3, -0x1.ffffb515fd5abp-4,
                0x1.c71e1414d85a4p-4, -0x1.9aa74915efdcp-4, 0x1.72edaf6dfb9bap-4>(r);
}

/// A number as an unevaluated sum, |low| <= ulp(high)/2.
template <class L> struct TwoSum {
  L high, low;
};

/// k ln 2 + log c + log(1 + r) to about 2^-64 relative.
template <class L> PANTILE_MATH_FN TwoSum<L> log_two(L k, const LogReduced<L>& x) {
  const L r = x.r;
  const L base = fma(k, constant<L, kLn2Grid>(), L::lookup16(kLog.high, x.index));  // exact
  const L base_low = fma(k, constant<L, kLn2GridLow>(), L::lookup16(kLog.low, x.index));
  const L sum = base + r;
  const L half_r = L::set(-0.5) * r;
  const L square = r * half_r;
  const L high = sum + square;
  const L low1 = ((base - sum) + r) + base_low;
  const L low2 = ((sum - high) + square) + fms(r, half_r, square);
  const L cube = (r * r) * r;
  const L low = fma(cube, log_polynomial(r), low1 + low2);
  const L total = high + low;
  return {total, (high - total) + low};
}

/// True where the fast path of a logarithm holds.
template <class L> PANTILE_MATH_FN typename L::Mask is_positive_normal(L x) {
  using Limits = std::numeric_limits<typename L::Value>;
  return (x >= L::set(Limits::min())) & (x <= L::set(Limits::max()));
}

/// What a logarithm is where x is no positive number: log(0) = -inf, log(inf) = inf, else NaN.
template <class L> PANTILE_MATH_FN L log_special(L x, L y) {
  const L zero = L::set(0);
  const L at_end =
      select(x == zero, -infinity<L>(), select(x > zero, infinity<L>(), canonical_nan<L>()));
  return select((x > zero) & (x < infinity<L>()), y, at_end);
}

/// Applies a logarithm, given as f(reduced x, k), with subnormals scaled and special values mended.
template <class F, class L> PANTILE_MATH_COLD L log_far(F f, const L& x, const L& near) {
  const LogReduced<L> e = log_reduce(x * L::set(0x1p54));
  const L y = f(e, e.k - L::set(54));
  return select(is_positive_normal(x), near, log_special(x, y));
}
template <class F, class L> PANTILE_MATH_FN L log_with(F f, L x) {
  const LogReduced<L> e = log_reduce(x);
  const L y = f(e, e.k);
  if (!all(is_positive_normal(x))) [[unlikely]]
    return log_far(f, x, y);
  return y;
}

struct NaturalLog {
  template <class L> PANTILE_MATH_FN L operator()(const LogReduced<L>& x, L k) const {
    const L base = fma(k, constant<L, kLn2Grid>(), L::lookup16(kLog.high, x.index));  // exact
    const L base_low = fma(k, constant<L, kLn2GridLow>(), L::lookup16(kLog.low, x.index));
    const L sum = base + x.r;
    const L low = ((base - sum) + x.r) + base_low;
    const L p = fma(x.r, log_polynomial(x.r), L::set(-0.5));
    return sum + fma(x.r * x.r, p, low);
  }
};

/// Logarithm to another base: k * per_octave + (log c + log(1 + r)) * per_e, each factor in two
/// parts.
struct OtherLog {
  double per_octave, per_octave_low, per_e, per_e_low;
  template <class L> PANTILE_MATH_FN L operator()(const LogReduced<L>& x, L k) const {
    const TwoSum<L> t = log_two(L::set(0), x);
    const L product = t.high * L::set(per_e);
    const L product_low = fma(t.high, L::set(per_e_low),
                              fma(t.low, L::set(per_e), fms(t.high, L::set(per_e), product)));
    const L base = k * L::set(per_octave);  // exact
    const L sum = base + product;
    const L sum_low = ((base - sum) + product) + fma(k, L::set(per_octave_low), product_low);
    return sum + sum_low;
  }
};

struct Log2Op {
  template <class L> PANTILE_MATH_FN L operator()(L x) const {
    return log_with(OtherLog{1, 0, kInvLn2, kInvLn2Low}, x);
  }
};
struct Log10Op {
  template <class L> PANTILE_MATH_FN L operator()(L x) const {
    return log_with(OtherLog{kLog10Of2, kLog10Of2Low, kInvLn10, kInvLn10Low}, x);
  }
};
template <class L> PANTILE_MATH_FN L log2(L x) { return through_double(Log2Op{}, x); }
template <class L> PANTILE_MATH_FN L log10(L x) { return through_double(Log10Op{}, x); }

/// k ln 2 + log m for x = 2^k m with 2/3 <= m < 4/3. Polynomial error 2^-30.
template <class L> PANTILE_MATH_FN L log_f32(L x, L k_bias) {
  const auto offset = bits(x) - L::Int::set(0x3f2aaaab);
  const L k = to_float(sar<23>(offset)) + k_bias;
  const L r =
      L::from_bits(bits(x) - (offset & L::Int::set(static_cast<std::int32_t>(0xff800000)))) -
      L::set(1);
  const L p =
      horner<-0.5f, 0x1.555556p-2f, -0x1.ffff0ep-3f, 0x1.999808p-3f, -0x1.55992cp-3f,
             0x1.24e786p-3f, -0x1.f385bcp-4f, 0x1.b97eb6p-4f, -0x1.071b04p-3f, 0x1.e857fcp-4f>(r);
  const L low = fma(r * r, p, k * L::set(kLn2LowF32));
  return fma(k, L::set(kLn2HighF32), r + low);
}
template <class L> PANTILE_MATH_COLD L log_far_f32(const L& x, const L& near) {
  const L y = log_f32(x * L::set(0x1p25f), L::set(-25.0f));
  return select(is_positive_normal(x), near, log_special(x, y));
}

template <class L> PANTILE_MATH_FN L log(L x) {
  if constexpr (kIsDouble<L>) {
    return log_with(NaturalLog{}, x);
  } else {
    const L y = log_f32(x, L::set(0.0f));
    if (!all(is_positive_normal(x))) [[unlikely]]
      return log_far_f32(x, y);
    return y;
  }
}

struct Log1pOp {
  template <class L> static PANTILE_MATH_COLD L far(const L& x, const L& near) {
    const L one = L::set(1);
    const L y =
        select(x == L::set(-1), -infinity<L>(), select(x == infinity<L>(), x, canonical_nan<L>()));
    return select((x > -one) & (x < infinity<L>()), near, y);
  }
  template <class L> PANTILE_MATH_FN L operator()(L x) const {
    // 1 + x = u + error exactly (two-sum), log(1 + x) = log u + error/u.
    const L one = L::set(1);
    const L u = one + x;
    const L back = u - one;
    const L error = (one - (u - back)) + (x - back);
    const LogReduced<L> e = log_reduce(u);
    const L base = fma(e.k, constant<L, kLn2Grid>(), L::lookup16(kLog.high, e.index));
    const L base_low =
        fma(e.k, constant<L, kLn2GridLow>(), L::lookup16(kLog.low, e.index)) + error / u;
    const L sum = base + e.r;
    const L low = ((base - sum) + e.r) + base_low;
    const L p = fma(e.r, log_polynomial(e.r), L::set(-0.5));
    const L y = copysign(sum + fma(e.r * e.r, p, low), x);
    if (!all((x > -one) & (x < infinity<L>()))) [[unlikely]]
      return far(x, y);
    return y;
  }
};
template <class L> PANTILE_MATH_FN L log1p(L x) { return through_double(Log1pOp{}, x); }

PANTILE_MATH_END

#endif
