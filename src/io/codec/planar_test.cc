#include "io/codec/planar.h"

#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <utility>

#include "core/buffer.h"
#include "core/copy.h"
#include "io/codec/codecs.h"

namespace pantile {
namespace {

std::shared_ptr<const ChunkCodec> zstd() { return *make_codec({.method = codec::Method::zstd}); }

PixelBuffer noisy(DType dtype, int channels) {
  PixelBuffer pixels(dtype, 48, 48, channels);
  std::mt19937 random(4);
  for (std::size_t i = 0; i < pixels.size_bytes(); ++i) {
    pixels.data()[i] = static_cast<std::byte>(random() % 5 * (i % 3));
  }
  return pixels;
}

TEST(Planar, GivesBackEveryTypeAndNumberOfChannels) {
  const auto codec = make_planar(zstd());
  EXPECT_EQ(codec->identity(), "zstd-1/planar");
  const auto scratch = codec->make_scratch();
  std::vector<std::byte> encoded;
  for (const DType dtype : {DType::u8, DType::u16, DType::f32, DType::f64}) {
    for (const int channels : {1, 2, 5, 256}) {
      const PixelBuffer pixels = noisy(dtype, channels);
      ASSERT_TRUE(codec->encode(pixels.view(), *scratch, encoded).ok());
      PixelBuffer back(dtype, 48, 48, channels);
      ASSERT_TRUE(codec->decode(encoded, *scratch, back.view()).ok());
      EXPECT_TRUE(same_pixels(back.view(), pixels.view())) << channels;
    }
  }
}

TEST(Planar, APlaneIsWhatTheCodecMakesOfOneChannel) {
  const PixelBuffer pixels = noisy(DType::u16, 3);
  const auto planar = make_planar(zstd()), one = zstd();
  std::vector<std::byte> encoded, expected;
  ASSERT_TRUE(planar->encode(pixels.view(), *planar->make_scratch(), encoded).ok());
  const auto planes = split_planes(encoded, 3);
  ASSERT_TRUE(planes.ok());
  for (int c = 0; c < 3; ++c) {
    PixelBuffer plane(DType::u16, 48, 48, 1);
    copy_pixels(pixels.view().select_channels(c, c + 1), plane.view());
    ASSERT_TRUE(one->encode(std::as_const(plane).view(), *one->make_scratch(), expected).ok());
    const auto& found = (*planes)[static_cast<std::size_t>(c)];
    ASSERT_EQ(found.size(), expected.size());
    EXPECT_EQ(std::memcmp(found.data(), expected.data(), expected.size()), 0) << c;
  }
}

TEST(Planar, WhatWasCutOrChangedIsCorrupt) {
  const PixelBuffer pixels = noisy(DType::u8, 2);
  const auto codec = make_planar(zstd());
  const auto scratch = codec->make_scratch();
  std::vector<std::byte> encoded;
  ASSERT_TRUE(codec->encode(pixels.view(), *scratch, encoded).ok());
  PixelBuffer back(DType::u8, 48, 48, 2);
  const auto code = [&](std::vector<std::byte> bytes) {
    const Status decoded = codec->decode(bytes, *scratch, back.view());
    return decoded.ok() ? Code::internal : decoded.error().code();
  };
  for (const std::size_t length :
       {std::size_t{0}, std::size_t{7}, std::size_t{8}, std::size_t{9}, encoded.size() - 1}) {
    EXPECT_EQ(code({encoded.begin(), encoded.begin() + static_cast<std::ptrdiff_t>(length)}),
              Code::corrupt)
        << length;
  }
  std::vector<std::byte> more = encoded, larger = encoded;
  more.push_back(std::byte{0});
  larger[3] = std::byte{0xff};
  EXPECT_EQ(code(more), Code::corrupt);
  EXPECT_EQ(code(larger), Code::corrupt);
}

}  // namespace
}  // namespace pantile
