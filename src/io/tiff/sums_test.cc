#include "io/tiff/sums.h"

#include <gtest/gtest.h>

namespace pantile::tiff {
namespace {

Sums example() {
  Sums s;
  s.plan.bytes[3] = 7;
  s.file_bytes = 1000;
  s.head_bytes = 300;
  s.head_crc = 0xDEADBEEF;
  s.levels = {{3, 2, {1, 2, 3, 4, 5, 6}}, {1, 1, {9}}};
  return s;
}

TEST(Sums, ComeBackAsTheyWere) {
  const auto decoded = decode_sums(encode_sums(example()));
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(*decoded, example());
}

TEST(Sums, AnyFlippedBitOrLostByteIsFound) {
  const Bytes good = encode_sums(example());
  for (std::size_t i = 0; i < good.size(); ++i) {
    Bytes bad = good;
    bad[i] ^= std::byte{4};
    EXPECT_FALSE(decode_sums(bad).ok()) << "byte " << i;
    EXPECT_FALSE(decode_sums(std::span(good).first(i)).ok()) << "cut at " << i;
  }
  EXPECT_EQ(decode_sums(as_bytes("II*")).error().code(), Code::foreign);
}

TEST(Sums, HugeTileCountsAreRefusedBeforeAllocation) {
  Sums s = example();
  s.levels[0].columns = std::uint64_t{1} << 40;
  s.levels[0].rows = std::uint64_t{1} << 40;
  EXPECT_EQ(decode_sums(encode_sums(s)).error().code(), Code::corrupt);
}

}  // namespace
}  // namespace pantile::tiff
