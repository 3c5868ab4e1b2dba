#include "ops/proof/enclosure.h"

#include <cmath>
#include <limits>

namespace pantile::proof {

bool Enclosure::contains(double value) const {
  if (std::isnan(value)) return maybe_nan;
  return has_real && mpfr_cmp_d(lo, value) <= 0 && mpfr_cmp_d(hi, value) >= 0;
}

void Enclosure::set(double value) {
  if (std::isnan(value)) return set_nan();
  set_real(value, value);
}

void Enclosure::set(const Enclosure& other) {
  has_real = other.has_real;
  maybe_nan = other.maybe_nan;
  if (!has_real) return;
  mpfr_set(lo, other.lo, MPFR_RNDD);
  mpfr_set(hi, other.hi, MPFR_RNDU);
}

void Enclosure::set_nan() {
  has_real = false;
  maybe_nan = true;
}

void Enclosure::set_anything() {
  constexpr double kInf = std::numeric_limits<double>::infinity();
  set_real(-kInf, kInf);
  maybe_nan = true;
}

void Enclosure::set_truth(bool may_be_true, bool may_be_false) {
  set_real(may_be_false ? 0 : 1, may_be_true ? 1 : 0);
}

void Enclosure::set_real(double low, double high) {
  has_real = true;
  maybe_nan = false;
  mpfr_set_d(lo, low, MPFR_RNDD);
  mpfr_set_d(hi, high, MPFR_RNDU);
}

void Enclosure::join(const Enclosure& other) {
  const bool nan = maybe_nan || other.maybe_nan;
  if (!has_real) {
    set(other);
  } else if (other.has_real) {
    mpfr_min(lo, lo, other.lo, MPFR_RNDD);
    mpfr_max(hi, hi, other.hi, MPFR_RNDU);
  }
  maybe_nan = nan;
}

}  // namespace pantile::proof
