#pragma once
/// \file
/// The operations of a formula over enclosures, in arithmetic of any precision.

#include <optional>

#include "compute/math/kernels.h"
#include "ops/proof/enclosure.h"
#include "pantile/options.h"

namespace pantile::proof {

/// Every result holds f(a, …) for all values in the arguments, where f is the mathematical
/// function, with the rules for NaN, infinities and signed zeros of src/compute/math. Where an
/// interval straddles a jump or a condition, the result holds both sides.
///
/// With an error model, every result is also widened by the largest error that the function has in
/// that number type: the result then holds whatever the job's own arithmetic may compute from
/// arguments that its arguments hold, and the exact value too.
///
/// Keeps temporaries: one object a thread. `out` is none of the arguments.
class IntervalMath {
 public:
  IntervalMath(mpfr_prec_t bits, std::optional<Precision> model);

  mpfr_prec_t bits() const { return bits_; }
  bool has_model() const { return model_.has_value(); }

  void apply(math::Unary f, const Enclosure& a, Enclosure& out);
  void apply(math::Binary f, const Enclosure& a, const Enclosure& b, Enclosure& out);
  void apply(math::Ternary f, const Enclosure& a, const Enclosure& b, const Enclosure& c,
             Enclosure& out);

  /// Widens by `ulps` units of the model's number type, or of `type`; nothing without a model.
  void widen(Enclosure& e, double ulps) {
    if (model_) widen(e, ulps, *model_);
  }
  void widen(Enclosure& e, double ulps, Precision type);

  // Without widening:
  void add(const Enclosure& a, const Enclosure& b, Enclosure& out);
  void sub(const Enclosure& a, const Enclosure& b, Enclosure& out);
  void mul(const Enclosure& a, const Enclosure& b, Enclosure& out);
  void div(const Enclosure& a, const Enclosure& b, Enclosure& out);

 private:
  using Function1 = int (*)(mpfr_ptr, mpfr_srcptr, mpfr_rnd_t);
  using Function2 = int (*)(mpfr_ptr, mpfr_srcptr, mpfr_srcptr, mpfr_rnd_t);

  // Of one argument.
  void unary(math::Unary f, const Enclosure& a, Enclosure& out);
  void increasing(Function1 f, const Enclosure& a, Enclosure& out);
  void decreasing(Function1 f, const Enclosure& a, Enclosure& out);
  using Monotone = void (IntervalMath::*)(Function1, const Enclosure&, Enclosure&);
  void within(double from, double to, const Enclosure& a, Enclosure& out, Function1 f,
              Monotone how = &IntervalMath::increasing);
  void magnitude(const Enclosure& a, Enclosure& out);
  void wave(bool cosine, const Enclosure& a, Enclosure& out);
  void tangent(const Enclosure& a, Enclosure& out);
  void sine_quotient(const Enclosure& a, Enclosure& out);
  void fraction(const Enclosure& a, Enclosure& out);
  // Of two.
  void binary(math::Binary f, const Enclosure& a, const Enclosure& b, Enclosure& out);
  void corners(Function2 f, const Enclosure& a, const Enclosure& b, Enclosure& out);
  void power(const Enclosure& a, const Enclosure& b, Enclosure& out);
  void positive_power(const Enclosure& a, const Enclosure& b, Enclosure& out);
  void signed_power(const Enclosure& a, const Enclosure& b, Enclosure& out);
  void angle(const Enclosure& y, const Enclosure& x, Enclosure& out);
  void hypotenuse(const Enclosure& a, const Enclosure& b, Enclosure& out);
  void remainder(bool floored, const Enclosure& a, const Enclosure& b, Enclosure& out);
  void extremum(bool largest, const Enclosure& a, const Enclosure& b, Enclosure& out);
  // Of three.
  void clamp(const Enclosure& x, const Enclosure& low, const Enclosure& high, Enclosure& out);
  void mix(const Enclosure& a, const Enclosure& b, const Enclosure& t, Enclosure& out);
  void smoothstep(const Enclosure& from, const Enclosure& to, const Enclosure& x, Enclosure& out);

  mpfr_prec_t bits_;
  std::optional<Precision> model_;
  Real error_, u_, v_, w_;  // of whichever function runs; none calls another while it needs them
};

}  // namespace pantile::proof
