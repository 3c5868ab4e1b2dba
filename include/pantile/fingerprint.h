#pragma once
/// \file
/// Names for content.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace pantile {

/// 128 bits that name content: equal fingerprints mean equal pixels as far as the
/// source can tell without reading them: of a file, its metadata, sizes and checksums.
struct Fingerprint {
  std::array<std::uint8_t, 16> bytes{};
  std::string hex() const;  ///< 32 lower-case digits.
  friend bool operator==(const Fingerprint&, const Fingerprint&) = default;
};

/// The fingerprint of a text: of everything that decides the pixels of a source, written down in
/// one fixed way. The same on every machine and in every version. Thread-safe.
Fingerprint fingerprint_of(std::string_view text);

}  // namespace pantile
