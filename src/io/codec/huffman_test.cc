#include "io/codec/huffman.h"

#include <gtest/gtest.h>

#include <queue>
#include <random>
#include <vector>

namespace pantile::codec {
namespace {

using Counts = std::vector<std::uint32_t>;

std::vector<std::uint8_t> lengths_of(const Counts& counts, int max_bits) {
  std::vector<std::uint8_t> lengths(counts.size(), 99);
  make_code_lengths(counts, max_bits, lengths);
  return lengths;
}

/// In units of 2^-15; a complete code has 2^15.
unsigned kraft_sum(const std::vector<std::uint8_t>& lengths) {
  unsigned sum = 0;
  for (const auto length : lengths) sum += length != 0 ? 1u << (15 - length) : 0;
  return sum;
}

std::uint64_t total_bits(const Counts& counts, const std::vector<std::uint8_t>& lengths) {
  std::uint64_t bits = 0;
  for (std::size_t s = 0; s < counts.size(); ++s) bits += std::uint64_t{counts[s]} * lengths[s];
  return bits;
}

/// Huffman's own method: the sum of the weights of all joins.
std::uint64_t optimal_bits(const Counts& counts) {
  std::priority_queue<std::uint64_t, std::vector<std::uint64_t>, std::greater<>> nodes;
  for (const auto count : counts) {
    if (count != 0) nodes.push(count);
  }
  std::uint64_t bits = 0;
  while (nodes.size() > 1) {
    std::uint64_t sum = nodes.top();
    nodes.pop();
    sum += nodes.top();
    nodes.pop();
    bits += sum;
    nodes.push(sum);
  }
  return bits;
}

TEST(CodeLengths, AreOptimalAndComplete) {
  std::mt19937 random(3);
  for (int round = 0; round < 500; ++round) {
    Counts counts(2 + random() % 285);
    for (auto& count : counts) count = random() % 3 == 0 ? 0 : 8 + random() % 500;
    counts[0] = counts[1] = 8;
    const auto lengths = lengths_of(counts, 15);
    EXPECT_EQ(kraft_sum(lengths), 1u << 15);
    EXPECT_EQ(total_bits(counts, lengths), optimal_bits(counts));
    for (std::size_t s = 0; s < counts.size(); ++s) EXPECT_EQ(counts[s] == 0, lengths[s] == 0);
  }
}

TEST(CodeLengths, KeepTheLimitForSteepCounts) {
  for (const int max_bits : {7, 9, 15}) {
    Counts counts{1, 1};  // Fibonacci's numbers make the deepest trees
    while (counts.size() < 40) counts.push_back(counts.back() + counts[counts.size() - 2]);
    const auto lengths = lengths_of(counts, max_bits);
    EXPECT_EQ(kraft_sum(lengths), 1u << 15);
    for (std::size_t s = 0; s < counts.size(); ++s) {
      EXPECT_GE(lengths[s], 1);
      EXPECT_LE(lengths[s], max_bits);
      EXPECT_LE(lengths[s], s > 0 ? lengths[s - 1] : max_bits);
    }
  }
  EXPECT_EQ(lengths_of(Counts(128, 5), 7), std::vector<std::uint8_t>(128, 7));
}

TEST(CodeLengths, CompleteTheCodesOfNoneAndOne) {
  EXPECT_EQ(lengths_of({0, 0, 0}, 15), (std::vector<std::uint8_t>{1, 1, 0}));
  EXPECT_EQ(lengths_of({7, 0, 0}, 15), (std::vector<std::uint8_t>{1, 1, 0}));
  EXPECT_EQ(lengths_of({0, 0, 7}, 15), (std::vector<std::uint8_t>{1, 0, 1}));
}

// RFC 1951, 3.2.2: the lengths (3, 3, 3, 3, 3, 2, 4, 4) give 010 011 100 101 110 00 1110 1111.
TEST(Codes, AreThoseOfTheRfcsExample) {
  const std::uint8_t lengths[] = {3, 3, 3, 3, 3, 2, 4, 4};
  std::uint16_t codes[8];
  make_codes(lengths, codes);
  const std::uint16_t turned[] = {0b010, 0b110, 0b001, 0b101, 0b011, 0b00, 0b0111, 0b1111};
  for (std::size_t s = 0; s < 8; ++s) EXPECT_EQ(codes[s], turned[s]) << s;
}

TEST(BitWriter, BeginsWithTheLowestBit) {
  std::byte out[16] = {};
  BitWriter bits(out);
  bits.add(1, 1);
  bits.add(0b10, 2);
  bits.flush();
  bits.add(0xabc, 12);
  EXPECT_EQ(bits.align() - out, 2);
  EXPECT_EQ(out[0], std::byte{0xe5});
  EXPECT_EQ(out[1], std::byte{0x55});
}

}  // namespace
}  // namespace pantile::codec
