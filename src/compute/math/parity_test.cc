// Every SIMD table against the scalar one, bit by bit, over ordinary, huge, tiny, subnormal and
// special arguments.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <type_traits>
#include <vector>

#include "compute/math/kernels.h"
#include "compute/math/test_arguments.h"

namespace pantile::math {
namespace {

template <class T> std::vector<T> arguments(std::uint64_t seed, std::size_t count) {
  std::mt19937_64 random(seed);
  std::vector<T> values = special_values<T>();
  while (values.size() < count || values.size() % kAlignElements != 0) {
    values.push_back(random_value<T>(random, random() % 8));
  }
  return values;
}

template <class T> class Parity : public ::testing::Test {};
using Types = ::testing::Types<float, double>;
TYPED_TEST_SUITE(Parity, Types);

template <class T>
::testing::AssertionResult same(const std::vector<T>& want, const std::vector<T>& got) {
  for (std::size_t i = 0; i < want.size(); ++i) {
    if (bits_of(want[i]) == bits_of(got[i])) continue;
    return ::testing::AssertionFailure()
           << "element " << i << ": scalar " << std::hexfloat << want[i] << " (" << std::hex
           << bits_of(want[i]) << "), here " << std::hexfloat << got[i] << " (" << std::hex
           << bits_of(got[i]) << ")";
  }
  return ::testing::AssertionSuccess();
}

/// No NaN but the positive quiet one without payload.
template <class T> bool nans_canonical(const std::vector<T>& values) {
  const auto canonical = bits_of(std::numeric_limits<T>::quiet_NaN());
  for (const T v : values) {
    if (std::isnan(v) && bits_of(v) != canonical) return false;
  }
  return true;
}

TYPED_TEST(Parity, ThereIsAScalarTableAndItIsComplete) {
  using T = TypeParam;
  const auto all = all_kernels<T>();
  ASSERT_FALSE(all.empty());
  EXPECT_EQ(all.back()->target, "scalar");
#if defined(__x86_64__)
  EXPECT_GE(all.size(), 2u);
#endif
  for (const Kernels<T>* k : all) {
    for (const auto f : k->unary) EXPECT_NE(f, nullptr) << k->target;
    for (const auto f : k->binary) EXPECT_NE(f, nullptr) << k->target;
    for (const auto f : k->binary_vs) EXPECT_NE(f, nullptr) << k->target;
    for (const auto f : k->binary_sv) EXPECT_NE(f, nullptr) << k->target;
    for (const auto f : k->ternary) EXPECT_NE(f, nullptr) << k->target;
  }
}

TYPED_TEST(Parity, Unary) {
  using T = TypeParam;
  const std::vector<T> a = arguments<T>(1, 40000);
  std::vector<T> want(a.size()), got(a.size());
  for (std::size_t f = 0; f < kUnaryCount; ++f) {
    if (scalar_kernels<T>().unary[f] == nullptr) continue;
    scalar_kernels<T>().unary[f](a.data(), want.data(), a.size());
    EXPECT_TRUE(nans_canonical(want)) << name(Unary(f));
    for (const Kernels<T>* k : all_kernels<T>()) {
      k->unary[f](a.data(), got.data(), a.size());
      EXPECT_TRUE(same(want, got)) << name(Unary(f)) << " on " << k->target;
    }
  }
}

TYPED_TEST(Parity, Binary) {
  using T = TypeParam;
  // All pairs of special values, then random ones.
  std::vector<T> a, b;
  for (const T x : special_values<T>()) {
    for (const T y : special_values<T>()) a.push_back(x), b.push_back(y);
  }
  std::mt19937_64 random(2);
  while (a.size() < 80000 || a.size() % kAlignElements != 0) {
    a.push_back(random_value<T>(random, random() % 8));
    b.push_back(random_value<T>(random, random() % 8));
  }
  std::vector<T> want(a.size()), got(a.size());
  for (std::size_t f = 0; f < kBinaryCount; ++f) {
    if (scalar_kernels<T>().binary[f] == nullptr) continue;
    scalar_kernels<T>().binary[f](a.data(), b.data(), want.data(), a.size());
    EXPECT_TRUE(nans_canonical(want)) << name(Binary(f));
    for (const Kernels<T>* k : all_kernels<T>()) {
      k->binary[f](a.data(), b.data(), got.data(), a.size());
      EXPECT_TRUE(same(want, got)) << name(Binary(f)) << " on " << k->target;
    }
  }
}

TYPED_TEST(Parity, BinaryWithOneNumber) {
  using T = TypeParam;
  const std::vector<T> a = arguments<T>(3, 1024);
  std::vector<T> want(a.size()), got(a.size()), filled(a.size());
  for (const T number : {T(2), T(-0.0), T(0.5), std::numeric_limits<T>::infinity(),
                         std::numeric_limits<T>::quiet_NaN()}) {
    filled.assign(a.size(), number);
    for (std::size_t f = 0; f < kBinaryCount; ++f) {
      if (scalar_kernels<T>().binary[f] == nullptr) continue;
      for (const Kernels<T>* k : all_kernels<T>()) {
        scalar_kernels<T>().binary[f](a.data(), filled.data(), want.data(), a.size());
        k->binary_vs[f](a.data(), number, got.data(), a.size());
        EXPECT_TRUE(same(want, got)) << name(Binary(f)) << " on " << k->target;
        scalar_kernels<T>().binary[f](filled.data(), a.data(), want.data(), a.size());
        k->binary_sv[f](number, a.data(), got.data(), a.size());
        EXPECT_TRUE(same(want, got)) << name(Binary(f)) << " on " << k->target;
      }
    }
  }
}

TYPED_TEST(Parity, Ternary) {
  using T = TypeParam;
  std::vector<T> a = arguments<T>(4, 20000), b = arguments<T>(5, 20000), c = arguments<T>(6, 20000);
  // The special values of each are met with other ones of the others.
  std::rotate(b.begin(), b.begin() + 7, b.end());
  std::rotate(c.begin(), c.begin() + 31, c.end());
  std::vector<T> want(a.size()), got(a.size());
  for (std::size_t f = 0; f < kTernaryCount; ++f) {
    scalar_kernels<T>().ternary[f](a.data(), b.data(), c.data(), want.data(), a.size());
    EXPECT_TRUE(nans_canonical(want)) << name(Ternary(f));
    for (const Kernels<T>* k : all_kernels<T>()) {
      k->ternary[f](a.data(), b.data(), c.data(), got.data(), a.size());
      EXPECT_TRUE(same(want, got)) << name(Ternary(f)) << " on " << k->target;
    }
  }
}

// The result of an element must not depend on its neighbours: far and near arguments take turns.
TYPED_TEST(Parity, NeighboursDoNotMatter) {
  using T = TypeParam;
  std::vector<T> near = arguments<T>(7, 512), mixed = near;
  for (T& v : near) v = std::fmod(std::isfinite(v) ? v : T(1), T(50));
  mixed = near;
  for (std::size_t i = 0; i < mixed.size(); i += 3) mixed[i] = std::numeric_limits<T>::max();
  std::vector<T> want(near.size()), got(near.size());
  for (std::size_t f = 0; f < kUnaryCount; ++f) {
    if (scalar_kernels<T>().unary[f] == nullptr) continue;
    const Kernels<T>& k = kernels<T>();
    k.unary[f](near.data(), want.data(), near.size());
    k.unary[f](mixed.data(), got.data(), near.size());
    for (std::size_t i = 0; i < near.size(); ++i) {
      if (i % 3 == 0) continue;
      EXPECT_EQ(bits_of(want[i]), bits_of(got[i])) << name(Unary(f));
    }
  }
}

}  // namespace
}  // namespace pantile::math
