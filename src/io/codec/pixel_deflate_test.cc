#include "io/codec/pixel_deflate.h"

#include <gtest/gtest.h>
#include <libdeflate.h>

#include <cmath>
#include <cstring>
#include <random>
#include <span>

#include "io/codec/repeat_deflate.h"

namespace pantile::codec {
namespace {

using Bytes = std::vector<std::byte>;

/// What libdeflate reads; it also checks the sum.
Bytes inflated(const Bytes& stream, std::size_t size) {
  Bytes out(size);
  auto* const decoder = libdeflate_alloc_decompressor();
  std::size_t used = 0;
  const auto result = libdeflate_zlib_decompress_ex(decoder, stream.data(), stream.size(),
                                                    out.data(), size, &used, nullptr);
  libdeflate_free_decompressor(decoder);
  EXPECT_EQ(result, LIBDEFLATE_SUCCESS);
  EXPECT_EQ(used, stream.size());
  return out;
}

/// Encodes twice, by a used encoder and a fresh one, decodes; the stream's size.
std::size_t round_trip(PixelDeflate& encoder, const Bytes& in, int pixel_bytes) {
  Bytes stream, again;
  encoder.compress(in, pixel_bytes, stream);
  PixelDeflate().compress(in, pixel_bytes, again);
  EXPECT_EQ(stream, again) << in.size() << " bytes";
  EXPECT_LE(stream.size(), PixelDeflate::bound(in.size()));
  EXPECT_EQ(inflated(stream, in.size()), in) << in.size() << " bytes";
  return stream.size();
}

Bytes noise(std::size_t size, unsigned values, unsigned seed) {
  std::mt19937 random(seed);
  Bytes out(size);
  for (std::byte& b : out) b = static_cast<std::byte>(random() % values);
  return out;
}

/// A wavy picture in the colours of one line through the cube.
Bytes waves(int width, int height, int pixel_bytes) {
  Bytes out;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const double v = 0.5 + 0.5 * std::sin(0.0002 * x * y) * std::cos(0.03 * x);
      for (int c = 0; c < pixel_bytes; ++c) {
        out.push_back(static_cast<std::byte>(c == 3 ? 255 : static_cast<int>(v * (250 - 60 * c))));
      }
    }
  }
  return out;
}

class PixelDeflateSizes : public testing::TestWithParam<int> {
 protected:
  PixelDeflate encoder_;
};
INSTANTIATE_TEST_SUITE_P(PixelBytes, PixelDeflateSizes, testing::Values(3, 4));

TEST_P(PixelDeflateSizes, GivesBackEverySmallSize) {
  for (std::size_t size = 0; size < 200; ++size) {
    round_trip(encoder_, Bytes(size, std::byte{7}), GetParam());
    round_trip(encoder_, noise(size, 3, 1), GetParam());
    round_trip(encoder_, noise(size, 256, 2), GetParam());
  }
}

TEST_P(PixelDeflateSizes, GivesBackPicturesAndMakesThemSmall) {
  const Bytes picture = waves(512, 512, GetParam());
  EXPECT_LT(round_trip(encoder_, picture, GetParam()), picture.size() / 3);
  const Bytes line = waves(16384, 2, GetParam());
  EXPECT_LT(round_trip(encoder_, line, GetParam()), line.size());
}

TEST_P(PixelDeflateSizes, IsNoLargerThanLevelOneOnPictures) {
  const Bytes picture = waves(512, 512, GetParam());
  auto* const other = libdeflate_alloc_compressor(1);
  Bytes out(libdeflate_zlib_compress_bound(other, picture.size()));
  const std::size_t want =
      libdeflate_zlib_compress(other, picture.data(), picture.size(), out.data(), out.size());
  libdeflate_free_compressor(other);
  EXPECT_LE(round_trip(encoder_, picture, GetParam()), want);
}

TEST_P(PixelDeflateSizes, OneColourTakesHardlyAnything) {
  EXPECT_LT(round_trip(encoder_, Bytes(3 << 18, std::byte{9}), GetParam()), 3000u);
}

TEST_P(PixelDeflateSizes, NoiseStaysWithinTheBound) {
  for (const std::size_t size : {65535u, 65536u, 200'000u, 786'431u}) {
    EXPECT_LE(round_trip(encoder_, noise(size, 256, 5), GetParam()), size + size / 4096 + 64);
  }
}

// Runs, copies from any distance of the window and beyond it, and noise, in random order.
TEST_P(PixelDeflateSizes, GivesBackRandomStructures) {
  std::mt19937 random(11);
  for (int round = 0; round < 1500; ++round) {
    Bytes in;
    const std::size_t size = random() % (round % 50 == 0 ? 300'000 : 3000);
    const unsigned values = 1 + random() % 255;
    while (in.size() < size) {
      const std::size_t n = 1 + random() % (1u << random() % 11);
      const unsigned kind = random() % 3;
      const std::size_t distance = 1 + (in.empty() ? 0 : random() % in.size());
      const auto value = static_cast<std::byte>(random() % values);
      for (std::size_t i = 0; i < n; ++i) {
        in.push_back(kind == 0 || in.empty() ? static_cast<std::byte>(random() % values)
                     : kind == 1             ? value
                                             : in[in.size() - std::min(distance, in.size())]);
      }
    }
    round_trip(encoder_, in, GetParam());
    if (HasFailure()) FAIL() << "round " << round;
  }
}

/// Rows with a zero before each, as two pieces of one stream.
void rows_round_trip(PixelDeflate& encoder, const Bytes& packed, int pixel_bytes,
                     std::size_t row_px) {
  const std::size_t row_bytes = row_px * static_cast<std::size_t>(pixel_bytes);
  const std::size_t rows = packed.size() / row_bytes;
  Bytes want;
  for (std::size_t y = 0; y < rows; ++y) {
    want.push_back(std::byte{0});
    const auto row = packed.begin() + static_cast<std::ptrdiff_t>(y * row_bytes);
    want.insert(want.end(), row, row + static_cast<std::ptrdiff_t>(row_bytes));
  }
  Bytes stream(kZlibHeader.begin(), kZlibHeader.end());
  const std::size_t half = rows / 2 * row_bytes;
  const std::span<const std::byte> all(packed);
  for (const auto part : {all.first(half), all.subspan(half)}) {
    const std::size_t begin = stream.size();
    encoder.append_rows(part, pixel_bytes, row_px, stream);
    EXPECT_LE(stream.size() - begin,
              PixelDeflate::rows_bound(part.size() + part.size() / row_bytes));
  }
  const auto end = zlib_end(libdeflate_adler32(1, want.data(), want.size()));
  stream.insert(stream.end(), end.begin(), end.end());
  EXPECT_EQ(inflated(stream, want.size()), want) << rows << " rows of " << row_px;
}

TEST_P(PixelDeflateSizes, GivesBackRows) {
  const auto pixel = static_cast<std::size_t>(GetParam());
  std::mt19937 random(13);
  for (int round = 0; round < 300; ++round) {
    const std::size_t row_px = 16 + random() % (round % 10 == 0 ? 12'000 : 200);
    const std::size_t rows = 1 + random() % 40;
    const unsigned values = 1 + random() % 255;
    Bytes in;
    while (in.size() < rows * row_px * pixel) {
      // Runs and repeats that go on over the ends of rows, mostly whole pixels, and noise.
      const std::size_t n = (1 + random() % (2 * row_px)) * pixel;
      const unsigned kind = random() % 3;
      const std::size_t distance = (1 + random() % (3 * row_px)) * pixel;
      const auto value = static_cast<std::byte>(random() % values);
      for (std::size_t i = 0; i < n; ++i) {
        in.push_back(kind == 0 || in.size() < distance ? static_cast<std::byte>(random() % values)
                     : kind == 1                       ? value
                                                       : in[in.size() - distance]);
      }
    }
    in.resize(rows * row_px * pixel);
    rows_round_trip(encoder_, in, GetParam(), row_px);
    if (HasFailure()) FAIL() << "round " << round;
  }
  rows_round_trip(encoder_, noise(700 * 300 * pixel, 256, 3), GetParam(), 300);  // stays bounded
  rows_round_trip(encoder_, waves(11'000, 12, GetParam()), GetParam(), 11'000);
}

}  // namespace
}  // namespace pantile::codec
