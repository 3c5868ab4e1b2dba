// What the functions must give exactly: special values (C99, Annex F), powers, ties, remainders.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "compute/math/kernels.h"

namespace pantile::math {
namespace {

template <class T> class Functions : public ::testing::Test {
 public:
  static constexpr T kInf = std::numeric_limits<T>::infinity();
  static constexpr T kNan = std::numeric_limits<T>::quiet_NaN();
};
using Types = ::testing::Types<float, double>;
TYPED_TEST_SUITE(Functions, Types);

template <class T>::testing::AssertionResult same(T want, T got) {
  if (std::isnan(want) ? std::isnan(got) : want == got && std::signbit(want) == std::signbit(got)) {
    return ::testing::AssertionSuccess();
  }
  return ::testing::AssertionFailure() << "want " << want << ", got " << got;
}

TYPED_TEST(Functions, PowSpecialValues) {
  using T = TypeParam;
  const T inf = this->kInf, nan = this->kNan, zero = 0;
  struct Row {
    T x, y, want;
  };
  const Row rows[] = {
      {nan, 0, 1},         {nan, -zero, 1},     {1, nan, 1},        {1, inf, 1},
      {nan, 1, nan},       {2, nan, nan},       {-1, inf, 1},       {-1, -inf, 1},
      {zero, -1, inf},     {-zero, -1, -inf},   {-zero, -3, -inf},  {-zero, -2, inf},
      {zero, -inf, inf},   {zero, 3, 0},        {-zero, 3, -zero},  {-zero, 2, 0},
      {-zero, T(0.5), 0},  {-8, T(0.5), nan},   {-2, 3, -8},        {-2, 2, 4},
      {-2, -1, T(-0.5)},   {T(0.5), -inf, inf}, {2, -inf, 0},       {T(0.5), inf, 0},
      {2, inf, inf},       {-inf, -3, -zero},   {-inf, -2, 0},      {-inf, 3, -inf},
      {-inf, 2, inf},      {inf, -1, 0},        {inf, T(0.5), inf}, {inf, 0, 1},
      {-inf, T(0.5), inf}, {2, 10, 1024},       {10, -2000, 0},     {10, 2000, inf},
      {-10, 2001, -inf}};
  for (const Row& row : rows) {
    EXPECT_TRUE(same(row.want, evaluate(Binary::pow, row.x, row.y))) << row.x << "^" << row.y;
  }
}

TYPED_TEST(Functions, PowersAndLogarithmsOfTheBaseAreExact) {
  using T = TypeParam;
  using Limits = std::numeric_limits<T>;
  for (int k = Limits::min_exponent - Limits::digits; k < Limits::max_exponent; ++k) {
    const T power = std::ldexp(T(1), k);
    EXPECT_EQ(evaluate(Unary::exp2, static_cast<T>(k)), power) << k;
    EXPECT_EQ(evaluate(Unary::log2, power), static_cast<T>(k)) << k;
    EXPECT_EQ(evaluate(Binary::pow, T(2), static_cast<T>(k)), power) << k;
  }
  T power = 1;
  for (int k = 0; k <= 10; ++k, power *= 10) {
    EXPECT_EQ(evaluate(Unary::log10, power), static_cast<T>(k));
  }
}

TYPED_TEST(Functions, ExponentialsAndLogarithmsAtTheirEnds) {
  using T = TypeParam;
  const T inf = this->kInf, nan = this->kNan, zero = 0;
  for (const Unary f : {Unary::exp, Unary::exp2}) {
    EXPECT_TRUE(same(T(1), evaluate(f, zero)));
    EXPECT_TRUE(same(inf, evaluate(f, inf)));
    EXPECT_TRUE(same(zero, evaluate(f, -inf)));
    EXPECT_TRUE(same(inf, evaluate(f, T(2000))));
    EXPECT_TRUE(same(zero, evaluate(f, T(-2000))));
    EXPECT_TRUE(same(nan, evaluate(f, nan)));
  }
  EXPECT_TRUE(same(T(-1), evaluate(Unary::expm1, -inf)));
  EXPECT_TRUE(same(inf, evaluate(Unary::expm1, inf)));
  EXPECT_TRUE(same(-zero, evaluate(Unary::expm1, -zero)));
  for (const Unary f : {Unary::log, Unary::log2, Unary::log10}) {
    EXPECT_TRUE(same(zero, evaluate(f, T(1))));
    EXPECT_TRUE(same(-inf, evaluate(f, zero)));
    EXPECT_TRUE(same(-inf, evaluate(f, -zero)));
    EXPECT_TRUE(same(nan, evaluate(f, T(-1))));
    EXPECT_TRUE(same(inf, evaluate(f, inf)));
  }
  EXPECT_TRUE(same(-zero, evaluate(Unary::log1p, -zero)));
  EXPECT_TRUE(same(-inf, evaluate(Unary::log1p, T(-1))));
  EXPECT_TRUE(same(nan, evaluate(Unary::log1p, T(-2))));
  EXPECT_TRUE(same(inf, evaluate(Unary::log1p, inf)));
}

TYPED_TEST(Functions, Rounding) {
  using T = TypeParam;
  const T zero = 0;
  EXPECT_TRUE(same(T(1), evaluate(Unary::round, T(0.5))));
  EXPECT_TRUE(same(T(-1), evaluate(Unary::round, T(-0.5))));
  EXPECT_TRUE(same(T(3), evaluate(Unary::round, T(2.5))));
  EXPECT_TRUE(same(zero, evaluate(Unary::round, std::nextafter(T(0.5), zero))));
  EXPECT_TRUE(same(-zero, evaluate(Unary::round, T(-0.25))));
  EXPECT_TRUE(same(-zero, evaluate(Unary::ceil, T(-0.25))));
  EXPECT_TRUE(same(-zero, evaluate(Unary::trunc, T(-0.25))));
  EXPECT_TRUE(same(T(-1), evaluate(Unary::floor, T(-0.25))));
  EXPECT_TRUE(same(T(0.75), evaluate(Unary::fract, T(-0.25))));
  EXPECT_TRUE(same(-zero, evaluate(Unary::sign, -zero)));
  EXPECT_TRUE(same(T(-1), evaluate(Unary::sign, -this->kInf)));
  EXPECT_TRUE(same(this->kNan, evaluate(Unary::sign, this->kNan)));
}

// Roots next to the ties of rounding, next to squares and powers of two, on every target.
TYPED_TEST(Functions, SqrtIsCorrectlyRounded) {
  using T = TypeParam;
  std::mt19937_64 random(4);
  std::vector<T> a;
  while (a.size() < 400000) {
    const T root = static_cast<T>(1 + static_cast<double>(random() >> 11) * 0x1p-53);
    const T next = std::nextafter(root, T(2));
    const T square = root * (random() % 2 == 0 ? root : next);  // root * next is next to a tie
    const T scaled = std::ldexp(square, 2 * static_cast<int>(random() % 100) - 100);
    for (const T v : {std::nextafter(scaled, T(0)), scaled, std::nextafter(scaled, this->kInf)}) {
      a.push_back(v);
    }
  }
  for (int k = -120; k < 120; ++k) {
    const T v = std::ldexp(T(1), k);
    for (const T w : {std::nextafter(v, T(0)), v, std::nextafter(v, this->kInf)}) a.push_back(w);
  }
  while (a.size() % kAlignElements != 0) a.push_back(1);
  std::vector<T> root(a.size());
  for (const Kernels<T>* k : all_kernels<T>()) {
    k->unary[static_cast<std::size_t>(Unary::sqrt)](a.data(), root.data(), a.size());
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < a.size(); ++i) wrong += root[i] != std::sqrt(a[i]) ? 1 : 0;
    EXPECT_EQ(wrong, 0u) << k->target;
  }
}

TYPED_TEST(Functions, Remainders) {
  using T = TypeParam;
  const T inf = this->kInf, nan = this->kNan, zero = 0;
  EXPECT_TRUE(same(T(-1), evaluate(Binary::fmod, T(-7), T(3))));
  EXPECT_TRUE(same(T(1), evaluate(Binary::fmod, T(7), T(-3))));
  EXPECT_TRUE(same(T(2), evaluate(Binary::mod, T(-7), T(3))));
  EXPECT_TRUE(same(T(-2), evaluate(Binary::mod, T(7), T(-3))));
  EXPECT_TRUE(same(-zero, evaluate(Binary::fmod, T(-6), T(3))));
  EXPECT_TRUE(same(zero, evaluate(Binary::mod, T(-6), T(3))));
  EXPECT_TRUE(same(T(5), evaluate(Binary::fmod, T(5), inf)));
  EXPECT_TRUE(same(nan, evaluate(Binary::fmod, T(5), zero)));
  EXPECT_TRUE(same(nan, evaluate(Binary::fmod, inf, T(2))));
  const T big = std::numeric_limits<T>::max();
  EXPECT_TRUE(same(std::fmod(big, T(0.7)), evaluate(Binary::fmod, big, T(0.7))));
}

TYPED_TEST(Functions, ComparisonsSelectionAndInterpolation) {
  using T = TypeParam;
  const T nan = this->kNan, zero = 0;
  EXPECT_TRUE(same(nan, evaluate(Binary::min, nan, T(1))));
  EXPECT_TRUE(same(nan, evaluate(Binary::max, T(1), nan)));
  EXPECT_TRUE(same(-zero, evaluate(Binary::min, zero, -zero)));
  EXPECT_TRUE(same(zero, evaluate(Binary::max, -zero, zero)));
  EXPECT_TRUE(same(zero, evaluate(Binary::eq, nan, nan)));
  EXPECT_TRUE(same(T(1), evaluate(Binary::ne, nan, nan)));
  EXPECT_TRUE(same(zero, evaluate(Binary::ge, nan, T(1))));
  EXPECT_TRUE(same(T(1), evaluate(Binary::logical_and, nan, T(2))));
  EXPECT_TRUE(same(T(1), evaluate(Binary::step, T(2), T(2))));
  EXPECT_TRUE(same(zero, evaluate(Binary::step, T(2), T(1))));
  EXPECT_TRUE(same(T(5), evaluate(Ternary::select, nan, T(5), T(6))));
  EXPECT_TRUE(same(T(6), evaluate(Ternary::select, -zero, T(5), T(6))));
  EXPECT_TRUE(same(T(3), evaluate(Ternary::clamp, T(9), T(-3), T(3))));
  EXPECT_TRUE(same(T(0.1), evaluate(Ternary::mix, T(7), T(0.1), T(1))));
  EXPECT_TRUE(same(T(7), evaluate(Ternary::mix, T(7), T(0.1), T(0))));
  EXPECT_TRUE(same(T(0.5), evaluate(Ternary::smoothstep, T(1), T(3), T(2))));
  EXPECT_TRUE(same(T(1), evaluate(Ternary::smoothstep, T(1), T(3), T(9))));
}

}  // namespace
}  // namespace pantile::math
