#include "compute/rows/whole_numbers.h"

#include <gtest/gtest.h>
#include <hwy/highway.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

namespace pantile {
namespace {

/// By the library's rounding, which is to even.
template <class T> T expected(float x) {
  constexpr double kMost = std::numeric_limits<T>::max();
  if (std::isnan(x)) return 0;
  const double whole = std::nearbyint(static_cast<double>(x));
  return static_cast<T>(whole < 0 ? 0 : whole > kMost ? kMost : whole);
}

std::vector<float> samples() {
  constexpr float kInf = std::numeric_limits<float>::infinity();
  std::vector<float> all{std::nanf(""), -std::nanf(""),  kInf,   -kInf, -0.0F,
                         0x1p-149F,     0x1.fffffep127F, -1e30F, 3e9F,  2147483648.0F,
                         -2147483904.0F};
  for (const float around : {0.0F, 0.5F, 1.5F, 2.5F, 127.5F, 254.5F, 255.5F, 65534.5F, 65535.5F}) {
    for (const float x : {around, -around}) {
      all.insert(all.end(), {std::nextafter(x, -kInf), x, std::nextafter(x, kInf)});
    }
  }
  std::mt19937 random(3);
  for (int i = 0; i < 5000; ++i) {
    all.push_back(static_cast<float>(random() % 70'000'000) / 1000 - 100);
    all.push_back(static_cast<float>(random() % 560) / 2 - 10);
  }
  return all;
}

template <class T> void expect_whole() {
  const std::vector<float> from = samples();
  for (const std::size_t count : {std::size_t{0}, std::size_t{1}, std::size_t{19}, from.size()}) {
    std::vector<T> to(from.size() + 1, 77);
    to_whole_numbers(from.data(), to.data(), count);
    for (std::size_t i = 0; i < count; ++i) ASSERT_EQ(to[i], expected<T>(from[i])) << from[i];
    for (std::size_t i = count; i < to.size(); ++i) ASSERT_EQ(to[i], 77) << i;
  }
}

TEST(WholeNumbers, AreTheNearestOnEveryTarget) {
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    SCOPED_TRACE(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    expect_whole<std::uint8_t>();
    expect_whole<std::uint16_t>();
  }
  hwy::SetSupportedTargetsForTest(0);
}

}  // namespace
}  // namespace pantile
