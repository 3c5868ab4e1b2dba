// Power, angle, hypotenuse.
#include <limits>

#include "ops/proof/interval_math.h"

namespace pantile::proof {

using math::Unary;

void IntervalMath::power(const Enclosure& a, const Enclosure& b, Enclosure& out) {
  // First what real arguments give, then what NaN does: 1 where the exponent is 0 or the base 1.
  out.has_real = out.maybe_nan = false;
  if (a.has_real && b.has_real) {
    const bool a_known = mpfr_equal_p(a.lo, a.hi) != 0 &&
                         (mpfr_zero_p(a.lo) == 0 || mpfr_signbit(a.lo) == mpfr_signbit(a.hi));
    if (a_known && mpfr_equal_p(b.lo, b.hi) != 0) {
      out.has_real = true;
      const int inexact = mpfr_pow(out.lo, a.lo, b.lo, MPFR_RNDD);
      if (mpfr_nan_p(out.lo)) {
        out.set_nan();
      } else {
        mpfr_set(out.hi, out.lo, MPFR_RNDU);
        if (inexact != 0) mpfr_nextabove(out.hi);
      }
    } else if (a.is_positive()) {
      positive_power(a, b, out);
    } else {
      signed_power(a, b, out);
    }
  }
  Enclosure one(bits_);
  one.set(1);
  const bool b_zero = !b.maybe_nan && b.is_zero();
  const bool a_one =
      !a.maybe_nan && a.has_real && mpfr_cmp_ui(a.lo, 1) == 0 && mpfr_cmp_ui(a.hi, 1) == 0;
  if (a.maybe_nan && b.contains_zero()) out.join(one);
  if (b.maybe_nan && a.contains(1)) out.join(one);
  if ((a.maybe_nan && !b_zero) || (b.maybe_nan && !a_one)) out.maybe_nan = true;
}

// a >= 0: a^b = e^(b log a) is largest and least at corners; which, the signs of b and log a say.
void IntervalMath::positive_power(const Enclosure& a, const Enclosure& b, Enclosure& out) {
  const bool below = mpfr_cmp_ui(a.hi, 1) <= 0, above = mpfr_cmp_ui(a.lo, 1) >= 0;
  const bool nan = out.maybe_nan;
  if (below || above) {
    const mpfr_srcptr near = above ? static_cast<mpfr_srcptr>(a.lo) : a.hi;  // to 1
    const mpfr_srcptr far = above ? static_cast<mpfr_srcptr>(a.hi) : a.lo;
    // Exponents that make the power large and small.
    const mpfr_srcptr large = above ? static_cast<mpfr_srcptr>(b.hi) : b.lo;
    const mpfr_srcptr small = above ? static_cast<mpfr_srcptr>(b.lo) : b.hi;
    const bool large_grows = above ? mpfr_sgn(large) >= 0 : mpfr_sgn(large) <= 0;
    const bool small_grows = above ? mpfr_sgn(small) >= 0 : mpfr_sgn(small) <= 0;
    mpfr_pow(out.lo, small_grows ? near : far, small, MPFR_RNDD);
    mpfr_pow(out.hi, large_grows ? far : near, large, MPFR_RNDU);
    out.has_real = true;
  } else {
    corners(mpfr_pow, a, b, out);
  }
  out.maybe_nan = nan;
}

// The base may be negative or zero.
void IntervalMath::signed_power(const Enclosure& a, const Enclosure& b, Enclosure& out) {
  constexpr double kInf = std::numeric_limits<double>::infinity();
  Enclosure size(bits_);
  magnitude(a, size);
  mpfr_setsign(size.lo, size.lo, 0, MPFR_RNDD);
  const bool exponent_known = mpfr_equal_p(b.lo, b.hi) != 0;
  if (exponent_known && mpfr_integer_p(b.lo) != 0) {
    mpfr_div_2ui(u_, b.lo, 1, MPFR_RNDN);
    if (mpfr_integer_p(u_) != 0) return positive_power(size, b, out);  // even
    out.has_real = true;
    if (mpfr_sgn(b.lo) > 0) {
      mpfr_pow(out.lo, a.lo, b.lo, MPFR_RNDD);
      mpfr_pow(out.hi, a.hi, b.lo, MPFR_RNDU);
    } else if (a.is_negative()) {
      mpfr_pow(out.lo, a.hi, b.lo, MPFR_RNDD);
      mpfr_pow(out.hi, a.lo, b.lo, MPFR_RNDU);
    } else {
      out.set_real(-kInf, kInf);
    }
    return;
  }
  mpfr_ceil(u_, b.lo);
  if (exponent_known || mpfr_greater_p(u_, b.hi) != 0) {
    // No whole exponent: a negative base, but for -∞, has no power.
    const bool reaches_infinity = mpfr_inf_p(a.lo) != 0 && mpfr_sgn(a.lo) < 0;
    if (reaches_infinity) {
      out.set_real(0, kInf);
    } else if (a.is_negative()) {
      return out.set_nan();
    } else {
      mpfr_set_zero(size.lo, 1);
      mpfr_abs(size.hi, a.hi, MPFR_RNDU);
      positive_power(size, b, out);
    }
    out.maybe_nan = mpfr_sgn(a.lo) < 0;
    return;
  }
  positive_power(size, b, out);
  mpfr_neg(out.lo, out.hi, MPFR_RNDD);
  out.maybe_nan = mpfr_sgn(a.lo) < 0;
}

void IntervalMath::angle(const Enclosure& y, const Enclosure& x, Enclosure& out) {
  if (!y.has_real || !x.has_real) return out.set_nan();
  const bool nan = y.maybe_nan || x.maybe_nan;
  out.has_real = true;
  out.maybe_nan = nan;
  if (y.is_point() && x.is_point()) {
    const int inexact = mpfr_atan2(out.lo, y.lo, x.lo, MPFR_RNDD);
    mpfr_set(out.hi, out.lo, MPFR_RNDU);
    if (inexact != 0) mpfr_nextabove(out.hi);
    return;
  }
  const bool y_is_known_zero = y.is_zero() && mpfr_signbit(y.lo) == mpfr_signbit(y.hi);
  const bool crosses =
      y.contains_zero() && !x.is_positive() && !(y_is_known_zero && x.is_negative());
  if (crosses || !y.is_bounded() || !x.is_bounded()) {  // the jump from -π to π, or the origin
    mpfr_const_pi(out.hi, MPFR_RNDU);
    mpfr_neg(out.lo, out.hi, MPFR_RNDD);
    return;
  }
  // The angle falls with x above the axis and rises with x below it; it rises with y on the right.
  const mpfr_srcptr least_x = mpfr_sgn(y.lo) > 0 ? static_cast<mpfr_srcptr>(x.hi) : x.lo;
  const mpfr_srcptr most_x = mpfr_sgn(y.hi) < 0 ? static_cast<mpfr_srcptr>(x.hi) : x.lo;
  mpfr_atan2(out.lo, mpfr_sgn(least_x) >= 0 ? y.lo : y.hi, least_x, MPFR_RNDD);
  mpfr_atan2(out.hi, mpfr_sgn(most_x) >= 0 ? y.hi : y.lo, most_x, MPFR_RNDU);
}

void IntervalMath::hypotenuse(const Enclosure& a, const Enclosure& b, Enclosure& out) {
  const auto is_infinite = [](const Enclosure& e) {  // whatever its sign
    return e.has_real && !e.maybe_nan && mpfr_inf_p(e.lo) != 0 && mpfr_inf_p(e.hi) != 0;
  };
  const auto may_be_infinite = [](const Enclosure& e) { return e.has_real && !e.is_bounded(); };
  Enclosure infinite(bits_);
  infinite.set(std::numeric_limits<double>::infinity());
  if (is_infinite(a) || is_infinite(b)) return out.set(infinite);  // NaN or not
  out.has_real = out.maybe_nan = false;
  if (a.has_real && b.has_real) {
    Enclosure p(bits_), q(bits_);
    magnitude(a, p);
    magnitude(b, q);
    out.has_real = true;
    const int inexact = mpfr_hypot(out.lo, p.lo, q.lo, MPFR_RNDD);
    if (mpfr_equal_p(p.lo, p.hi) != 0 && mpfr_equal_p(q.lo, q.hi) != 0) {
      mpfr_set(out.hi, out.lo, MPFR_RNDU);
      if (inexact != 0) mpfr_nextabove(out.hi);
    } else {
      mpfr_hypot(out.hi, p.hi, q.hi, MPFR_RNDU);
    }
  }
  if (!a.maybe_nan && !b.maybe_nan) return;
  if (may_be_infinite(a) || may_be_infinite(b)) out.join(infinite);
  out.maybe_nan = true;
}

}  // namespace pantile::proof
