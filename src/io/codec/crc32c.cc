#include "io/codec/crc32c.h"

#include <isa-l/crc.h>

#include <algorithm>

namespace pantile {

std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t crc) {
  // ISA-L's function neither inverts its start value nor its result, and counts in int.
  constexpr std::size_t kMaxCallBytes = std::size_t{1} << 30;
  std::uint32_t state = ~crc;
  while (!bytes.empty()) {
    const auto part = bytes.first(std::min(bytes.size(), kMaxCallBytes));
    // It takes a pointer to non-const, but only reads.
    auto* data = reinterpret_cast<unsigned char*>(const_cast<std::byte*>(part.data()));
    state = crc32_iscsi(data, static_cast<int>(part.size()), state);
    bytes = bytes.subspan(part.size());
  }
  return ~state;
}

}  // namespace pantile
