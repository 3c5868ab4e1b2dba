// Sine, cosine and tangent where the reduction is hard: next to multiples of pi/2, at the limit of
// the fast path, and far beyond it.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "compute/math/kernels.h"
#include "compute/math/mpfr_test_util.h"

namespace pantile::math {
namespace {

constexpr double kMaxUlp = 2;

template <class T> void expect_accurate(T x) {
  testing::Mpfr argument, exact;
  argument.set(static_cast<double>(x));
  mpfr_sin(exact.get(), argument.get(), MPFR_RNDN);
  EXPECT_LE(testing::ulp_error(evaluate(Unary::sin, x), exact), kMaxUlp) << "sin " << x;
  mpfr_cos(exact.get(), argument.get(), MPFR_RNDN);
  EXPECT_LE(testing::ulp_error(evaluate(Unary::cos, x), exact), kMaxUlp) << "cos " << x;
  mpfr_tan(exact.get(), argument.get(), MPFR_RNDN);
  EXPECT_LE(testing::ulp_error(evaluate(Unary::tan, x), exact), kMaxUlp) << "tan " << x;
}

/// n pi/2 rounded to T.
template <class T> T multiple_of_half_pi(double n) {
  testing::Mpfr pi, factor;
  mpfr_const_pi(pi.get(), MPFR_RNDN);
  factor.set(n / 2);
  mpfr_mul(pi.get(), pi.get(), factor.get(), MPFR_RNDN);
  return static_cast<T>(mpfr_get_d(pi.get(), MPFR_RNDN));
}

template <class T> class Trig : public ::testing::Test {};
using Types = ::testing::Types<float, double>;
TYPED_TEST_SUITE(Trig, Types);

TYPED_TEST(Trig, NextToMultiplesOfHalfPi) {
  using T = TypeParam;
  std::mt19937_64 random(1);
  for (int i = 1; i < 2000; ++i) expect_accurate(multiple_of_half_pi<T>(i));
  for (int i = 0; i < 20000; ++i) {
    const double n = std::trunc(
        std::ldexp(static_cast<double>(random() >> 11), -static_cast<int>(random() % 53)));
    const T x = multiple_of_half_pi<T>(n);
    expect_accurate(x);
    expect_accurate(std::nextafter(x, T(0)));
  }
}

TYPED_TEST(Trig, AtTheLimitOfTheFastPath) {
  using T = TypeParam;
  for (T limit : {T(1e15), T(0x1p19)}) {
    T below = limit, above = limit;
    for (int i = 0; i < 500; ++i) {
      expect_accurate(below);
      expect_accurate(above);
      below = std::nextafter(below, T(0));
      above = std::nextafter(above, std::numeric_limits<T>::max());
    }
  }
}

TYPED_TEST(Trig, FarBeyond) {
  using T = TypeParam;
  std::mt19937_64 random(2);
  expect_accurate(std::numeric_limits<T>::max());
  for (int i = 0; i < 20000; ++i) {
    const int exponent = static_cast<int>(random() % (std::numeric_limits<T>::max_exponent - 1));
    expect_accurate(
        static_cast<T>(std::ldexp(static_cast<double>(random() >> 11) * 0x1p-52, exponent)));
  }
}

// The doubles (and floats) closest to a multiple of pi/2, relative to their own spacing.
TEST(TrigWorst, ClosestToMultiplesOfHalfPi) {
  for (const double x :
       {0x1.6ac5b262ca1ffp+849 /* 6381956970095103 * 2^797 */, 0x1.921fb54442d18p+0,
        0x1.921fb54442d18p+1, 0x1.1475cc9eedf01p+5, 5.319372648326541e+255}) {
    expect_accurate(x);
    expect_accurate(-x);
  }
  for (const float x : {16367173.0f * 0x1p72f, 0x1.921fb6p+0f, 0x1.921fb6p+1f}) {
    expect_accurate(x);
    expect_accurate(-x);
  }
}

TYPED_TEST(Trig, SymmetryAndRange) {
  using T = TypeParam;
  std::mt19937_64 random(3);
  for (int i = 0; i < 100000; ++i) {
    const T x = static_cast<T>(std::ldexp(static_cast<double>(random() >> 11), -40));
    EXPECT_EQ(evaluate(Unary::sin, -x), -evaluate(Unary::sin, x));
    EXPECT_EQ(evaluate(Unary::cos, -x), evaluate(Unary::cos, x));
    EXPECT_LE(std::fabs(evaluate(Unary::sin, x)), T(1));
    EXPECT_LE(std::fabs(evaluate(Unary::cos, x)), T(1));
  }
  EXPECT_TRUE(std::signbit(evaluate(Unary::sin, T(-0.0))));
  EXPECT_FALSE(std::signbit(evaluate(Unary::sin, T(0))));
  EXPECT_EQ(evaluate(Unary::cos, T(0)), T(1));
  EXPECT_EQ(evaluate(Unary::sinc, T(0)), T(1));
  EXPECT_EQ(evaluate(Unary::sinc, std::numeric_limits<T>::infinity()), T(0));
  EXPECT_TRUE(std::isnan(evaluate(Unary::sin, -std::numeric_limits<T>::infinity())));
}

}  // namespace
}  // namespace pantile::math
