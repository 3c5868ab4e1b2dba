// Functions of one argument. Nearly all rise or fall throughout, so that the ends of the argument
// give the ends of the result.
#include <cmath>
#include <limits>

#include "ops/proof/interval_math.h"

namespace pantile::proof {

using math::Unary;

namespace {
constexpr double kInf = std::numeric_limits<double>::infinity();

int sign_of(mpfr_ptr out, mpfr_srcptr a, mpfr_rnd_t rounding) {
  return mpfr_sgn(a) == 0 || mpfr_nan_p(a) ? mpfr_set(out, a, rounding)
                                           : mpfr_set_si(out, mpfr_sgn(a), rounding);
}
}  // namespace

void IntervalMath::unary(Unary f, const Enclosure& a, Enclosure& out) {
  if (f == Unary::logical_not) return out.set_truth(a.may_be_false(), a.may_be_true());
  if (!a.has_real) return out.set_nan();
  out.has_real = true;
  out.maybe_nan = a.maybe_nan;
  switch (f) {
    case Unary::neg:
      mpfr_neg(out.lo, a.hi, MPFR_RNDD);
      mpfr_neg(out.hi, a.lo, MPFR_RNDU);
      return;
    case Unary::abs: return magnitude(a, out);
    case Unary::sqrt: return within(0, kInf, a, out, mpfr_sqrt);
    case Unary::cbrt: return increasing(mpfr_cbrt, a, out);
    case Unary::floor: return increasing(mpfr_rint_floor, a, out);
    case Unary::ceil: return increasing(mpfr_rint_ceil, a, out);
    case Unary::round: return increasing(mpfr_rint_round, a, out);
    case Unary::trunc: return increasing(mpfr_rint_trunc, a, out);
    case Unary::fract: return fraction(a, out);
    case Unary::sign: return increasing(sign_of, a, out);
    case Unary::sin: return wave(false, a, out);
    case Unary::cos: return wave(true, a, out);
    case Unary::tan: return tangent(a, out);
    case Unary::asin: return within(-1, 1, a, out, mpfr_asin);
    case Unary::acos: return within(-1, 1, a, out, mpfr_acos, &IntervalMath::decreasing);
    case Unary::atan: return increasing(mpfr_atan, a, out);
    case Unary::sinh: return increasing(mpfr_sinh, a, out);
    case Unary::cosh: {
      Enclosure size(bits_);
      magnitude(a, size);
      size.maybe_nan = a.maybe_nan;
      return increasing(mpfr_cosh, size, out);
    }
    case Unary::tanh: return increasing(mpfr_tanh, a, out);
    case Unary::asinh: return increasing(mpfr_asinh, a, out);
    case Unary::acosh: return within(1, kInf, a, out, mpfr_acosh);
    case Unary::atanh: return within(-1, 1, a, out, mpfr_atanh);
    case Unary::exp: return increasing(mpfr_exp, a, out);
    case Unary::exp2: return increasing(mpfr_exp2, a, out);
    case Unary::expm1: return increasing(mpfr_expm1, a, out);
    case Unary::log: return within(0, kInf, a, out, mpfr_log);
    case Unary::log2: return within(0, kInf, a, out, mpfr_log2);
    case Unary::log10: return within(0, kInf, a, out, mpfr_log10);
    case Unary::log1p: return within(-1, kInf, a, out, mpfr_log1p);
    case Unary::erf: return increasing(mpfr_erf, a, out);
    case Unary::erfc: return decreasing(mpfr_erfc, a, out);
    case Unary::sinc: return sine_quotient(a, out);
    case Unary::logical_not:
    case Unary::count_: break;
  }
  out.set_anything();
}

void IntervalMath::increasing(Function1 f, const Enclosure& a, Enclosure& out) {
  const int inexact = f(out.lo, a.lo, MPFR_RNDD);
  if (mpfr_equal_p(a.lo, a.hi) != 0 && mpfr_zero_p(a.lo) == 0) {
    // Between a number and the next one above lies a result that is neither.
    mpfr_set(out.hi, out.lo, MPFR_RNDU);
    if (inexact != 0) mpfr_nextabove(out.hi);
  } else {
    f(out.hi, a.hi, MPFR_RNDU);
  }
}

void IntervalMath::decreasing(Function1 f, const Enclosure& a, Enclosure& out) {
  f(out.lo, a.hi, MPFR_RNDD);
  f(out.hi, a.lo, MPFR_RNDU);
}

// NaN outside of [from, to].
void IntervalMath::within(double from, double to, const Enclosure& a, Enclosure& out, Function1 f,
                          Monotone how) {
  if (mpfr_cmp_d(a.hi, from) < 0 || mpfr_cmp_d(a.lo, to) > 0) return out.set_nan();
  if (mpfr_cmp_d(a.lo, from) >= 0 && mpfr_cmp_d(a.hi, to) <= 0) return (this->*how)(f, a, out);
  Enclosure inside(bits_);
  inside.set(a);
  if (mpfr_cmp_d(inside.lo, from) < 0) mpfr_set_d(inside.lo, from, MPFR_RNDD);
  if (mpfr_cmp_d(inside.hi, to) > 0) mpfr_set_d(inside.hi, to, MPFR_RNDU);
  (this->*how)(f, inside, out);
  out.maybe_nan = true;
}

// A known zero becomes +0.
void IntervalMath::magnitude(const Enclosure& a, Enclosure& out) {
  out.has_real = true;
  out.maybe_nan = a.maybe_nan;
  if (mpfr_sgn(a.lo) >= 0) {
    mpfr_abs(out.lo, a.lo, MPFR_RNDD);
    mpfr_abs(out.hi, a.hi, MPFR_RNDU);
  } else if (mpfr_sgn(a.hi) <= 0) {
    mpfr_abs(out.lo, a.hi, MPFR_RNDD);
    mpfr_abs(out.hi, a.lo, MPFR_RNDU);
  } else {
    mpfr_set_zero(out.lo, 1);
    mpfr_abs(out.hi, mpfr_cmpabs(a.lo, a.hi) > 0 ? a.lo : a.hi, MPFR_RNDU);
  }
}

// Sine or cosine by Taylor's theorem about the middle m: with the radius h of the argument,
// |f(m + h) - f(m)| <= |f'(m)| h + h²/2. One evaluation gives both f and f'.
void IntervalMath::wave(bool cosine, const Enclosure& a, Enclosure& out) {
  if (!a.is_bounded()) {
    if (mpfr_equal_p(a.lo, a.hi) != 0) return out.set_nan();
    out.set_real(-1, 1);
    out.maybe_nan = true;
    return;
  }
  const Function1 f = cosine ? static_cast<Function1>(mpfr_cos) : static_cast<Function1>(mpfr_sin);
  if (mpfr_equal_p(a.lo, a.hi) != 0) return increasing(f, a, out);  // a point
  mpfr_add(u_, a.lo, a.hi, MPFR_RNDN);
  mpfr_div_2ui(u_, u_, 1, MPFR_RNDN);
  mpfr_sub(v_, a.hi, u_, MPFR_RNDU);
  mpfr_sub(w_, u_, a.lo, MPFR_RNDU);
  mpfr_max(v_, v_, w_, MPFR_RNDU);  // the radius
  if (mpfr_cmp_ui(v_, 2) >= 0) {
    const bool nan = a.maybe_nan;
    out.set_real(-1, 1);
    out.maybe_nan = nan;
    return;
  }
  // out.lo: the value, out.hi: the size of the slope, each to the nearest.
  mpfr_sin_cos(cosine ? out.hi : out.lo, cosine ? out.lo : out.hi, u_, MPFR_RNDN);
  mpfr_abs(out.hi, out.hi, MPFR_RNDU);
  mpfr_nextabove(out.hi);
  mpfr_sqr(w_, v_, MPFR_RNDU);
  mpfr_div_2ui(w_, w_, 1, MPFR_RNDU);
  mpfr_fma(w_, out.hi, v_, w_, MPFR_RNDU);
  mpfr_add(out.hi, out.lo, w_, MPFR_RNDU);
  mpfr_sub(out.lo, out.lo, w_, MPFR_RNDD);
  mpfr_set_ui_2exp(w_, 1, -bits_, MPFR_RNDU);  // for the rounding of the value, at most 1 in size
  mpfr_add(out.hi, out.hi, w_, MPFR_RNDU);
  mpfr_sub(out.lo, out.lo, w_, MPFR_RNDD);
  if (mpfr_cmp_si(out.lo, -1) < 0) mpfr_set_si(out.lo, -1, MPFR_RNDD);
  if (mpfr_cmp_si(out.hi, 1) > 0) mpfr_set_si(out.hi, 1, MPFR_RNDU);
}

void IntervalMath::tangent(const Enclosure& a, Enclosure& out) {
  if (!a.is_bounded()) {
    return mpfr_equal_p(a.lo, a.hi) != 0 ? out.set_nan() : out.set_anything();
  }
  increasing(mpfr_tan, a, out);
  // Over less than a period the tangent falls only where it has a pole.
  mpfr_sub(u_, a.hi, a.lo, MPFR_RNDU);
  if (mpfr_cmp_ui(u_, 3) < 0 && mpfr_lessequal_p(out.lo, out.hi) != 0) return;
  mpfr_set_inf(out.lo, -1);
  mpfr_set_inf(out.hi, 1);
}

void IntervalMath::sine_quotient(const Enclosure& a, Enclosure& out) {
  if (a.is_zero()) {
    const bool nan = a.maybe_nan;
    out.set_real(1, 1);
    out.maybe_nan = nan;
    return;
  }
  if (!a.is_bounded()) {
    const bool is_infinite = mpfr_equal_p(a.lo, a.hi) != 0, nan = a.maybe_nan;
    out.set_real(is_infinite ? 0 : -0.25, is_infinite ? 0 : 1);
    out.maybe_nan = nan;
    return;
  }
  if (!a.contains_zero()) {
    Enclosure sine(bits_);
    unary(Unary::sin, a, sine);
    return div(sine, a, out);
  }
  // 1 - x²/6 <= sin(x)/x <= 1, and it is nowhere below -0.25.
  Enclosure size(bits_);
  magnitude(a, size);
  mpfr_sqr(u_, size.hi, MPFR_RNDU);
  mpfr_div_ui(u_, u_, 6, MPFR_RNDU);
  mpfr_ui_sub(out.lo, 1, u_, MPFR_RNDD);
  if (mpfr_cmp_d(out.lo, -0.25) < 0) mpfr_set_d(out.lo, -0.25, MPFR_RNDD);
  mpfr_set_ui(out.hi, 1, MPFR_RNDU);
}

void IntervalMath::fraction(const Enclosure& a, Enclosure& out) {
  Enclosure whole(bits_);
  unary(Unary::floor, a, whole);
  if (mpfr_equal_p(whole.lo, whole.hi) != 0 || mpfr_equal_p(a.lo, a.hi) != 0) {
    return sub(a, whole, out);
  }
  const bool nan = a.maybe_nan || !a.is_bounded();
  out.set_real(0, 1);
  out.maybe_nan = nan;
}

}  // namespace pantile::proof
