#include "ops/proof/interval_math.h"

#include <algorithm>
#include <array>

#include "ops/proof/error_bounds.h"

namespace pantile::proof {
namespace {

// Is it a known number that the type holds exactly?
bool fits(const Enclosure& e, const NumberFormat& format) {
  if (!e.is_point()) return false;
  if (mpfr_regular_p(e.lo) == 0) return true;
  const mpfr_exp_t exponent = mpfr_get_exp(e.lo);
  return exponent >= format.min_exponent && exponent <= format.max_exponent &&
         mpfr_min_prec(e.lo) <= format.digits;
}

}  // namespace

using math::Binary;
using math::Ternary;
using math::Unary;

IntervalMath::IntervalMath(mpfr_prec_t bits, std::optional<Precision> model)
    : bits_(bits), model_(model), error_(64), u_(bits), v_(bits), w_(bits) {}

void IntervalMath::apply(Unary f, const Enclosure& a, Enclosure& out) {
  unary(f, a, out);
  if (model_) widen(out, error_ulps(f, *model_));
}

void IntervalMath::apply(Binary f, const Enclosure& a, const Enclosure& b, Enclosure& out) {
  binary(f, a, b, out);
  if (model_) widen(out, error_ulps(f, *model_));
}

void IntervalMath::apply(Ternary f, const Enclosure& a, const Enclosure& b, const Enclosure& c,
                         Enclosure& out) {
  switch (f) {
    case Ternary::select:
      if (a.may_be_true()) out.set(b);
      if (!a.may_be_false()) return;
      if (a.may_be_true()) {
        out.join(c);
      } else {
        out.set(c);
      }
      return;
    case Ternary::clamp: return clamp(a, b, c, out);
    case Ternary::mix: return mix(a, b, c, out);
    case Ternary::smoothstep: return smoothstep(a, b, c, out);
    case Ternary::count_: break;
  }
  out.set_anything();
}

void IntervalMath::widen(Enclosure& e, double ulps, Precision type) {
  // A zero that is known to be one is computed as one; a result that the type holds is what
  // correct rounding gives.
  if (!model_ || ulps == 0 || !e.has_real || e.is_zero()) return;
  const NumberFormat format = format_of(type);
  if (ulps <= 0.5 && fits(e, format)) return;
  mpfr_exp_t exponent = format.min_exponent;
  for (const mpfr_srcptr end : {static_cast<mpfr_srcptr>(e.lo), static_cast<mpfr_srcptr>(e.hi)}) {
    if (mpfr_regular_p(end) != 0) exponent = std::max(exponent, mpfr_get_exp(end));
  }
  exponent = std::min<mpfr_exp_t>(exponent, format.max_exponent);
  mpfr_set_d(error_, ulps, MPFR_RNDU);
  mpfr_mul_2si(error_, error_, exponent - format.digits, MPFR_RNDU);
  // No function gives a result of the wrong sign.
  const bool not_negative = mpfr_sgn(e.lo) >= 0, not_positive = mpfr_sgn(e.hi) <= 0;
  mpfr_sub(e.lo, e.lo, error_, MPFR_RNDD);
  mpfr_add(e.hi, e.hi, error_, MPFR_RNDU);
  if (not_negative && mpfr_sgn(e.lo) < 0) mpfr_set_zero(e.lo, 1);
  if (not_positive && mpfr_sgn(e.hi) > 0) mpfr_set_zero(e.hi, -1);
  // What lies beyond the largest number may have become infinite.
  if (mpfr_regular_p(e.hi) != 0 && mpfr_sgn(e.hi) > 0 && mpfr_get_exp(e.hi) > format.max_exponent) {
    mpfr_set_inf(e.hi, 1);
  }
  if (mpfr_regular_p(e.lo) != 0 && mpfr_sgn(e.lo) < 0 && mpfr_get_exp(e.lo) > format.max_exponent) {
    mpfr_set_inf(e.lo, -1);
  }
}

void IntervalMath::add(const Enclosure& a, const Enclosure& b, Enclosure& out) {
  if (!a.has_real || !b.has_real) return out.set_nan();
  const bool up_and_down = mpfr_inf_p(a.hi) && mpfr_sgn(a.hi) > 0 && mpfr_inf_p(b.lo);
  const bool down_and_up = mpfr_inf_p(a.lo) && mpfr_sgn(a.lo) < 0 && mpfr_inf_p(b.hi);
  const bool cancels = (up_and_down && mpfr_sgn(b.lo) < 0) || (down_and_up && mpfr_sgn(b.hi) > 0);
  const int inexact = mpfr_add(out.lo, a.lo, b.lo, MPFR_RNDD);
  out.has_real = true;
  out.maybe_nan = a.maybe_nan || b.maybe_nan || cancels;
  if (a.is_point() && b.is_point()) {
    if (mpfr_nan_p(out.lo)) return out.set_nan();
    // Rounding down makes the zero of x - x negative; arithmetic makes it positive.
    if (mpfr_zero_p(out.lo)) mpfr_add(out.lo, a.lo, b.lo, MPFR_RNDN);
    mpfr_set(out.hi, out.lo, MPFR_RNDU);
    if (inexact != 0) mpfr_nextabove(out.hi);
    return;
  }
  mpfr_add(out.hi, a.hi, b.hi, MPFR_RNDU);
  if (mpfr_nan_p(out.lo)) mpfr_set_inf(out.lo, -1);
  if (mpfr_nan_p(out.hi)) mpfr_set_inf(out.hi, 1);
}

void IntervalMath::sub(const Enclosure& a, const Enclosure& b, Enclosure& out) {
  Enclosure negated(bits_);
  unary(Unary::neg, b, negated);
  add(a, negated, out);
}

// f at the four corners of the box; where one of them is NaN, anything.
void IntervalMath::corners(Function2 f, const Enclosure& a, const Enclosure& b, Enclosure& out) {
  bool first = true;
  for (const mpfr_srcptr x : {static_cast<mpfr_srcptr>(a.lo), static_cast<mpfr_srcptr>(a.hi)}) {
    for (const mpfr_srcptr y : {static_cast<mpfr_srcptr>(b.lo), static_cast<mpfr_srcptr>(b.hi)}) {
      f(u_, x, y, MPFR_RNDD);
      f(v_, x, y, MPFR_RNDU);
      if (mpfr_nan_p(u_)) return out.set_anything();
      if (first || mpfr_less_p(u_, out.lo)) mpfr_set(out.lo, u_, MPFR_RNDD);
      if (first || mpfr_greater_p(v_, out.hi)) mpfr_set(out.hi, v_, MPFR_RNDU);
      first = false;
    }
  }
  out.has_real = true;
  out.maybe_nan = a.maybe_nan || b.maybe_nan;
}

void IntervalMath::mul(const Enclosure& a, const Enclosure& b, Enclosure& out) {
  if (!a.has_real || !b.has_real) return out.set_nan();
  out.has_real = true;
  out.maybe_nan = a.maybe_nan || b.maybe_nan;
  if (a.is_point() && b.is_point()) {
    const int inexact = mpfr_mul(out.lo, a.lo, b.lo, MPFR_RNDD);
    if (mpfr_nan_p(out.lo)) return out.set_nan();
    mpfr_set(out.hi, out.lo, MPFR_RNDU);
    if (inexact != 0) mpfr_nextabove(out.hi);
    return;
  }
  if (&a == &b) {  // a square
    Enclosure size(bits_);
    magnitude(a, size);
    mpfr_sqr(out.lo, size.lo, MPFR_RNDD);
    mpfr_sqr(out.hi, size.hi, MPFR_RNDU);
    return;
  }
  const int sign_a = mpfr_sgn(a.lo) > 0 ? 1 : mpfr_sgn(a.hi) < 0 ? -1 : 0;
  const int sign_b = mpfr_sgn(b.lo) > 0 ? 1 : mpfr_sgn(b.hi) < 0 ? -1 : 0;
  if (sign_a == 0 || sign_b == 0 || !a.is_bounded() || !b.is_bounded()) {
    return corners(mpfr_mul, a, b, out);
  }
  // The least product takes the end of a that is further out where b is negative, and so on.
  mpfr_mul(out.lo, sign_b > 0 ? a.lo : a.hi, sign_a > 0 ? b.lo : b.hi, MPFR_RNDD);
  mpfr_mul(out.hi, sign_b > 0 ? a.hi : a.lo, sign_a > 0 ? b.hi : b.lo, MPFR_RNDU);
}

void IntervalMath::div(const Enclosure& a, const Enclosure& b, Enclosure& out) {
  if (!a.has_real || !b.has_real) return out.set_nan();
  const bool nan = a.maybe_nan || b.maybe_nan;
  if (a.is_point() && b.is_point()) {
    out.has_real = true;
    out.maybe_nan = false;
    const int inexact = mpfr_div(out.lo, a.lo, b.lo, MPFR_RNDD);
    if (mpfr_nan_p(out.lo)) return out.set_nan();
    mpfr_set(out.hi, out.lo, MPFR_RNDU);
    if (inexact != 0) mpfr_nextabove(out.hi);
    return;
  }
  const bool by_known_zero = b.is_zero() && mpfr_signbit(b.lo) == mpfr_signbit(b.hi);
  if (!b.contains_zero() || (by_known_zero && !a.contains_zero())) {
    return corners(mpfr_div, a, b, out);
  }
  // A quotient by something of either sign, however small.
  out.set_anything();
  out.maybe_nan = nan || a.contains_zero() || (!a.is_bounded() && !b.is_bounded());
}

}  // namespace pantile::proof
