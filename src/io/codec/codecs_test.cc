#include "io/codec/codecs.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <jpeglib.h>  // wants <cstdio> before it

#include "core/buffer.h"
#include "core/copy.h"
#include "io/codec/byte_codec.h"
#include "io/codec/predictor.h"

namespace pantile::codec {
namespace {

std::vector<std::byte> bytes_of(std::initializer_list<int> values) {
  std::vector<std::byte> out;
  for (const int v : values) out.push_back(static_cast<std::byte>(v));
  return out;
}

std::vector<std::byte> compress(const ByteCodec& codec, std::span<const std::byte> in) {
  std::vector<std::byte> out;
  EXPECT_TRUE(codec.compress(in, *codec.make_scratch(), out).ok());
  return out;
}

/// Nine-bit codes, most significant bit first.
std::vector<std::byte> nine_bit_codes(std::initializer_list<int> codes) {
  std::vector<std::byte> out(codes.size() * 9 / 8 + 1);
  std::size_t bit = 0;
  for (const int code : codes) {
    for (int i = 8; i >= 0; --i, ++bit) {
      if (code >> i & 1) out[bit / 8] |= static_cast<std::byte>(0x80 >> bit % 8);
    }
  }
  out.resize((bit + 7) / 8);
  return out;
}

TEST(Lzw, GivesTheExampleOfTheTiffSpecification) {
  const auto in = bytes_of({7, 7, 7, 8, 8, 7, 7, 6, 6});
  const auto want = nine_bit_codes({256, 7, 258, 8, 8, 258, 6, 6, 257});
  EXPECT_EQ(compress(*make_lzw(), in), want);
}

TEST(Lzw, RefusesCodesThatAreNotThere) {
  const auto codec = make_lzw();
  std::vector<std::byte> out(9);
  for (const auto& codes : {nine_bit_codes({256, 258, 257}), nine_bit_codes({256, 7, 260, 257}),
                            nine_bit_codes({256, 7, 257}), nine_bit_codes({256, 256, 256})}) {
    const Status status = codec->decompress(codes, *codec->make_scratch(), out);
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().code(), Code::corrupt);
  }
}

TEST(Lzw, RefusesStringsLongerThanTheChunk) {
  const auto codec = make_lzw();
  std::vector<std::byte> out(4);
  // 1 + 2 + 3 bytes.
  const auto codes = nine_bit_codes({256, 7, 258, 259, 257});
  EXPECT_FALSE(codec->decompress(codes, *codec->make_scratch(), out).ok());
  out.resize(6);
  EXPECT_TRUE(codec->decompress(codes, *codec->make_scratch(), out).ok());
}

TEST(Zstd, FrameTellsItsSizeAndCarriesNoChecksum) {
  const std::vector<std::byte> in(100'000, std::byte{3});
  const auto out = compress(*make_zstd(1), in);
  ASSERT_GT(out.size(), 5u);
  EXPECT_EQ(std::memcmp(out.data(), "\x28\xb5\x2f\xfd", 4), 0);
  const auto descriptor = static_cast<unsigned>(out[4]);
  EXPECT_NE(descriptor >> 6 | (descriptor >> 5 & 1), 0u);  // content size
  EXPECT_EQ(descriptor >> 2 & 1, 0u);                      // checksum
}

TEST(Deflate, WritesZlibAndGzipHeaders) {
  const std::vector<std::byte> in(1000, std::byte{3});
  EXPECT_EQ(compress(*make_deflate(1, false), in)[0], std::byte{0x78});
  EXPECT_EQ(compress(*make_deflate(1, true), in)[0], std::byte{0x1f});
}

TEST(Predictor, DifferencesPixelsByHand) {
  PixelBuffer block(DType::u8, 2, 3, 2);
  const auto in = bytes_of({10, 20, 13, 19, 5, 255, 1, 2, 1, 2, 0, 0});
  const auto want = bytes_of({10, 20, 3, 255, 248, 236, 1, 2, 0, 0, 255, 254});
  std::memcpy(block.data(), in.data(), in.size());
  apply_predictor(block.view());
  EXPECT_EQ(std::memcmp(block.data(), want.data(), want.size()), 0);
  undo_predictor(block.view());
  EXPECT_EQ(std::memcmp(block.data(), in.data(), in.size()), 0);
}

TEST(Predictor, CountsInWholeSamples) {
  PixelBuffer block(DType::u16, 1, 2, 1);
  const std::uint16_t in[] = {0x01ff, 0x0200}, want[] = {0x01ff, 0x0001};
  std::memcpy(block.data(), in, sizeof in);
  apply_predictor(block.view());
  EXPECT_EQ(std::memcmp(block.data(), want, sizeof want), 0);
}

TEST(Jpeg, StaysCloseToASmoothPicture) {
  PixelBuffer picture(DType::u8, 96, 128, 3), out(DType::u8, 96, 128, 3);
  for (std::int64_t y = 0; y < 96; ++y) {
    for (std::int64_t x = 0; x < 128; ++x) {
      for (int c = 0; c < 3; ++c) {
        const double v = 127 + 100 * std::sin(0.05 * static_cast<double>(x + c * 20)) *
                                   std::cos(0.04 * static_cast<double>(y));
        *picture.view().at(y, x, c) = static_cast<std::byte>(static_cast<int>(v));
      }
    }
  }
  for (const bool subsample : {false, true}) {
    const auto codec = make_jpeg(95, subsample);
    const auto scratch = codec->make_scratch();
    std::vector<std::byte> bytes;
    ASSERT_TRUE(codec->encode(picture.view(), *scratch, bytes).ok());
    ASSERT_TRUE(codec->decode(bytes, *scratch, out.view()).ok());
    double squares = 0;
    for (std::size_t i = 0; i < out.size_bytes(); ++i) {
      const double d = static_cast<double>(out.data()[i]) - static_cast<double>(picture.data()[i]);
      squares += d * d;
    }
    EXPECT_LT(std::sqrt(squares / static_cast<double>(out.size_bytes())), 2.0);
    EXPECT_LT(bytes.size(), picture.size_bytes() / 5);
  }
}

/// A grey picture of 16 x 16 pixels.
std::vector<std::byte> grey_jpeg(bool progressive) {
  jpeg_compress_struct info;
  jpeg_error_mgr error;
  info.err = jpeg_std_error(&error);
  jpeg_create_compress(&info);
  unsigned char* data = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &data, &size);
  info.image_width = info.image_height = 16;
  info.input_components = 1;
  info.in_color_space = JCS_GRAYSCALE;
  jpeg_set_defaults(&info);
  if (progressive) jpeg_simple_progression(&info);
  jpeg_start_compress(&info, TRUE);
  JSAMPLE row[16] = {};
  JSAMPLE* rows = row;
  while (info.next_scanline < info.image_height) jpeg_write_scanlines(&info, &rows, 1);
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  const auto* bytes = reinterpret_cast<const std::byte*>(data);
  std::vector<std::byte> out(bytes, bytes + size);
  std::free(data);
  return out;
}

TEST(Jpeg, RefusesStreamsOfManyScans) {
  const auto codec = make_jpeg(90, false);
  const auto scratch = codec->make_scratch();
  PixelBuffer out(DType::u8, 16, 16, 1);
  EXPECT_TRUE(codec->decode(grey_jpeg(false), *scratch, out.view()).ok());
  EXPECT_EQ(codec->decode(grey_jpeg(true), *scratch, out.view()).error().code(), Code::corrupt);
}

TEST(MakeCodec, RefusesSettingsOutOfRange) {
  for (const Spec& spec :
       {Spec{.method = Method::zstd, .level = 0}, Spec{.method = Method::zstd, .level = 20},
        Spec{.method = Method::deflate, .level = 13}, Spec{.method = Method::gzip, .level = -2},
        Spec{.method = Method::jpeg, .jpeg_quality = 0},
        Spec{.method = Method::jpeg, .jpeg_quality = 101},
        Spec{.method = Method::jpeg, .predictor = true}}) {
    const auto codec = make_codec(spec);
    ASSERT_FALSE(codec.ok());
    EXPECT_EQ(codec.error().code(), Code::invalid);
  }
}

TEST(MakeCodec, DecodesIntoPackedMemoryOnly) {
  const auto codec = *make_codec({.method = Method::raw});
  const auto scratch = codec->make_scratch();
  PixelBuffer wide(DType::u8, 4, 8, 1);
  const std::vector<std::byte> bytes(16);
  const Status status = codec->decode(bytes, *scratch, wide.view().window({0, 0, 4, 4}));
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code(), Code::invalid);
}

}  // namespace
}  // namespace pantile::codec
