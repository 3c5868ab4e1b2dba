#pragma once
/// \file
/// One image file directory (IFD) of a little-endian BigTIFF, to be written.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "io/tiff/format.h"

namespace pantile::tiff {

/// First bytes of a little-endian BigTIFF whose first directory lies at `first_directory`.
inline constexpr std::size_t kFileHeaderBytes = 16;
std::vector<std::byte> file_header(std::uint64_t first_directory);

/// Collects fields, then serialises them: the entries sorted by tag, followed by the values that
/// do not fit an entry, each 8-byte aligned. Its size depends on the counts of the values only,
/// so directories can be placed before offsets are known.
class Directory {
 public:
  void add_u16(Tag tag, std::span<const std::uint16_t> values);
  void add_u16(Tag tag, std::uint16_t value) { add_u16(tag, std::span(&value, 1)); }
  void add_u32(Tag tag, std::span<const std::uint32_t> values);
  void add_u32(Tag tag, std::uint32_t value) { add_u32(tag, std::span(&value, 1)); }
  void add_u64(Tag tag, std::span<const std::uint64_t> values);
  /// Offsets of other directories.
  void add_ifd(Tag tag, std::span<const std::uint64_t> offsets);
  /// Text, terminated by a NUL; 7-bit ASCII by the standard.
  void add_ascii(Tag tag, std::string_view text);
  /// The closest fraction of two 32-bit numbers to `value`. Requires 0 <= value < 2^32.
  void add_rational(Tag tag, double value);

  /// Bytes that serialise() appends; a multiple of 8.
  std::uint64_t size_bytes() const;
  /// The directory as it lies at file offset `offset` (a multiple of 8). `next` is the offset of
  /// the next directory of the chain, 0 for none.
  std::vector<std::byte> serialise(std::uint64_t offset, std::uint64_t next) const;

 private:
  struct Field {
    std::uint16_t tag, type;
    std::uint64_t count;
    std::vector<std::byte> value;
  };
  template <class T> void add(Tag tag, std::uint16_t type, std::span<const T> values);

  std::vector<Field> fields_;
};

/// Nearest fraction to `value` with both terms below 2^32, by continued fractions.
struct Rational {
  std::uint32_t numerator = 0, denominator = 1;
};
Rational to_rational(double value);

}  // namespace pantile::tiff
