#pragma once
// Checksums made right, as whoever means harm would do. Otherwise hardly any made-up input passes
// the first of them, and nothing behind it is tried.

#include <cstddef>
#include <cstdint>
#include <span>

#include "io/codec/crc32c.h"

namespace pantile {

inline void put_le32(std::byte* to, std::uint32_t value) {
  for (std::size_t i = 0; i < 4; ++i) to[i] = static_cast<std::byte>(value >> (8 * i));
}

/// Makes the last four bytes the CRC-32C of those before them.
inline void mend_crc32c(std::span<std::byte> bytes) {
  if (bytes.size() < 4) return;
  const auto body = bytes.first(bytes.size() - 4);
  put_le32(bytes.data() + body.size(), crc32c(body));
}

}  // namespace pantile
