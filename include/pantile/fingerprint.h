#pragma once
/// \file
/// Names for content.

#include <array>
#include <cstdint>
#include <string>

namespace pantile {

/// 128 bits that name content: equal fingerprints mean equal pixels.
struct Fingerprint {
  std::array<std::uint8_t, 16> bytes{};
  std::string hex() const;  ///< 32 lower-case digits.
  friend bool operator==(const Fingerprint&, const Fingerprint&) = default;
};

}  // namespace pantile
