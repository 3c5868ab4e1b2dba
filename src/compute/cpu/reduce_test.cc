#include "compute/cpu/reduce.h"

#include <gtest/gtest.h>
#include <hwy/highway.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>

#include "compute/cpu/reduce_u8.h"
#include "core/buffer.h"
#include "core/copy.h"

namespace pantile {
namespace {

template <class T> T& px(PixelBuffer& b, std::int64_t y, std::int64_t x, int c = 0) {
  return *reinterpret_cast<T*>(b.view().at(y, x, c));
}

template <class T> T reduce_four(Kind kind, T a, T b, T c, T d) {
  PixelBuffer from(dtype_of<T>, 2, 2, 1), to(dtype_of<T>, 1, 1, 1);
  px<T>(from, 0, 0) = a;
  px<T>(from, 0, 1) = b;
  px<T>(from, 1, 0) = c;
  px<T>(from, 1, 1) = d;
  EXPECT_TRUE(reduce_2x2(std::as_const(from).view(), kind, to.view()).ok());
  return px<T>(to, 0, 0);
}

TEST(Reduce, IntegerMeansRoundHalvesUp) {
  EXPECT_EQ(reduce_four<std::uint8_t>(Kind::rgb, 0, 0, 1, 1), 1);
  EXPECT_EQ(reduce_four<std::uint8_t>(Kind::rgb, 0, 0, 0, 1), 0);
  EXPECT_EQ(reduce_four<std::uint8_t>(Kind::rgb, 255, 255, 255, 255), 255);
  EXPECT_EQ(reduce_four<std::uint16_t>(Kind::intensity, 65535, 65535, 65535, 65534), 65535);
  EXPECT_EQ(reduce_four<std::int16_t>(Kind::intensity, -1, -1, 0, 0), 0);
  constexpr auto kBig = std::numeric_limits<std::uint64_t>::max();
  EXPECT_EQ(reduce_four<std::uint64_t>(Kind::intensity, kBig, kBig, kBig, kBig), kBig);
}

TEST(Reduce, FloatMeansLeaveNanOut) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(reduce_four<float>(Kind::intensity, 1, 2, 3, 5), 2.75f);
  EXPECT_EQ(reduce_four<float>(Kind::intensity, nan, 2, nan, 5), 3.5f);
  EXPECT_EQ(reduce_four<float>(Kind::intensity, nan, 2, 3, 7), 4.0f);
  EXPECT_TRUE(std::isnan(reduce_four<float>(Kind::intensity, nan, nan, nan, nan)));
  EXPECT_EQ(reduce_four<float>(Kind::intensity, nan, nan, -7, nan), -7.0f);
}

/// Machines differ in the NaN that arithmetic gives: x86 sets the sign.
TEST(Reduce, EveryNanIsTheCanonicalOne) {
  const float inf = std::numeric_limits<float>::infinity();
  const float odd = std::bit_cast<float>(0xffc12345u);
  const auto bits = [](float a, float b, float c, float d) {
    return std::bit_cast<std::uint32_t>(reduce_four<float>(Kind::intensity, a, b, c, d));
  };
  EXPECT_EQ(bits(odd, odd, odd, odd), 0x7fc00000u);
  EXPECT_EQ(bits(inf, -inf, 1, 2), 0x7fc00000u);
  EXPECT_EQ(bits(inf, odd, 1, -inf), 0x7fc00000u);
  EXPECT_EQ(bits(odd, odd, inf, -inf), 0x7fc00000u);
  EXPECT_EQ(bits(inf, 1, 2, 3), std::bit_cast<std::uint32_t>(inf));
}

TEST(Reduce, LabelsTakeTheMostFrequentThenTheSmallest) {
  EXPECT_EQ(reduce_four<std::uint32_t>(Kind::label, 9, 9, 1, 2), 9u);
  EXPECT_EQ(reduce_four<std::uint32_t>(Kind::label, 9, 9, 1, 1), 1u);
  EXPECT_EQ(reduce_four<std::uint32_t>(Kind::label, 4, 3, 2, 1), 1u);
}

TEST(Reduce, MasksTakeAny) { EXPECT_EQ(reduce_four<std::uint8_t>(Kind::mask, 0, 0, 1, 0), 1); }

TEST(Reduce, AtOddEdgesThePixelsThatExistCount) {
  PixelBuffer from(DType::u8, 3, 3, 1), to(DType::u8, 2, 2, 1);
  for (int i = 0; i < 9; ++i)
    px<std::uint8_t>(from, i / 3, i % 3) = static_cast<std::uint8_t>(10 * i);
  ASSERT_TRUE(reduce_2x2(std::as_const(from).view(), Kind::intensity, to.view()).ok());
  EXPECT_EQ(px<std::uint8_t>(to, 0, 0), (0 + 10 + 30 + 40) / 4);
  EXPECT_EQ(px<std::uint8_t>(to, 0, 1), (20 + 50) / 2);
  EXPECT_EQ(px<std::uint8_t>(to, 1, 0), (60 + 70) / 2);
  EXPECT_EQ(px<std::uint8_t>(to, 1, 1), 80);
}

TEST(Reduce, RefusesWrongShapesAndHalfFloats) {
  PixelBuffer from(DType::u8, 4, 4, 1), to(DType::u8, 2, 3, 1);
  EXPECT_EQ(reduce_2x2(std::as_const(from).view(), Kind::rgb, to.view()).error().code(),
            Code::invalid);
  PixelBuffer h(DType::f16, 4, 4, 1), h2(DType::f16, 2, 2, 1);
  EXPECT_EQ(reduce_2x2(std::as_const(h).view(), Kind::intensity, h2.view()).error().code(),
            Code::invalid);
}

/// The vector path on every target against one number at a time, at widths around its steps.
TEST(Reduce, EveryTargetEqualsTheDefinition) {
  std::mt19937 rng(7);
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    for (const int channels : {1, 2, 3, 4}) {
      for (const std::int64_t width : {1, 2, 31, 64, 127, 130, 257}) {
        PixelBuffer from(DType::u8, 5, width, channels);
        for (std::size_t i = 0; i < from.size_bytes(); ++i) {
          from.data()[i] = static_cast<std::byte>(rng());
        }
        PixelBuffer to(DType::u8, 3, (width + 1) / 2, channels);
        ASSERT_TRUE(reduce_2x2(std::as_const(from).view(), Kind::rgb, to.view()).ok());
        for (std::int64_t y = 0; y < 3; ++y) {
          for (std::int64_t x = 0; x < to.view().width(); ++x) {
            for (int c = 0; c < channels; ++c) {
              int sum = 0, count = 0;
              for (std::int64_t v = 2 * y; v < std::min<std::int64_t>(5, 2 * y + 2); ++v) {
                for (std::int64_t u = 2 * x; u < std::min(width, 2 * x + 2); ++u, ++count) {
                  sum += px<std::uint8_t>(from, v, u, c);
                }
              }
              ASSERT_EQ(px<std::uint8_t>(to, y, x, c), (sum + count / 2) / count)
                  << "target " << hwy::TargetName(target) << " width " << width;
            }
          }
        }
      }
    }
  }
  hwy::SetSupportedTargetsForTest(0);
}

}  // namespace
}  // namespace pantile
