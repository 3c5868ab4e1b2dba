#pragma once
/// \file
/// Prefix codes of deflate (RFC 1951, section 3.2).

#include <array>
#include <cstdint>
#include <span>

#include "io/codec/bit_writer.h"

namespace pantile::codec {

inline constexpr int kMaxCodeBits = 15;
inline constexpr int kLitLenSymbols = 286;  ///< 256 literals, end of block, 29 lengths.
inline constexpr int kDistanceSymbols = 30;
inline constexpr int kEndOfBlock = 256;

/// Lengths of a prefix code for symbols that occur `counts[s]` times, none above `max_bits`; 0
/// for symbols that do not occur. Optimal unless the limit binds, then near it. A single symbol
/// gets one bit, so does an unused partner, for decoders that want complete codes; without any
/// symbol two get one bit. At most 288 symbols and 2^max_bits; the counts' sum is below 2^31.
///
/// A. Moffat, J. Katajainen: In-place calculation of minimum-redundancy codes (WADS 1995).
void make_code_lengths(std::span<const std::uint32_t> counts, int max_bits,
                       std::span<std::uint8_t> lengths);

/// The canonical codes of `lengths` (RFC 1951, 3.2.2), turned round for BitWriter.
void make_codes(std::span<const std::uint8_t> lengths, std::span<std::uint16_t> codes);

/// The two codes of a block with the description that goes before it (RFC 1951, 3.2.7).
class BlockCode {
 public:
  using LitLenCounts = std::array<std::uint32_t, kLitLenSymbols>;
  using DistanceCounts = std::array<std::uint32_t, kDistanceSymbols>;

  /// The best codes for what a block contains; kEndOfBlock is counted.
  void fit(const LitLenCounts& lit_len, const DistanceCounts& distance);
  /// The codes of block type 1 (RFC 1951, 3.2.6).
  void set_fixed();

  /// Bits of the description that write_header() writes; after fit().
  std::int64_t header_bits() const { return header_bits_; }
  /// Bits of a block's symbols, extra bits not included.
  std::int64_t body_bits(const LitLenCounts& lit_len, const DistanceCounts& distance) const;
  void write_header(BitWriter& bits) const;
  /// Builds the codes from the lengths; before codes are read.
  void finish();

  std::array<std::uint8_t, 288> lit_len_bits{};
  std::array<std::uint8_t, 32> distance_bits{};
  std::array<std::uint16_t, 288> lit_len_code{};
  std::array<std::uint16_t, 32> distance_code{};

 private:
  static constexpr int kLengthSymbols = 19;
  struct Item {
    std::uint8_t symbol, extra;  ///< Of the code-length alphabet; value of its extra bits.
  };

  void describe();

  int lit_len_used_ = 0, distance_used_ = 0, length_used_ = 0;
  std::array<Item, 288 + 32> items_{};
  int item_count_ = 0;
  std::array<std::uint8_t, kLengthSymbols> length_bits_{};
  std::int64_t header_bits_ = 0;
};

}  // namespace pantile::codec
