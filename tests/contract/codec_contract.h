#pragma once
/// \file
/// What every ChunkCodec does. Instantiate CodecContract with one case per setting.

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <ostream>
#include <random>
#include <string>
#include <vector>

#include "core/buffer.h"
#include "core/copy.h"
#include "io/codec/codecs.h"

namespace pantile::contract {

struct CodecCase {
  std::string name;
  codec::Spec spec;
  std::string identity;
  bool lossless = true;
  bool floats = true;    ///< Takes floating point.
  bool only_u8 = false;  ///< Takes nothing but u8 with 1 or 3 channels.
  bool checked = false;  ///< Says corrupt of most damage inside the bytes.
};
inline void PrintTo(const CodecCase& c, std::ostream* out) { *out << c.name; }

inline std::string codec_case_name(const testing::TestParamInfo<CodecCase>& info) {
  return info.param.name;
}

enum class Content { zero, gradient, noise };

inline PixelBuffer make_chunk(Content content, DType dtype, std::int64_t height, std::int64_t width,
                              int channels) {
  PixelBuffer chunk(dtype, height, width, channels);
  std::mt19937 random(11);
  const std::size_t sample = dtype_bytes(dtype);
  for (std::int64_t y = 0; y < height; ++y) {
    for (std::int64_t x = 0; x < width; ++x) {
      for (int c = 0; c < channels; ++c) {
        std::uint64_t bits = 0;
        if (content == Content::gradient) bits = static_cast<std::uint64_t>(x + 2 * y + 3 * c);
        if (content == Content::noise) bits = std::uint64_t{random()} << 32 | random();
        std::memcpy(chunk.view().at(y, x, c), &bits, sample);
      }
    }
  }
  return chunk;
}

class CodecContract : public testing::TestWithParam<CodecCase> {
 protected:
  void SetUp() override {
    auto codec = make_codec(GetParam().spec);
    ASSERT_TRUE(codec.ok()) << codec.error().message();
    codec_ = *codec;
    scratch_ = codec_->make_scratch();
  }
  bool takes(DType dtype, int channels) const {
    if (GetParam().only_u8) return dtype == DType::u8 && channels != 2 && channels != 4;
    return GetParam().floats || !dtype_is_float(dtype);
  }
  /// Decodes into a chunk with guards around it and checks that they hold.
  Status decode_guarded(const std::vector<std::byte>& bytes, const Layout& layout,
                        PixelBuffer& out) {
    constexpr std::size_t kGuard = 4096;
    const std::size_t size = layout.packed_bytes();
    std::vector<std::byte> memory(size + 2 * kGuard, std::byte{0xa5});
    const Status status =
        codec_->decode(bytes, *scratch_, MutableView(memory.data() + kGuard, layout));
    for (std::size_t i = 0; i < kGuard; ++i) {
      if (memory[i] != std::byte{0xa5} || memory[kGuard + size + i] != std::byte{0xa5}) {
        ADD_FAILURE() << "decode wrote outside the chunk";
        break;
      }
    }
    out = PixelBuffer(layout.dtype, layout.height, layout.width, layout.channels);
    std::memcpy(out.data(), memory.data() + kGuard, size);
    return status;
  }
  const ChunkCodec& codec() const { return *codec_; }
  ChunkCodec::Scratch& scratch() { return *scratch_; }

 private:
  std::shared_ptr<const ChunkCodec> codec_;
  std::unique_ptr<ChunkCodec::Scratch> scratch_;
};

TEST_P(CodecContract, HasItsIdentity) { EXPECT_EQ(codec().identity(), GetParam().identity); }

/// Of those that lose nothing.
class LosslessCodecContract : public CodecContract {};

TEST_P(LosslessCodecContract, GivesBackEveryShapeAndType) {
  for (const DType dtype : {DType::u8, DType::i16, DType::u16, DType::f16, DType::u32, DType::f32,
                            DType::u64, DType::f64}) {
    for (const int channels : {1, 2, 3, 4}) {
      if (!takes(dtype, channels)) continue;
      for (const auto& [height, width] :
           {std::pair{1, 1}, {1, 48}, {33, 1}, {64, 48}, {100, 130}}) {
        for (const Content content : {Content::zero, Content::gradient, Content::noise}) {
          const PixelBuffer chunk = make_chunk(content, dtype, height, width, channels);
          std::vector<std::byte> bytes{std::byte{1}};
          ASSERT_TRUE(codec().encode(chunk.view(), scratch(), bytes).ok());
          EXPECT_EQ(bytes.size(), bytes.capacity());
          EXPECT_LE(static_cast<std::int64_t>(bytes.size()),
                    codec().working_bytes(chunk.view().layout()));
          PixelBuffer out;
          const Status status = decode_guarded(bytes, chunk.view().layout(), out);
          ASSERT_TRUE(status.ok()) << status.error().message();
          ASSERT_TRUE(same_pixels(out.view(), chunk.view()))
              << dtype_name(dtype) << " x" << channels << " " << height << " x " << width;
        }
      }
    }
  }
}

TEST_P(CodecContract, BytesDependOnPixelsAlone) {
  const PixelBuffer chunk = make_chunk(Content::gradient, DType::u8, 64, 64, 3);
  std::vector<std::byte> first, again, fresh, strided;
  ASSERT_TRUE(codec().encode(chunk.view(), scratch(), first).ok());
  const PixelBuffer other = make_chunk(Content::noise, DType::u8, 96, 64, 3);
  ASSERT_TRUE(codec().encode(other.view(), scratch(), again).ok());
  ASSERT_TRUE(codec().encode(chunk.view(), scratch(), again).ok());
  EXPECT_EQ(first, again);
  ASSERT_TRUE(codec().encode(chunk.view(), *codec().make_scratch(), fresh).ok());
  EXPECT_EQ(first, fresh);
  PixelBuffer wide(DType::u8, 70, 90, 3);
  const MutableView window = wide.view().window({5, 3, 69, 67});
  copy_pixels(chunk.view(), window);
  ASSERT_TRUE(codec().encode(window, scratch(), strided).ok());
  EXPECT_EQ(first, strided);
}

TEST_P(CodecContract, RefusesWhatItCannotHold) {
  std::vector<std::byte> bytes;
  const PixelBuffer chunk = make_chunk(Content::gradient, DType::f32, 16, 16, 1);
  const Status status = codec().encode(chunk.view(), scratch(), bytes);
  if (takes(DType::f32, 1)) {
    EXPECT_TRUE(status.ok());
  } else {
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().code(), Code::invalid);
  }
}

TEST_P(CodecContract, NoticesTruncation) {
  for (const Content content : {Content::gradient, Content::noise}) {
    const PixelBuffer chunk = make_chunk(content, DType::u8, 48, 64, 3);
    std::vector<std::byte> bytes;
    ASSERT_TRUE(codec().encode(chunk.view(), scratch(), bytes).ok());
    for (std::size_t size = 0; size + 8 < bytes.size(); size += 1 + bytes.size() / 97) {
      const std::vector<std::byte> part(bytes.begin(),
                                        bytes.begin() + static_cast<std::ptrdiff_t>(size));
      PixelBuffer out;
      const Status status = decode_guarded(part, chunk.view().layout(), out);
      ASSERT_FALSE(status.ok()) << size << " of " << bytes.size();
      EXPECT_EQ(status.error().code(), Code::corrupt);
    }
  }
}

TEST_P(CodecContract, NoticesAnotherSize) {
  const PixelBuffer chunk = make_chunk(Content::gradient, DType::u8, 48, 64, 3);
  std::vector<std::byte> bytes;
  ASSERT_TRUE(codec().encode(chunk.view(), scratch(), bytes).ok());
  PixelBuffer out;
  const Status larger = decode_guarded(bytes, Layout::interleaved(DType::u8, 49, 64, 3), out);
  ASSERT_FALSE(larger.ok());
  EXPECT_EQ(larger.error().code(), Code::corrupt);
  const Status smaller = decode_guarded(bytes, Layout::interleaved(DType::u8, 16, 64, 3), out);
  if (!smaller.ok()) {
    EXPECT_EQ(smaller.error().code(), Code::corrupt);
  }
}

TEST_P(CodecContract, SurvivesDamage) {
  std::mt19937 random(5);
  int noticed = 0;
  constexpr int kTrials = 400;
  const PixelBuffer chunk = make_chunk(Content::gradient, DType::u8, 48, 64, 3);
  std::vector<std::byte> good;
  ASSERT_TRUE(codec().encode(chunk.view(), scratch(), good).ok());
  for (int trial = 0; trial < kTrials; ++trial) {
    auto bytes = good;
    for (int flips = 1 + trial % 4; flips > 0; --flips) {
      bytes[random() % bytes.size()] ^= static_cast<std::byte>(1u << random() % 8);
    }
    PixelBuffer out;
    const Status status = decode_guarded(bytes, chunk.view().layout(), out);
    if (!status.ok()) {
      EXPECT_EQ(status.error().code(), Code::corrupt);
      ++noticed;
    }
  }
  if (GetParam().checked) {
    EXPECT_GT(noticed, kTrials * 9 / 10);
  }
}

TEST_P(CodecContract, SurvivesRandomBytes) {
  std::mt19937 random(6);
  for (int trial = 0; trial < 200; ++trial) {
    std::vector<std::byte> bytes(random() % 3000);
    for (auto& b : bytes) b = static_cast<std::byte>(random());
    PixelBuffer out;
    (void)decode_guarded(bytes, Layout::interleaved(DType::u8, 24, 32, 3), out).ok();
  }
}

}  // namespace pantile::contract
