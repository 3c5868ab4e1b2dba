#pragma once
/// \file
/// What every deflate encoder of ours needs of RFC 1951: lengths, distances, stored blocks.

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "io/codec/bit_writer.h"
#include "io/codec/huffman.h"

namespace pantile::codec {

inline constexpr std::size_t kWindowBytes = 32768;  ///< Section 2.
inline constexpr std::size_t kMaxMatchBytes = 258;  ///< 3.2.5.
inline constexpr std::size_t kMaxStored = 65535;    ///< 3.2.4.

/// Symbol, extra bits and first value of each length and distance (3.2.5).
struct DeflateAlphabet {
  std::array<std::uint8_t, kMaxMatchBytes + 1> length_symbol{};  ///< Minus 257.
  std::array<std::uint16_t, 29> length_base{};
  std::array<std::uint8_t, 29> length_extra{};
  std::array<std::uint16_t, 30> distance_base{};
  std::array<std::uint8_t, 30> distance_extra{};

  constexpr DeflateAlphabet() {
    unsigned length = 3;
    for (unsigned s = 0; s < 28; ++s) {
      length_extra[s] = static_cast<std::uint8_t>(s < 8 ? 0 : s / 4 - 1);
      length_base[s] = static_cast<std::uint16_t>(length);
      for (unsigned i = 0; i < 1u << length_extra[s] && length <= kMaxMatchBytes; ++i) {
        length_symbol[length++] = static_cast<std::uint8_t>(s);
      }
    }
    length_symbol[258] = 28;
    length_base[28] = 258;
    unsigned distance = 1;
    for (unsigned s = 0; s < 30; ++s) {
      distance_extra[s] = static_cast<std::uint8_t>(s < 4 ? 0 : s / 2 - 1);
      distance_base[s] = static_cast<std::uint16_t>(distance);
      distance += 1u << distance_extra[s];
    }
  }

  /// Extra bits of all lengths and distances that are counted.
  std::int64_t extra_bits(const BlockCode::LitLenCounts& lit_len,
                          const BlockCode::DistanceCounts& distance) const {
    std::int64_t bits = 0;
    for (std::size_t i = 0; i < length_extra.size(); ++i) {
      bits += std::int64_t{lit_len[257 + i]} * length_extra[i];
    }
    for (std::size_t i = 0; i < distance_extra.size(); ++i) {
      bits += std::int64_t{distance[i]} * distance_extra[i];
    }
    return bits;
  }
};
inline constexpr DeflateAlphabet kAlphabet;

/// The symbol of a distance of 3 bytes or more: from the two highest bits of distance - 1.
inline unsigned distance_symbol(unsigned distance) {
  const unsigned d = distance - 1;
  const auto top = static_cast<unsigned>(std::bit_width(d)) - 1;
  return 2 * top + (d >> (top - 1) & 1);
}

/// Bits of stored blocks of so many bytes, at most.
inline std::int64_t stored_bits(std::size_t bytes) {
  const std::size_t parts = std::max<std::size_t>(1, (bytes + kMaxStored - 1) / kMaxStored);
  return static_cast<std::int64_t>(8 * (bytes + 5 * parts));
}

/// `in` as it is, in one stored block or several; `last` ends the stream.
inline void write_stored(std::span<const std::byte> in, bool last, BitWriter& bits) {
  do {
    const std::size_t part = std::min(kMaxStored, in.size());
    bits.add(last && part == in.size() ? 1 : 0, 3);
    std::byte* out = bits.align();
    const auto sizes = static_cast<std::uint32_t>(part | (part ^ 0xffff) << 16);
    std::memcpy(out, &sizes, 4);
    if (part != 0) std::memcpy(out + 4, in.data(), part);
    bits.resume_at(out + 4 + part);
    in = in.subspan(part);
  } while (!in.empty());
}

inline std::uint64_t load64(const std::byte* p) {
  std::uint64_t v;
  std::memcpy(&v, p, sizeof v);
  return v;
}

}  // namespace pantile::codec
