// Interpolation. The models follow the operations of src/compute/math/basic-inl.h one by one.
#include "ops/proof/interval_math.h"

namespace pantile::proof {

void IntervalMath::clamp(const Enclosure& x, const Enclosure& low, const Enclosure& high,
                         Enclosure& out) {
  if (!x.has_real || !low.has_real || !high.has_real) return out.set_nan();
  const bool inside =
      mpfr_greaterequal_p(x.lo, low.hi) != 0 && mpfr_lessequal_p(x.hi, high.lo) != 0;
  if (inside) {
    out.set(x);  // with the sign of a zero
  } else {
    mpfr_max(out.lo, x.lo, low.lo, MPFR_RNDD);
    mpfr_min(out.lo, out.lo, high.lo, MPFR_RNDD);
    mpfr_max(out.hi, x.hi, low.hi, MPFR_RNDU);
    mpfr_min(out.hi, out.hi, high.hi, MPFR_RNDU);
  }
  out.has_real = true;
  out.maybe_nan = x.maybe_nan || low.maybe_nan || high.maybe_nan;
}

// fma(t, b, fnma(t, a, a)): two roundings, a (1 - t) and the sum.
void IntervalMath::mix(const Enclosure& a, const Enclosure& b, const Enclosure& t, Enclosure& out) {
  Enclosure part(bits_), product(bits_);
  if (a.is_bounded() && t.is_bounded()) {
    Enclosure one(bits_);
    one.set(1);
    sub(one, t, product);
    mul(a, product, part);
  } else {  // infinities take part as they do there
    mul(t, a, product);
    sub(a, product, part);
  }
  widen(part, 0.5);
  mul(t, b, product);
  add(product, part, out);
  widen(out, 0.5);
}

void IntervalMath::smoothstep(const Enclosure& from, const Enclosure& to, const Enclosure& x,
                              Enclosure& out) {
  Enclosure above(bits_), width(bits_), zero(bits_), one(bits_), quotient(bits_), t(bits_);
  sub(x, from, above);
  widen(above, 0.5);
  sub(to, from, width);
  widen(width, 0.5);
  div(above, width, quotient);
  widen(quotient, 0.5);
  zero.set(0);
  one.set(1);
  clamp(quotient, zero, one, t);
  if (!t.has_real) return out.set_nan();
  // t²(3 - 2t) rises from 0 to 1.
  const auto cubic = [this](mpfr_srcptr at, mpfr_ptr result, mpfr_rnd_t rounding) {
    mpfr_mul_2ui(u_, at, 1, MPFR_RNDN);  // exact
    mpfr_ui_sub(u_, 3, u_, rounding);
    mpfr_sqr(v_, at, rounding);
    mpfr_mul(result, u_, v_, rounding);
  };
  cubic(t.lo, out.lo, MPFR_RNDD);
  cubic(t.hi, out.hi, MPFR_RNDU);
  out.has_real = true;
  out.maybe_nan = t.maybe_nan;
  widen(out, 4);  // three roundings, each at most one unit of the result, and of a subnormal t²
}

}  // namespace pantile::proof
