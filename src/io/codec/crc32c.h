#pragma once
/// \file
/// CRC-32C (Castagnoli), RFC 3720 appendix B.4.

#include <cstddef>
#include <cstdint>
#include <span>

namespace pantile {

/// The CRC of `bytes`; with `crc` the CRC of earlier bytes, that of both together.
/// `crc32c("123456789") == 0xE3069283`.
std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t crc = 0);

}  // namespace pantile
