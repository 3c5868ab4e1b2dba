#pragma once
/// \file
/// Z-order, the order in which tiles are visited so that few parents are open at a time.

#include <cstdint>

namespace pantile {

/// The low 32 bits of `v`, spread to the even bits.
constexpr std::uint64_t spread_bits(std::uint64_t v) {
  v &= 0xffffffffu;
  v = (v | (v << 16)) & 0x0000ffff0000ffffu;
  v = (v | (v << 8)) & 0x00ff00ff00ff00ffu;
  v = (v | (v << 4)) & 0x0f0f0f0f0f0f0f0fu;
  v = (v | (v << 2)) & 0x3333333333333333u;
  v = (v | (v << 1)) & 0x5555555555555555u;
  return v;
}

/// Interleaves the bits of x (even) and y (odd). x, y in [0, 2^32).
constexpr std::uint64_t morton_key(std::uint64_t x, std::uint64_t y) {
  return spread_bits(x) | (spread_bits(y) << 1);
}

}  // namespace pantile
