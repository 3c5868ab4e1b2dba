#pragma once
/// \file
/// Content hashing: XXH3-128, canonical byte order, so a fingerprint means the same everywhere.

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "pantile/fingerprint.h"

namespace pantile {

/// Collects fields and yields their fingerprint. Fields are length-prefixed, so ("ab","c") and
/// ("a","bc") differ.
class Hasher {
 public:
  Hasher();
  ~Hasher();
  Hasher(const Hasher&) = delete;
  Hasher& operator=(const Hasher&) = delete;

  Hasher& add(std::string_view text);
  Hasher& add(std::span<const std::byte> bytes);
  Hasher& add(std::int64_t number);  ///< As eight little-endian bytes.
  Hasher& add(double number);        ///< By its bits.
  Fingerprint finish() const;

 private:
  struct State;
  void append(const void* data, std::size_t size);
  std::unique_ptr<State> state_;
};

/// The fingerprint of one run of bytes.
Fingerprint hash_bytes(std::span<const std::byte> bytes);
Fingerprint hash_text(std::string_view text);

}  // namespace pantile
