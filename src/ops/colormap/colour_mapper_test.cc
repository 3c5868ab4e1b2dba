#include "ops/colormap/colour_mapper.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <vector>

namespace pantile {
namespace {

constexpr Rgb8 kNan{1, 2, 3}, kNegInf{4, 5, 6}, kPosInf{7, 8, 9};

template <class T> Rgb8 colour_of(std::string_view map, double lo, double hi, T v) {
  const ColourMapper<T> mapper(*find_colormap(map), lo, hi, kNan, kNegInf, kPosInf);
  std::uint8_t rgb[3];
  mapper.map(&v, rgb, 1);
  return {rgb[0], rgb[1], rgb[2]};
}

// Ordinary values around and inside [-3, 3], every stop of every map, and the special ones.
template <class T> std::vector<T> test_values() {
  using L = std::numeric_limits<T>;
  std::vector<T> v{T{0},
                   -T{0},
                   T{-3},
                   T{3},
                   std::nextafter(T{3}, T{9}),
                   L::max(),
                   -L::max(),
                   L::min(),
                   L::denorm_min(),
                   -L::denorm_min(),
                   L::infinity(),
                   -L::infinity(),
                   L::quiet_NaN(),
                   -L::quiet_NaN(),
                   std::nextafter(T{-3}, T{-9}),
                   std::nextafter(T{0}, T{-1})};
  for (const int segments : {1, 2, 255, 509}) {
    for (int k = 0; k <= segments; ++k) v.push_back(static_cast<T>(6.0 * k / segments - 3));
  }
  std::mt19937_64 random(7);
  std::uniform_real_distribution<T> wide(T{-4}, T{4});
  for (int k = 0; k < 3000; ++k) v.push_back(wide(random));
  return v;
}

template <class T> class ColourMapperTest : public testing::Test {};
using NumberTypes = testing::Types<double, float>;
TYPED_TEST_SUITE(ColourMapperTest, NumberTypes);

TYPED_TEST(ColourMapperTest, EveryTargetGivesTheScalarBytes) {
  const std::vector<TypeParam> values = test_values<TypeParam>();
  for (const std::string_view name : colormap_names()) {
    const Colormap& map = *find_colormap(name);
    const ColourMapper<TypeParam> want(map, -3, 3, kNan, kNegInf, kPosInf,
                                       scalar_colour_kernels<TypeParam>());
    std::vector<std::uint8_t> expected(3 * values.size());
    want.map(values.data(), expected.data(), values.size());
    for (const auto* kernels : all_colour_kernels<TypeParam>()) {
      const ColourMapper<TypeParam> mapper(map, -3, 3, kNan, kNegInf, kPosInf, *kernels);
      std::vector<std::uint8_t> got(3 * values.size());
      mapper.map(values.data(), got.data(), values.size());
      EXPECT_EQ(got, expected) << name << " on " << kernels->target;
    }
  }
}

TYPED_TEST(ColourMapperTest, EveryLengthIsMappedAndNothingBeyondIt) {
  const std::vector<TypeParam> values = test_values<TypeParam>();
  for (const auto* kernels : all_colour_kernels<TypeParam>()) {
    const ColourMapper<TypeParam> mapper(*find_colormap("viridis"), -3, 3, kNan, kNegInf, kPosInf,
                                         *kernels);
    std::vector<std::uint8_t> expected(3 * 600);
    mapper.map(values.data(), expected.data(), 600);
    for (std::size_t n = 0; n < 600; n += n < 70 ? 1 : 61) {
      std::vector<std::uint8_t> got(3 * 600, 0xcd);
      mapper.map(values.data(), got.data(), n);
      std::vector<std::uint8_t> want(expected.begin(), expected.begin() + 3 * n);
      want.resize(got.size(), 0xcd);
      ASSERT_EQ(got, want) << n << " values on " << kernels->target;
    }
  }
}

TYPED_TEST(ColourMapperTest, DirectColoursAgreeOnEveryTarget) {
  std::vector<TypeParam> r = test_values<TypeParam>();
  std::vector<TypeParam> g(r.rbegin(), r.rend());
  std::vector<TypeParam> b = r;
  for (TypeParam& v : b) v = v / 4 + TypeParam{0.5};
  std::vector<std::uint8_t> expected(3 * r.size());
  scalar_colour_kernels<TypeParam>().direct(r.data(), g.data(), b.data(), kNan, expected.data(),
                                            r.size());
  for (const auto* kernels : all_colour_kernels<TypeParam>()) {
    std::vector<std::uint8_t> got(3 * r.size());
    kernels->direct(r.data(), g.data(), b.data(), kNan, got.data(), r.size());
    EXPECT_EQ(got, expected) << kernels->target;
  }
}

TYPED_TEST(ColourMapperTest, BlueBlackRedHasItsStops) {
  const auto at = [](TypeParam v) { return colour_of<TypeParam>("blue-black-red", -3, 3, v); };
  EXPECT_EQ(at(-3), (Rgb8{20, 60, 170}));
  EXPECT_EQ(at(0), (Rgb8{0, 0, 0}));
  EXPECT_EQ(at(3), (Rgb8{170, 25, 50}));
  EXPECT_EQ(at(-100), (Rgb8{20, 60, 170}));
  EXPECT_EQ(at(100), (Rgb8{170, 25, 50}));
  EXPECT_EQ(at(TypeParam{-1.5}), (Rgb8{10, 30, 85}));
  EXPECT_EQ(at(TypeParam{1.5}), (Rgb8{85, 13, 25}));  // 12.5 rounds up
}

TYPED_TEST(ColourMapperTest, SpecialValuesHaveTheirOwnColours) {
  using L = std::numeric_limits<TypeParam>;
  const auto at = [](TypeParam v) { return colour_of<TypeParam>("turbo", -3, 3, v); };
  EXPECT_EQ(at(L::quiet_NaN()), kNan);
  EXPECT_EQ(at(L::infinity()), kPosInf);
  EXPECT_EQ(at(-L::infinity()), kNegInf);
  EXPECT_EQ(at(L::max()), at(3));
  EXPECT_EQ(at(-L::max()), at(-3));
}

TYPED_TEST(ColourMapperTest, DirectColoursClampAndRoundHalfUp) {
  const TypeParam r[] = {0, TypeParam{0.5}, 2}, g[] = {-1, 1, std::nanf("")},
                  b[] = {TypeParam{1} / 255, std::numeric_limits<TypeParam>::infinity(), 0};
  std::uint8_t rgb[9];
  colour_kernels<TypeParam>().direct(r, g, b, kNan, rgb, 3);
  const std::vector<std::uint8_t> want{0, 0, 1, 128, 255, 255, 1, 2, 3};
  EXPECT_EQ(std::vector<std::uint8_t>(rgb, rgb + 9), want);
}

TYPED_TEST(ColourMapperTest, PacksSixteenBits) {
  using L = std::numeric_limits<TypeParam>;
  const TypeParam v[] = {-3, 3, 0, -L::infinity(), L::infinity(), L::quiet_NaN(), 100, -100};
  std::uint16_t q[8];
  pack_u16(v, -3.0, 3.0, q, 8);
  const std::vector<std::uint16_t> want{0, 65535, 32768, 0, 65535, 0, 65535, 0};
  EXPECT_EQ(std::vector<std::uint16_t>(q, q + 8), want);
}

TYPED_TEST(ColourMapperTest, PacksFloatsWithOneNan) {
  using L = std::numeric_limits<TypeParam>;
  const TypeParam v[] = {TypeParam{1.5}, -L::quiet_NaN(), L::infinity(), -TypeParam{0}};
  float f[4];
  pack_f32(v, f, 4);
  EXPECT_EQ(f[0], 1.5f);
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(std::memcmp(&f[1], &nan, sizeof nan), 0);
  EXPECT_EQ(f[2], std::numeric_limits<float>::infinity());
  EXPECT_TRUE(f[3] == 0 && std::signbit(f[3]));
}

TYPED_TEST(ColourMapperTest, RangesThatCannotBeUsedAreRefused) {
  const double inf = std::numeric_limits<double>::infinity();
  EXPECT_TRUE(check_value_range<TypeParam>(-3, 3).ok());
  EXPECT_FALSE(check_value_range<TypeParam>(3, -3).ok());
  EXPECT_FALSE(check_value_range<TypeParam>(1, 1).ok());
  EXPECT_FALSE(check_value_range<TypeParam>(0, inf).ok());
  EXPECT_FALSE(check_value_range<TypeParam>(std::nan(""), 1).ok());
  EXPECT_FALSE(check_value_range<TypeParam>(-1.7e308, 1.7e308).ok());
  EXPECT_FALSE(check_value_range<TypeParam>(0, 1e-310).ok());
  EXPECT_EQ(check_value_range<TypeParam>(0, -1).error().code(), Code::invalid);
}

TEST(ColourMapper, SinglePrecisionRefusesARangeThatCollapses) {
  EXPECT_TRUE(check_value_range<double>(1, 1 + 1e-12).ok());
  EXPECT_FALSE(check_value_range<float>(1, 1 + 1e-12).ok());
}

TEST(Colormap, NamesAreFoundAndStopsAreInRange) {
  EXPECT_EQ(colormap_names().front(), "blue-black-red");
  EXPECT_EQ(find_colormap("jet"), nullptr);
  for (const std::string_view name : colormap_names()) {
    const Colormap* map = find_colormap(name);
    ASSERT_NE(map, nullptr);
    EXPECT_GE(map->stop_count(), 2) << name;
    EXPECT_EQ(map->stops.size() % 3, 0u) << name;
    for (const std::int32_t stop : map->stops) EXPECT_TRUE(stop >= 0 && stop <= 2'550'000) << name;
  }
}

// matplotlib's own 8-bit colours at the ends and in the middle of each map.
TEST(Colormap, PublishedColoursComeOut) {
  EXPECT_EQ(colour_of<double>("viridis", 0, 255, 0), (Rgb8{68, 1, 84}));
  EXPECT_EQ(colour_of<double>("viridis", 0, 255, 255), (Rgb8{253, 231, 37}));
  EXPECT_EQ(colour_of<double>("magma", 0, 255, 255), (Rgb8{252, 253, 191}));
  EXPECT_EQ(colour_of<double>("turbo", 0, 255, 0), (Rgb8{48, 18, 59}));
  EXPECT_EQ(colour_of<double>("gray", 0, 255, 77), (Rgb8{77, 77, 77}));
}

}  // namespace
}  // namespace pantile
