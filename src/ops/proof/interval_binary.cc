// Comparisons, logic, extrema, remainders.
#include "ops/proof/interval_math.h"

namespace pantile::proof {

using math::Binary;

namespace {

// a < b, or a <= b where `or_equal`: which answers are possible. False if a side is NaN.
void compare(const Enclosure& a, const Enclosure& b, bool or_equal, Enclosure& out) {
  if (!a.has_real || !b.has_real) return out.set_truth(false, true);
  const bool nan = a.maybe_nan || b.maybe_nan;
  if (or_equal) {
    return out.set_truth(mpfr_lessequal_p(a.lo, b.hi) != 0, nan || mpfr_greater_p(a.hi, b.lo) != 0);
  }
  out.set_truth(mpfr_less_p(a.lo, b.hi) != 0, nan || mpfr_greaterequal_p(a.hi, b.lo) != 0);
}

void compare_equal(const Enclosure& a, const Enclosure& b, bool unequal, Enclosure& out) {
  bool may_equal = false, may_differ = true;
  if (a.has_real && b.has_real) {
    may_equal = mpfr_lessequal_p(a.lo, b.hi) != 0 && mpfr_lessequal_p(b.lo, a.hi) != 0;
    const bool same = mpfr_equal_p(a.lo, a.hi) != 0 && mpfr_equal_p(b.lo, b.hi) != 0 &&
                      mpfr_equal_p(a.lo, b.lo) != 0;
    may_differ = !same || a.maybe_nan || b.maybe_nan;
  }
  out.set_truth(unequal ? may_differ : may_equal, unequal ? may_equal : may_differ);
}

}  // namespace

void IntervalMath::binary(Binary f, const Enclosure& a, const Enclosure& b, Enclosure& out) {
  switch (f) {
    case Binary::add: return add(a, b, out);
    case Binary::sub: return sub(a, b, out);
    case Binary::mul: return mul(a, b, out);
    case Binary::div: return div(a, b, out);
    case Binary::pow: return power(a, b, out);
    case Binary::atan2: return angle(a, b, out);
    case Binary::hypot: return hypotenuse(a, b, out);
    case Binary::fmod: return remainder(false, a, b, out);
    case Binary::mod: return remainder(true, a, b, out);
    case Binary::min: return extremum(false, a, b, out);
    case Binary::max: return extremum(true, a, b, out);
    case Binary::step: {
      if (!a.has_real || !b.has_real) return out.set_nan();
      out.set_truth(mpfr_lessequal_p(a.lo, b.hi) != 0, mpfr_greater_p(a.hi, b.lo) != 0);
      out.maybe_nan = a.maybe_nan || b.maybe_nan;
      return;
    }
    case Binary::lt: return compare(a, b, false, out);
    case Binary::le: return compare(a, b, true, out);
    case Binary::gt: return compare(b, a, false, out);
    case Binary::ge: return compare(b, a, true, out);
    case Binary::eq: return compare_equal(a, b, false, out);
    case Binary::ne: return compare_equal(a, b, true, out);
    case Binary::logical_and:
      return out.set_truth(a.may_be_true() && b.may_be_true(),
                           a.may_be_false() || b.may_be_false());
    case Binary::logical_or:
      return out.set_truth(a.may_be_true() || b.may_be_true(),
                           a.may_be_false() && b.may_be_false());
    case Binary::count_: break;
  }
  out.set_anything();
}

void IntervalMath::extremum(bool largest, const Enclosure& a, const Enclosure& b, Enclosure& out) {
  if (!a.has_real || !b.has_real) return out.set_nan();
  const Function2 f = largest ? mpfr_max : mpfr_min;
  f(out.lo, a.lo, b.lo, MPFR_RNDD);
  f(out.hi, a.hi, b.hi, MPFR_RNDU);
  out.has_real = true;
  out.maybe_nan = a.maybe_nan || b.maybe_nan;
}

// a - n b, n being a/b truncated, or rounded down where `floored`.
void IntervalMath::remainder(bool floored, const Enclosure& a, const Enclosure& b, Enclosure& out) {
  if (!a.has_real || !b.has_real) return out.set_nan();
  if (a.is_point() && b.is_point()) {
    out.has_real = true;
    out.maybe_nan = false;
    mpfr_fmod(out.lo, a.lo, b.lo, MPFR_RNDD);  // exact
    if (mpfr_nan_p(out.lo)) return out.set_nan();
    if (floored && mpfr_zero_p(out.lo)) mpfr_setsign(out.lo, out.lo, mpfr_signbit(b.lo), MPFR_RNDD);
    mpfr_set(out.hi, out.lo, MPFR_RNDU);
    if (floored && mpfr_signbit(out.lo) != mpfr_signbit(b.lo)) {
      if (mpfr_add(out.lo, out.lo, b.lo, MPFR_RNDD) != 0) {
        mpfr_set(out.hi, out.lo, MPFR_RNDU);
        mpfr_nextabove(out.hi);
      } else {
        mpfr_set(out.hi, out.lo, MPFR_RNDU);
      }
    }
    return;
  }
  if (b.contains_zero() || !a.is_bounded() || !b.is_bounded()) return out.set_anything();
  const bool nan = a.maybe_nan || b.maybe_nan;
  const Function1 whole = floored ? mpfr_rint_floor : mpfr_rint_trunc;
  Enclosure n(bits_), product(bits_), size(bits_);
  div(a, b, n);
  whole(n.lo, n.lo, MPFR_RNDD);
  whole(n.hi, n.hi, MPFR_RNDU);
  magnitude(b, size);
  mul(n, b, product);
  sub(a, product, out);
  // The remainder lies between 0 and b, or between 0 and |b| with the sign of a.
  const bool up = floored ? b.is_positive() : mpfr_sgn(a.hi) > 0;
  const bool down = floored ? b.is_negative() : mpfr_sgn(a.lo) < 0;
  if (up) {
    mpfr_set(u_, size.hi, MPFR_RNDU);
  } else {
    mpfr_set_zero(u_, 1);
  }
  if (down) {
    mpfr_neg(v_, size.hi, MPFR_RNDD);
  } else {
    mpfr_set_zero(v_, 1);
  }
  if (mpfr_greater_p(out.hi, u_) != 0) mpfr_set(out.hi, u_, MPFR_RNDU);
  if (mpfr_less_p(out.lo, v_) != 0) mpfr_set(out.lo, v_, MPFR_RNDD);
  out.has_real = true;
  out.maybe_nan = nan;
}

}  // namespace pantile::proof
