#pragma once
/// \file
/// Deflate (RFC 1951) in pieces that many threads make, for bytes that are prediction errors.
///
/// After a good prediction short repeats are chance, and cost more than the codes of their bytes:
/// this encoder looks for repeats of eight bytes or more only, and leaves the rest to the prefix
/// code. On filtered rows of pictures that is smaller than the usual search for repeats of three,
/// and several times as fast.

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace pantile::codec {

/// One encoder with its tables (about 200 kB), for one thread at a time. The bytes it gives
/// depend on the input alone.
class RepeatDeflate {
 public:
  RepeatDeflate();
  ~RepeatDeflate();
  RepeatDeflate(RepeatDeflate&&) noexcept;

  /// Upper bound of what append_piece() appends: whatever else would be longer is stored.
  static std::size_t bound(std::size_t raw_bytes) { return raw_bytes + raw_bytes / 4096 + 64; }

  /// Appends `in` as deflate blocks of which none ends the stream. They refer to nothing before
  /// `in` and end with a whole byte, so pieces make a stream in any number: kZlibHeader, the
  /// pieces, zlib_end().
  void append_piece(std::span<const std::byte> in, std::vector<std::byte>& out);

 private:
  struct State;
  class Run;
  std::unique_ptr<State> state_;
};

/// RFC 1950, 2.2: deflate, window of 32 KiB, the fastest level.
inline constexpr std::array<std::byte, 2> kZlibHeader{std::byte{0x78}, std::byte{0x01}};

/// The last, empty block of a zlib stream and the checksum of all that was put into it.
std::array<std::byte, 6> zlib_end(std::uint32_t adler32);

/// The Adler-32 of A followed by B, from those of A and B and the length of B.
std::uint32_t combine_adler32(std::uint32_t a, std::uint32_t b, std::uint64_t b_bytes);

}  // namespace pantile::codec
