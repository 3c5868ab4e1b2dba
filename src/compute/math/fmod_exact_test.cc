#include "compute/math/fmod_exact.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <random>
#include <vector>

namespace pantile::math {
namespace {

template <class T> void expect_as_c(T x, T y) {
  using Word = std::conditional_t<sizeof(T) == 8, std::uint64_t, std::uint32_t>;
  const T ours = fmod_exact(x, y), c = std::fmod(x, y);
  if (std::isnan(c)) {
    EXPECT_TRUE(std::isnan(ours)) << x << " " << y;
  } else {
    EXPECT_EQ(std::bit_cast<Word>(ours), std::bit_cast<Word>(c)) << x << " " << y;
  }
}

template <class T> void expect_special_values() {
  using Limits = std::numeric_limits<T>;
  std::vector<T> values{0,
                        1,
                        3,
                        T(0.1),
                        Limits::min(),
                        Limits::max(),
                        Limits::denorm_min(),
                        Limits::min() - Limits::denorm_min(),
                        Limits::min() * 3,
                        Limits::infinity(),
                        Limits::quiet_NaN(),
                        Limits::epsilon(),
                        std::nextafter(T(1), T(0))};
  const std::size_t n = values.size();
  for (std::size_t k = 0; k < n; ++k) values.push_back(-values[k]);
  for (const T x : values) {
    for (const T y : values) expect_as_c(x, y);
  }
}

template <class T, class Word> void expect_random_values() {
  std::mt19937_64 dice(3);
  for (int k = 0; k < 200000; ++k) {
    const T x = std::bit_cast<T>(static_cast<Word>(dice()));
    expect_as_c(x, std::bit_cast<T>(static_cast<Word>(dice())));
    expect_as_c(x, x * T(0.37));  // small quotients
  }
}

TEST(FmodExact, SpecialValues) {
  expect_special_values<double>();
  expect_special_values<float>();
}

TEST(FmodExact, RandomValues) {
  expect_random_values<double, std::uint64_t>();
  expect_random_values<float, std::uint32_t>();
}

}  // namespace
}  // namespace pantile::math
