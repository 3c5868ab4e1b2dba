#include "io/codec/repeat_deflate.h"

#include <gtest/gtest.h>
#include <libdeflate.h>

#include <random>
#include <vector>

namespace pantile::codec {
namespace {

using Bytes = std::vector<std::byte>;

std::uint32_t adler_of(const Bytes& bytes) {
  return libdeflate_adler32(1, bytes.data(), bytes.size());
}

/// What libdeflate reads; it also checks the sum and that nothing follows.
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

/// A stream of pieces, each by a used encoder, compared with one by a fresh encoder.
std::size_t round_trip(RepeatDeflate& encoder, const std::vector<Bytes>& pieces) {
  Bytes stream(kZlibHeader.begin(), kZlibHeader.end()), whole;
  std::uint32_t adler = 1;
  for (const Bytes& piece : pieces) {
    const std::size_t begin = stream.size();
    encoder.append_piece(piece, stream);
    EXPECT_LE(stream.size() - begin, RepeatDeflate::bound(piece.size()));
    Bytes again;
    RepeatDeflate().append_piece(piece, again);
    EXPECT_EQ(Bytes(stream.begin() + static_cast<std::ptrdiff_t>(begin), stream.end()), again);
    adler = combine_adler32(adler, adler_of(piece), piece.size());
    whole.insert(whole.end(), piece.begin(), piece.end());
  }
  const auto end = zlib_end(adler);
  stream.insert(stream.end(), end.begin(), end.end());
  EXPECT_EQ(inflated(stream, whole.size()), whole) << whole.size() << " bytes";
  return stream.size();
}

Bytes noise(std::size_t size, unsigned values, unsigned seed) {
  std::mt19937 random(seed);
  Bytes out(size);
  for (std::byte& b : out) b = static_cast<std::byte>(random() % values);
  return out;
}

TEST(RepeatDeflate, GivesBackEverySmallSize) {
  RepeatDeflate encoder;
  for (std::size_t size = 0; size < 300; ++size) {
    round_trip(encoder, {Bytes(size, std::byte{7}), noise(size, 3, 1), noise(size, 256, 2)});
  }
  round_trip(encoder, {});
}

TEST(RepeatDeflate, PiecesReferToNothingBeforeThem) {
  RepeatDeflate encoder;
  const Bytes piece = noise(5000, 256, 3);
  const std::size_t one = round_trip(encoder, {piece});
  EXPECT_GT(round_trip(encoder, {piece, piece}), 2 * one - 20);
}

TEST(RepeatDeflate, FindsRepeatsAsFarAsTheWindow) {
  RepeatDeflate encoder;
  for (const std::size_t distance : {std::size_t{8}, std::size_t{259}, std::size_t{32768}}) {
    Bytes in = noise(distance, 256, 4);
    while (in.size() < (std::size_t{1} << 18)) in.push_back(in[in.size() - distance]);
    EXPECT_LT(round_trip(encoder, {in}), distance + in.size() / 4) << distance;
  }
  Bytes in = noise(32769, 256, 4);  // one too far
  in.insert(in.end(), in.begin(), in.end());
  EXPECT_GT(round_trip(encoder, {in}), in.size());
}

TEST(RepeatDeflate, OneValueTakesHardlyAnything) {
  RepeatDeflate encoder;
  EXPECT_LT(round_trip(encoder, {Bytes(1 << 20, std::byte{9})}), 3000u);
}

TEST(RepeatDeflate, NoiseStaysWithinTheBound) {
  RepeatDeflate encoder;
  for (const std::size_t size : {65535u, 65536u, 131'072u, 200'000u, 786'431u}) {
    EXPECT_LE(round_trip(encoder, {noise(size, 256, 5)}), size + size / 4096 + 72);
  }
}

TEST(RepeatDeflate, SmallErrorsTakeTheirEntropyOnly) {
  RepeatDeflate encoder;
  const std::size_t size = 400'000;  // of seven values, and the end of a block: three bits each
  EXPECT_LT(round_trip(encoder, {noise(size, 7, 6)}), size * 3 / 8 + size / 100);
}

// Runs, copies from any distance of the window and beyond it, and noise, in random order.
TEST(RepeatDeflate, GivesBackRandomStructures) {
  RepeatDeflate encoder;
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
    const auto middle = in.begin() + static_cast<std::ptrdiff_t>(random() % (in.size() + 1));
    round_trip(encoder, {Bytes(in.begin(), middle), Bytes(middle, in.end())});
    if (HasFailure()) FAIL() << "round " << round;
  }
}

TEST(CombineAdler32, IsTheSumOfTheWhole) {
  for (const std::size_t size : {0u, 1u, 5552u, 65521u, 200'000u}) {
    Bytes a = noise(1000, 256, 1);
    const Bytes b(size, std::byte{0xff});
    const std::uint32_t combined = combine_adler32(adler_of(a), adler_of(b), b.size());
    a.insert(a.end(), b.begin(), b.end());
    EXPECT_EQ(combined, adler_of(a)) << size;
  }
}

}  // namespace
}  // namespace pantile::codec
