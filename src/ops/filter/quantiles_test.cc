#include "ops/filter/quantiles.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <random>

namespace pantile::filter {
namespace {

/// A column of samples, `channels` to the pixel.
template <class T> View view_of(const std::vector<T>& samples, int channels = 1) {
  return {reinterpret_cast<const std::byte*>(samples.data()),
          Layout::interleaved(dtype_of<T>, static_cast<std::int64_t>(samples.size()) / channels, 1,
                              channels)};
}

template <class T>
std::pair<double, double> search_in(const std::vector<T>& samples, std::pair<double, double> q,
                                    int channels = 1, int channel = 0) {
  QuantileSearch search(dtype_of<T>, channels, q);
  int passes = 0;
  do {
    QuantileSearch::Tally tally = search.tally();
    search.count(view_of(samples, channels), tally);
    search.add(tally);
    ++passes;
  } while (search.next_pass());
  EXPECT_LE(passes, QuantileSearch::passes(dtype_of<T>));
  return search.range(channel);
}

/// By sorting: what a quantile is.
template <class T> double sorted_quantile(std::vector<T> samples, double q) {
  std::erase_if(samples, [](T v) { return v != v; });
  std::ranges::sort(samples);
  const double place = q * static_cast<double>(samples.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, samples.size() - 1);
  const auto a = static_cast<double>(samples[below]), b = static_cast<double>(samples[above]);
  return a == b ? a : a + (b - a) * (place - std::floor(place));
}

template <class T> std::vector<T> random_samples(std::size_t count) {
  std::mt19937_64 random(7);
  std::vector<T> all(count);
  for (T& v : all) {
    if constexpr (std::is_floating_point_v<T>) {
      v = static_cast<T>(std::ldexp(static_cast<double>(random() >> 11) - 0x1p52,
                                    static_cast<int>(random() % 100) - 90));
    } else {
      v = static_cast<T>(random());
    }
  }
  return all;
}

template <class T> class Quantiles : public testing::Test {};
using Types = testing::Types<std::uint8_t, std::int8_t, std::uint16_t, std::int16_t, std::uint32_t,
                             std::int32_t, std::uint64_t, std::int64_t, float, double>;
TYPED_TEST_SUITE(Quantiles, Types);

TYPED_TEST(Quantiles, AreThoseOfTheSortedSamples) {
  for (const std::size_t count : {1u, 2u, 3u, 1000u, 4099u}) {
    const auto samples = random_samples<TypeParam>(count);
    for (const auto& q : {std::pair(0.0, 1.0), std::pair(0.02, 0.98), std::pair(0.5, 0.501)}) {
      const auto range = search_in(samples, q);
      EXPECT_EQ(range.first, sorted_quantile(samples, q.first)) << count << ", " << q.first;
      EXPECT_EQ(range.second, sorted_quantile(samples, q.second)) << count << ", " << q.second;
    }
  }
}

TYPED_TEST(Quantiles, OfEachChannelByItself) {
  const auto samples = random_samples<TypeParam>(3000);
  for (int c = 0; c < 3; ++c) {
    std::vector<TypeParam> own;
    for (std::size_t i = static_cast<std::size_t>(c); i < samples.size(); i += 3) {
      own.push_back(samples[i]);
    }
    const auto range = search_in(samples, {0.1, 0.7}, 3, c);
    EXPECT_EQ(range.first, sorted_quantile(own, 0.1));
    EXPECT_EQ(range.second, sorted_quantile(own, 0.7));
  }
}

TEST(QuantileSearch, DoNotDependOnHowTheSamplesAreGrouped) {
  const auto samples = random_samples<float>(5000);
  QuantileSearch search(DType::f32, 1, {0.25, 0.75});
  do {
    for (std::size_t begin = 0; begin < samples.size(); begin += 777) {
      const std::vector<float> some(
          samples.begin() + static_cast<std::ptrdiff_t>(begin),
          samples.begin() + static_cast<std::ptrdiff_t>(std::min(begin + 777, samples.size())));
      QuantileSearch::Tally tally = search.tally();
      search.count(view_of(some), tally);
      search.add(tally);
    }
  } while (search.next_pass());
  EXPECT_EQ(search.range(0), search_in(samples, {0.25, 0.75}));
}

TEST(QuantileSearch, LeaveOutWhatIsNoNumberAndCountInfinities) {
  const float inf = std::numeric_limits<float>::infinity();
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(search_in<float>({nan, 3, -nan, 1, 2, nan}, {0, 1}), std::pair(1.0, 3.0));
  EXPECT_TRUE(std::isnan(search_in<float>({nan, nan}, {0, 1}).first));
  EXPECT_EQ(search_in<float>({-inf, 1, 2, inf}, {0, 1}), std::pair(double{-inf}, double{inf}));
  EXPECT_EQ(search_in<float>({-inf, 1, 2, inf}, {0.1, 0.9}), std::pair(double{-inf}, double{inf}));
  EXPECT_EQ(search_in<float>({-inf, 1, 2, inf}, {1.0 / 3, 0.5}), std::pair(1.0, 1.5));
  const auto zeros = search_in<double>({-0.0, -0.0, 0.0}, {0, 1});
  EXPECT_FALSE(std::signbit(zeros.first));
}

TEST(QuantileSearch, OfHalfPrecisionAreReadFromTheirBits) {
  // 1, −2, the least above 0, 65504, −0.333251953125, and one that is no number.
  const std::vector<std::uint16_t> bits{0x3c00, 0xc000, 0x0001, 0x7bff, 0xb555, 0x7e00};
  QuantileSearch search(DType::f16, 1, {0, 0.5});
  QuantileSearch::Tally tally = search.tally();
  search.count(
      {reinterpret_cast<const std::byte*>(bits.data()), Layout::interleaved(DType::f16, 6, 1, 1)},
      tally);
  search.add(tally);
  EXPECT_FALSE(search.next_pass());
  EXPECT_EQ(search.range(0), std::pair(-2.0, 0x1p-24));
}

}  // namespace
}  // namespace pantile::filter
