#pragma once
/// \file
/// A number of arbitrary precision that owns its memory.

#define MPFR_USE_NO_MACRO  // its macros look into their arguments, which are to be Reals
#include <mpfr.h>

namespace pantile::proof {

/// An MPFR number; NaN until it is set. Its precision is chosen once.
class Real {
 public:
  explicit Real(mpfr_prec_t bits) { mpfr_init2(value_, bits); }
  ~Real() { mpfr_clear(value_); }
  Real(const Real& other) {
    mpfr_init2(value_, mpfr_get_prec(other.value_));
    mpfr_set(value_, other.value_, MPFR_RNDN);
  }
  Real& operator=(const Real&) = delete;

  // NOLINTBEGIN(google-explicit-constructor): to be handed to MPFR's functions.
  operator mpfr_ptr() { return value_; }
  operator mpfr_srcptr() const { return value_; }
  // NOLINTEND(google-explicit-constructor)

 private:
  mpfr_t value_;
};

/// Gives this thread MPFR's whole range of exponents, and frees MPFR's caches of it at the end.
/// Everything in this room that computes wants one alive on its thread.
class RealThread {
 public:
  RealThread() {
    mpfr_set_emin(mpfr_get_emin_min());
    mpfr_set_emax(mpfr_get_emax_max());
  }
  ~RealThread() { mpfr_free_cache2(MPFR_FREE_LOCAL_CACHE); }
  RealThread(const RealThread&) = delete;
  RealThread& operator=(const RealThread&) = delete;
};

}  // namespace pantile::proof
