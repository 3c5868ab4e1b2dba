#pragma once
/// \file
/// Deflate for pictures: zlib streams (RFC 1950, 1951) whose repeats are whole pixels.
///
/// General encoders look for a repeat at every byte. Interleaved pixels repeat as a whole, so
/// this one steps, hashes and counts in pixels: a third or a quarter of the steps.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace pantile::codec {

/// One encoder with its tables (about 250 kB), for one thread at a time. The bytes it gives
/// depend on the pixels and the arguments alone.
class PixelDeflate {
 public:
  PixelDeflate();
  ~PixelDeflate();
  PixelDeflate(PixelDeflate&&) noexcept;

  /// True for the pixel sizes that compress() takes: 3 and 4 bytes.
  static bool takes(int pixel_bytes) { return pixel_bytes == 3 || pixel_bytes == 4; }

  /// Upper bound of a stream: whatever else would be longer is stored.
  static std::size_t bound(std::size_t raw_bytes) { return raw_bytes + raw_bytes / 4096 + 64; }

  /// Replaces `out`, which keeps no spare capacity, by the zlib stream of `in`. Any number of
  /// bytes is right, also one that is no multiple of `pixel_bytes`, which takes() likes.
  void compress(std::span<const std::byte> in, int pixel_bytes, std::vector<std::byte>& out);

  /// The fewest pixels of a row that append_rows() takes.
  static constexpr std::size_t kLeastRowPx = 16;

  /// Appends packed rows of `row_px` pixels as deflate blocks of which none ends a stream, and a
  /// zero before every row: what PNG calls rows without a filter. Like RepeatDeflate's pieces, they
  /// refer to nothing before them and end with a whole byte.
  void append_rows(std::span<const std::byte> in, int pixel_bytes, std::size_t row_px,
                   std::vector<std::byte>& out);
  /// Upper bound of what append_rows() appends, of the pixels and the zeros.
  static std::size_t rows_bound(std::size_t raw_bytes) { return raw_bytes + raw_bytes / 32 + 1024; }

  /// Bytes of an encoder and one stream.
  static std::int64_t working_bytes(std::size_t raw_bytes);

 private:
  struct State;
  template <unsigned kPixel, bool kRows> class Run;
  std::unique_ptr<State> state_;
};

}  // namespace pantile::codec
