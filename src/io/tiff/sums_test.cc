#include "io/tiff/sums.h"

#include <gtest/gtest.h>

#include "io/store/memory_store.h"

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

TEST(Sums, AFlawIsSeenBySizesAlone) {
  MemoryStore store;
  ASSERT_TRUE(store.write("a.tiff", as_bytes(std::string(1000, 'x'))).ok());
  EXPECT_EQ(*find_flaw(store, "a.tiff"), "lacks its checksums, a.tiff.sums");
  ASSERT_TRUE(store.write("a.tiff.sums", encode_sums(example())).ok());
  EXPECT_EQ(*find_flaw(store, "a.tiff"), "");
  ASSERT_TRUE(store.write("a.tiff", as_bytes(std::string(999, 'x'))).ok());
  EXPECT_EQ(*find_flaw(store, "a.tiff"), "has 999 bytes, expected 1000 as a.tiff.sums says");
  ASSERT_TRUE(store.write("a.tiff.sums", as_bytes("PTLSUMS1")).ok());
  EXPECT_EQ(*find_flaw(store, "a.tiff"), "has damaged checksums in a.tiff.sums");
  EXPECT_EQ(find_flaw(store, "b.tiff").error().code(), Code::not_found);
}

}  // namespace
}  // namespace pantile::tiff
