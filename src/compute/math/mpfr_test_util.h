#pragma once
/// \file
/// Measures results against MPFR, and makes the arguments to measure at. For tests only.

#include <mpfr.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

namespace pantile::math::testing {

/// An MPFR number of 128 bits: enough that its own rounding is invisible in an ULP of double.
class Mpfr {
 public:
  Mpfr() { mpfr_init2(value_, 128); }
  ~Mpfr() { mpfr_clear(value_); }
  Mpfr(const Mpfr&) = delete;
  Mpfr& operator=(const Mpfr&) = delete;

  void set(double v) { mpfr_set_d(value_, v, MPFR_RNDN); }
  mpfr_ptr get() { return value_; }

 private:
  mpfr_t value_;
};

template <class T> struct FloatTraits;
template <> struct FloatTraits<double> {
  using Bits = std::uint64_t;
  static constexpr Bits kCanonicalNan = 0x7ff8000000000000;
};
template <> struct FloatTraits<float> {
  using Bits = std::uint32_t;
  static constexpr Bits kCanonicalNan = 0x7fc00000;
};

/// |result − exact| in units of the last place of T at `exact` (of the smallest subnormal below
/// the normal range). +∞ where the two differ in being NaN or infinite, or in the sign of a zero
/// or infinity, or where the NaN is not canonical. An infinite result against a finite exact value
/// counts as 2^emax, so overflow may come half an ULP early, as rounding has it, and no earlier.
template <class T> double ulp_error(T result, Mpfr& exact_value) {
  using Limits = std::numeric_limits<T>;
  constexpr double kWrong = std::numeric_limits<double>::infinity();
  mpfr_ptr exact = exact_value.get();
  if (mpfr_nan_p(exact) || std::isnan(result)) {
    using Traits = FloatTraits<T>;
    const bool canonical = std::bit_cast<typename Traits::Bits>(result) == Traits::kCanonicalNan;
    return mpfr_nan_p(exact) && canonical ? 0.0 : kWrong;
  }
  const bool same_sign = std::signbit(result) == (mpfr_signbit(exact) != 0);
  const bool is_special = result == 0 || std::isinf(result) || !mpfr_regular_p(exact);
  if (is_special && !same_sign) return kWrong;
  if (mpfr_zero_p(exact)) return result == 0 ? 0.0 : kWrong;
  if (mpfr_inf_p(exact)) return std::isinf(result) ? 0.0 : kWrong;

  const mpfr_exp_t exponent = mpfr_get_exp(exact);  // |exact| lies in [2^(exponent−1), 2^exponent)
  if (exponent > Limits::max_exponent && std::isinf(result)) return 0.0;
  const mpfr_exp_t ulp_exponent =
      std::clamp<mpfr_exp_t>(exponent, Limits::min_exponent, Limits::max_exponent) - Limits::digits;

  thread_local Mpfr difference;
  if (std::isinf(result)) {
    mpfr_set_si_2exp(difference.get(), same_sign && !std::signbit(result) ? 1 : -1,
                     Limits::max_exponent, MPFR_RNDN);
  } else {
    difference.set(static_cast<double>(result));
  }
  mpfr_sub(difference.get(), difference.get(), exact, MPFR_RNDN);
  mpfr_div_2si(difference.get(), difference.get(), ulp_exponent, MPFR_RNDN);
  return std::fabs(mpfr_get_d(difference.get(), MPFR_RNDN));
}

/// Arguments from a fixed seed: the same on every machine and in every run.
template <class T> class Arguments {
 public:
  explicit Arguments(std::uint64_t seed) : engine_(seed) {}

  /// Any finite number, every exponent and both signs equally often; subnormals included.
  T log_uniform() {
    using Bits = typename FloatTraits<T>::Bits;
    for (;;) {
      const T v = std::bit_cast<T>(static_cast<Bits>(engine_()));
      if (std::isfinite(v)) return v;
    }
  }
  T subnormal() { return signed_(static_cast<T>(unit() * Limits::min())); }
  T uniform(double lo, double hi) { return static_cast<T>(lo + (hi - lo) * unit()); }
  /// 1 ± 2^-k, k up to the precision of T.
  T near_one() {
    const double distance = std::ldexp(1 + unit(), -1 - static_cast<int>(unit() * Limits::digits));
    return static_cast<T>(engine_() & 1 ? 1 + distance : 1 - distance);
  }
  /// A few steps from an integer multiple of π/2, the integer of up to 60 bits.
  T near_half_pi_multiple() {
    const double k = std::floor(std::ldexp(unit(), 1 + static_cast<int>(unit() * 60)));
    return signed_(step(static_cast<T>(k * 1.5707963267948966)));
  }
  /// A few steps from half an integer: where the pieces of piecewise functions meet.
  T near_half_integer() { return signed_(step(static_cast<T>(std::floor(unit() * 64) / 2))); }
  /// One of the kinds above.
  T any() {
    switch (engine_() % 8) {
      case 0: return log_uniform();
      case 1: return subnormal();
      case 2: return uniform(-2, 2);
      case 3: return uniform(-30, 30);
      case 4: return signed_(near_one());
      case 5: return near_half_pi_multiple();
      case 6: return near_half_integer();
      default: return uniform(-1000, 1000);
    }
  }
  /// Zeros, infinities, NaN, ends of the normal and subnormal ranges, powers of two about 1,
  /// small integers and halves (parity matters to pow), and notorious arguments of sine.
  static std::vector<T> specials() {
    std::vector<T> v = {0,
                        Limits::infinity(),
                        Limits::quiet_NaN(),
                        Limits::max(),
                        Limits::min(),
                        Limits::denorm_min(),
                        Limits::epsilon(),
                        Limits::epsilon() / 2,
                        std::nextafter(Limits::min(), T(0)),
                        std::nextafter(T(1), T(0)),
                        std::nextafter(T(1), T(2)),
                        std::nextafter(Limits::max(), T(0)),
                        static_cast<T>(5.319372648326541e255),
                        static_cast<T>(1.6e30f),
                        static_cast<T>(0x1.c663c2p+18),          // worst of cos in f32
                        static_cast<T>(0x1.084e82caada99p+0),    // pow loses most near 1 …
                        static_cast<T>(0x1.56fa7b523ad63p+14)};  // … with a large exponent
    for (int i = 1; i <= 24; ++i) v.push_back(static_cast<T>(i) / 4);
    for (int e = 8; e <= 64; e += 4) {
      v.push_back(std::ldexp(T(1), e));
      v.push_back(std::ldexp(T(1), e) - 1);
      v.push_back(std::ldexp(T(1), -e));
    }
    const std::size_t positive = v.size();
    for (std::size_t i = 0; i < positive; ++i) v.push_back(-v[i]);
    return v;
  }

 private:
  using Limits = std::numeric_limits<T>;
  double unit() { return static_cast<double>(engine_() >> 11) * 0x1p-53; }
  T signed_(T v) { return engine_() & 1 ? v : -v; }
  T step(T v) {
    using Bits = typename FloatTraits<T>::Bits;
    const Bits steps = static_cast<Bits>(engine_() % 5);
    return v == 0 ? v : std::bit_cast<T>(static_cast<Bits>(std::bit_cast<Bits>(v) + steps - 2));
  }

  std::mt19937_64 engine_;
};

}  // namespace pantile::math::testing
