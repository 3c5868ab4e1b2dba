// The enclosures hold the exact value, found by MPFR at a point, and, widened by the documented
// errors, what the job's own functions compute; and they are as tight as they claim.
#include "ops/proof/interval_math.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <map>
#include <random>
#include <sstream>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "compute/math/mpfr_test_util.h"
#include "ops/proof/error_bounds.h"

namespace pantile::proof {
namespace {

using math::Binary;
using math::Ternary;
using math::Unary;
using math::testing::Arguments;

constexpr int kPairs = 2000;

/// Finds what is wrong with an enclosure of `f(…)`, whose own value in T is `computed`.
template <class T> class Judge {
 public:
  static constexpr Precision kPrecision = sizeof(T) == 8 ? Precision::f64 : Precision::f32;
  bool expects_points = true;  ///< Known arguments give a result known to the last bits.
  int refused = 0;             ///< How many results a little beyond the bound were told apart.

  /// The value computed lies in the widened enclosure of the same arguments.
  template <class F, class... A>::testing::AssertionResult holds(F f, T computed, A... values) {
    Enclosure exact(kBits), model(kBits);
    evaluate(exact_, f, exact, values...);
    evaluate(model_, f, model, values...);
    if (!model.contains(static_cast<double>(computed))) {
      return ::testing::AssertionFailure()
             << name(f) << "(" << ::testing::PrintToString(std::vector<T>{values...})
             << ") = " << ::testing::PrintToString(computed) << " is outside of " << text(model)
             << ", exact " << text(exact);
    }
    const bool nested = (!exact.maybe_nan || model.maybe_nan) &&
                        (!exact.has_real || (mpfr_lessequal_p(model.lo, exact.lo) != 0 &&
                                             mpfr_greaterequal_p(model.hi, exact.hi) != 0));
    if (!nested) return ::testing::AssertionFailure() << name(f) << ": exact outside of the model";
    if (!refuses_others(f, model, computed)) {
      return ::testing::AssertionFailure()
             << name(f) << "(" << ::testing::PrintToString(std::vector<T>{values...})
             << "): a wrong result beside " << ::testing::PrintToString(computed)
             << " would be taken, " << text(model);
    }
    if (exact.has_real && exact.maybe_nan) {
      return ::testing::AssertionFailure()
             << name(f) << "(" << ::testing::PrintToString(std::vector<T>{values...})
             << "): a number or not?";
    }
    if (!expects_points || !exact.has_real) return ::testing::AssertionSuccess();
    Real next(kBits);
    mpfr_set(next, exact.lo, MPFR_RNDN);
    for (int k = 0; k < 16; ++k) mpfr_nextabove(next);
    if (mpfr_greater_p(exact.hi, next) != 0) {
      return ::testing::AssertionFailure()
             << name(f) << "(" << ::testing::PrintToString(std::vector<T>{values...}) << "): wide, "
             << text(exact);
    }
    return ::testing::AssertionSuccess();
  }

 private:
  static constexpr mpfr_prec_t kBits = 128;

  /// What lies on either side of `computed`, further away than two correct results can be from each
  /// other, is not in the enclosure; else a test of what it holds says nothing.
  template <class F> bool refuses_others(F f, const Enclosure& model, T computed) {
    using Limits = std::numeric_limits<T>;
    const double bound = [f] {
      if constexpr (std::is_same_v<F, Ternary>) {
        const bool exact = f == Ternary::select || f == Ternary::clamp;
        return exact ? 0.0 : std::numeric_limits<double>::infinity();
      } else {
        return error_ulps(f, kPrecision);
      }
    }();
    const T size = std::abs(computed);
    const bool exact_zero = size == 0 && bound == 0;
    const bool usual = size > 1024 * Limits::min() && size < Limits::max() / 1024;
    if (std::isinf(bound) || !(exact_zero || usual)) return true;
    T below = computed, above = computed;
    for (int n = static_cast<int>(std::ceil(2 * bound)) + 1; n > 0; --n) {
      below = std::nextafter(below, -Limits::infinity());
      above = std::nextafter(above, Limits::infinity());
    }
    ++refused;
    return !model.contains(static_cast<double>(below)) &&
           !model.contains(static_cast<double>(above));
  }

  static std::string text(const Enclosure& e) {
    char buffer[160] = "";
    if (e.has_real) {
      mpfr_snprintf(buffer, sizeof buffer, "[%.25Rg, %.25Rg]", static_cast<mpfr_srcptr>(e.lo),
                    static_cast<mpfr_srcptr>(e.hi));
    }
    return std::string(buffer) + (e.maybe_nan ? " NaN" : "");
  }
  template <class F, class... A>
  static void evaluate(IntervalMath& math, F f, Enclosure& out, A... values) {
    const auto enclose = [](T value) {
      Enclosure e(kBits);
      e.set(static_cast<double>(value));
      return e;
    };
    math.apply(f, enclose(values)..., out);
  }

  IntervalMath exact_{kBits, std::nullopt}, model_{kBits, kPrecision};
};

template <class T> class IntervalOf : public ::testing::Test {};
using Types = ::testing::Types<double, float>;
TYPED_TEST_SUITE(IntervalOf, Types);

TYPED_TEST(IntervalOf, UnaryHoldsWhatIsComputed) {
  using T = TypeParam;
  const RealThread thread;
  Judge<T> judge;
  for (std::size_t k = 0; k < math::kUnaryCount; ++k) {
    const auto f = static_cast<Unary>(k);
    Arguments<T> arguments(k);
    std::vector<T> all = Arguments<T>::specials();
    for (int n = 0; n < kPairs; ++n) all.push_back(arguments.any());
    for (const T a : all) {
      ASSERT_TRUE(judge.holds(f, math::evaluate<T>(f, a), a));
    }
    EXPECT_GE(std::exchange(judge.refused, 0), kPairs / 16) << name(f);
  }
}

TYPED_TEST(IntervalOf, BinaryHoldsWhatIsComputed) {
  using T = TypeParam;
  const RealThread thread;
  Judge<T> judge;
  for (std::size_t k = 0; k < math::kBinaryCount; ++k) {
    const auto f = static_cast<Binary>(k);
    Arguments<T> arguments(k);
    std::vector<std::pair<T, T>> all;
    for (const T a : Arguments<T>::specials()) {
      for (const T b : Arguments<T>::specials()) {
        if (all.size() < 40000) all.emplace_back(a, b);
      }
    }
    for (int n = 0; n < kPairs; ++n) {
      const T a = arguments.any();
      all.emplace_back(a, n % 2 == 0 ? arguments.any() : a * arguments.uniform(-2, 2));
      all.emplace_back(arguments.uniform(-3, 3), arguments.uniform(-3, 3));
    }
    for (const auto& [a, b] : all) {
      ASSERT_TRUE(judge.holds(f, math::evaluate<T>(f, a, b), a, b));
    }
    EXPECT_GE(std::exchange(judge.refused, 0), kPairs / 16) << name(f);
  }
}

TYPED_TEST(IntervalOf, TernaryHoldsWhatIsComputed) {
  using T = TypeParam;
  const RealThread thread;
  Judge<T> judge;
  judge.expects_points = false;  // 1 - t in mix, x - edge0 in smoothstep: of 128 bits few may stay
  const std::vector<T> specials = Arguments<T>::specials();
  for (std::size_t k = 0; k < math::kTernaryCount; ++k) {
    const auto f = static_cast<Ternary>(k);
    Arguments<T> arguments(k);
    std::mt19937 random(static_cast<std::uint32_t>(k));
    for (int n = 0; n < 3 * kPairs; ++n) {
      T v[3];
      for (T& value : v) {
        const auto kind = random() % 8;
        value = kind == 0  ? specials[random() % specials.size()]
                : kind < 3 ? arguments.any()
                           : arguments.uniform(-2, 2);
      }
      const T got = math::evaluate<T>(f, v[0], v[1], v[2]);
      ASSERT_TRUE(judge.holds(f, got, v[0], v[1], v[2]));
    }
  }
}

/// Whatever lies in the arguments gives a result in the enclosure.
template <class F, std::size_t N>
void check_inclusion(F f, std::mt19937_64& random, const double (&low)[N], const double (&high)[N],
                     std::optional<Precision> model) {
  constexpr mpfr_prec_t kBits = 96;
  IntervalMath math(kBits, model);
  std::vector<Enclosure> boxes(N, Enclosure(kBits)), points(N, Enclosure(kBits));
  Enclosure wide(kBits), narrow(kBits);
  const auto apply = [&](std::vector<Enclosure>& a, Enclosure& out) {
    if constexpr (N == 1) math.apply(f, a[0], out);
    if constexpr (N == 2) math.apply(f, a[0], a[1], out);
    if constexpr (N == 3) math.apply(f, a[0], a[1], a[2], out);
  };
  for (std::size_t k = 0; k < N; ++k) boxes[k].set_real(low[k], high[k]);
  apply(boxes, wide);
  for (int n = 0; n < 8; ++n) {
    for (std::size_t k = 0; k < N; ++k) {
      const double t = n == 0 ? 0 : n == 1 ? 1 : static_cast<double>(random() >> 11) * 0x1p-53;
      points[k].set(std::clamp(low[k] + t * (high[k] - low[k]), low[k], high[k]));
    }
    apply(points, narrow);
    EXPECT_TRUE(!narrow.maybe_nan || wide.maybe_nan) << name(f);
    if (!narrow.has_real) continue;
    ASSERT_TRUE(wide.has_real) << name(f);
    EXPECT_TRUE(mpfr_lessequal_p(wide.lo, narrow.lo) != 0 &&
                mpfr_greaterequal_p(wide.hi, narrow.hi) != 0)
        << name(f) << " over " << low[0] << " to " << high[0]
        << (N > 1 ? " and " + std::to_string(low[N - 1]) + " to " + std::to_string(high[N - 1])
                  : "")
        << ": [" << mpfr_get_d(wide.lo, MPFR_RNDN) << ", " << mpfr_get_d(wide.hi, MPFR_RNDN)
        << "] does not hold " << mpfr_get_d(narrow.lo, MPFR_RNDN);
  }
}

template <class F, std::size_t N> void check_boxes(F f, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto unit = [&] { return static_cast<double>(random() >> 11) * 0x1p-53; };
  for (int n = 0; n < 600 && !::testing::Test::HasFailure(); ++n) {
    double low[N], high[N];
    for (std::size_t k = 0; k < N; ++k) {
      const double scale = std::exp2(std::floor(unit() * 24) - 12);
      const double middle = random() % 3 == 0 ? std::round((unit() - 0.5) * 8) : (unit() - 0.5) * 8;
      const double radius = random() % 4 == 0 ? 0 : unit() * scale;
      low[k] = middle - (random() % 3 == 0 ? 0 : radius);
      high[k] = middle + radius;
    }
    check_inclusion(f, random, low, high, std::nullopt);
    check_inclusion(f, random, low, high, Precision::f64);
  }
}

TEST(IntervalMath, BoxesHoldTheirPoints) {
  const RealThread thread;
  for (std::size_t k = 0; k < math::kUnaryCount; ++k) check_boxes<Unary, 1>(Unary(k), k);
  for (std::size_t k = 0; k < math::kBinaryCount; ++k) check_boxes<Binary, 2>(Binary(k), k);
  for (std::size_t k = 0; k < math::kTernaryCount; ++k) check_boxes<Ternary, 3>(Ternary(k), k);
}

TEST(IntervalMath, ThinArgumentsGiveThinResults) {
  const RealThread thread;
  constexpr mpfr_prec_t kBits = 128;
  IntervalMath math(kBits, std::nullopt);
  Enclosure a(kBits), b(kBits), out(kBits);
  a.set_real(0.4, std::nextafter(0.4, 1));
  b.set_real(0.7, std::nextafter(0.7, 1));
  const auto width = [&] { return mpfr_get_d(out.hi, MPFR_RNDU) - mpfr_get_d(out.lo, MPFR_RNDD); };
  for (std::size_t k = 0; k < math::kUnaryCount; ++k) {
    math.apply(Unary(k), a, out);
    if (Unary(k) == Unary::acosh) continue;
    EXPECT_LE(width(), 1e-15) << name(Unary(k));
    EXPECT_FALSE(out.maybe_nan) << name(Unary(k));
  }
  for (std::size_t k = 0; k < math::kBinaryCount; ++k) {
    math.apply(Binary(k), a, b, out);
    EXPECT_LE(width(), 1e-15) << name(Binary(k));
    EXPECT_FALSE(out.maybe_nan) << name(Binary(k));
  }
}

// mix and smoothstep: no bound in units of the last place, but none that explains everything.
TYPED_TEST(IntervalOf, TernaryBoundsAreNarrow) {
  using T = TypeParam;
  const RealThread thread;
  constexpr mpfr_prec_t kBits = 128;
  IntervalMath model(kBits, Judge<T>::kPrecision);
  Enclosure a(kBits), b(kBits), c(kBits), out(kBits);
  std::mt19937 random(5);
  const auto unit = [&] { return static_cast<double>(static_cast<T>(random()) * T(0x1p-32)); };
  for (std::size_t k = 0; k < math::kTernaryCount; ++k) {
    for (int n = 0; n < 500; ++n) {
      a.set(unit());
      b.set(unit() + 2);
      c.set(unit());
      model.apply(Ternary(k), a, b, c, out);
      ASSERT_TRUE(out.is_bounded() && !out.maybe_nan) << name(Ternary(k));
      ASSERT_LE(mpfr_get_d(out.hi, MPFR_RNDU) - mpfr_get_d(out.lo, MPFR_RNDD),
                40 * static_cast<double>(std::numeric_limits<T>::epsilon()))
          << name(Ternary(k));
    }
  }
}

TEST(IntervalMath, BothSidesOfAConditionThatIsNotDecided) {
  const RealThread thread;
  IntervalMath math(96, std::nullopt);
  Enclosure a(96), b(96), c(96), truth(96), out(96);
  a.set_real(-1e-20, 1e-20);
  b.set(0);
  math.apply(Binary::lt, a, b, truth);
  EXPECT_TRUE(truth.may_be_true());
  EXPECT_TRUE(truth.may_be_false());
  b.set(3);
  c.set(-2);
  math.apply(Ternary::select, truth, b, c, out);
  EXPECT_TRUE(out.contains(3));
  EXPECT_TRUE(out.contains(-2));
  math.apply(Unary::floor, a, out);
  EXPECT_TRUE(out.contains(-1));
  EXPECT_TRUE(out.contains(0));
}

/// "| a, b | f64 | f32 | …" of docs/numbers.md.
std::map<std::string, std::pair<double, double>> documented_bounds() {
  const auto bound = [](std::string text) {
    std::erase(text, ' ');
    return text == "exact" ? 0.0 : text == "½" ? 0.5 : std::atof(text.c_str());
  };
  std::map<std::string, std::pair<double, double>> bounds;
  std::ifstream file(PANTILE_DOCS_DIR "/numbers.md");
  for (std::string line; std::getline(file, line);) {
    std::istringstream cells(line);
    std::string skip, names, f64, f32;
    if (!std::getline(cells, skip, '|') || !std::getline(cells, names, '|') ||
        !std::getline(cells, f64, '|') || !std::getline(cells, f32, '|')) {
      continue;
    }
    std::istringstream list(names);
    for (std::string function; std::getline(list, function, ',');) {
      std::erase(function, ' ');
      bounds[function] = {bound(f64), bound(f32)};
    }
  }
  return bounds;
}

TEST(ErrorBounds, AreTheDocumentedOnes) {
  const auto documented = documented_bounds();
  const auto check = [&](auto f) {
    const auto found = documented.find(std::string(name(f)));
    if (found == documented.end()) return;  // comparisons are listed by their signs
    EXPECT_EQ(found->second,
              std::pair(error_ulps(f, Precision::f64), error_ulps(f, Precision::f32)))
        << name(f);
  };
  ASSERT_GT(documented.size(), 45u);
  for (std::size_t k = 0; k < math::kUnaryCount; ++k) check(Unary(k));
  for (std::size_t k = 0; k < math::kBinaryCount; ++k) check(Binary(k));
}

}  // namespace
}  // namespace pantile::proof
