#pragma once
/// \file
/// A set that surely holds a value: an interval of the extended reals, NaN, or both.

#include "ops/proof/real.h"

namespace pantile::proof {

/// lo ≤ hi, both possibly infinite; an infinite end may be the value itself. Exact zeros keep their
/// sign; in a wider interval a zero may have either sign.
struct Enclosure {
  explicit Enclosure(mpfr_prec_t bits) : lo(bits), hi(bits) {}

  Real lo, hi;            ///< Meaningless without has_real.
  bool has_real = false;  ///< The value may be a number, ±∞ included.
  bool maybe_nan = true;  ///< The value may be NaN.

  /// The value is exactly known, the sign of a zero included.
  bool is_point() const {
    return has_real && !maybe_nan && mpfr_equal_p(lo, hi) != 0 &&
           (mpfr_zero_p(lo) == 0 || mpfr_signbit(lo) == mpfr_signbit(hi));
  }
  bool contains_zero() const { return has_real && mpfr_sgn(lo) <= 0 && mpfr_sgn(hi) >= 0; }
  bool is_zero() const { return has_real && mpfr_zero_p(lo) != 0 && mpfr_zero_p(hi) != 0; }
  bool is_positive() const { return has_real && mpfr_sgn(lo) > 0; }
  bool is_negative() const { return has_real && mpfr_sgn(hi) < 0; }
  bool is_bounded() const { return has_real && mpfr_number_p(lo) != 0 && mpfr_number_p(hi) != 0; }
  /// As a condition: anything but 0 is true, NaN too.
  bool may_be_true() const { return maybe_nan || !is_zero(); }
  bool may_be_false() const { return contains_zero(); }
  bool contains(double value) const;

  void set(double value);  ///< Exactly; NaN is only NaN. Needs 53 bits.
  void set(const Enclosure& other);
  void set_nan();       ///< Surely NaN.
  void set_anything();  ///< Any number, and NaN.
  /// 1, 0 or either; at least one must be possible.
  void set_truth(bool may_be_true, bool may_be_false);
  /// The interval [lo, hi], no NaN.
  void set_real(double low, double high);
  /// Adds what `other` holds.
  void join(const Enclosure& other);
};

}  // namespace pantile::proof
