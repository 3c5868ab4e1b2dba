#pragma once
/// \file
/// Bands of rows of a PNG, encoded on their own: what many threads do for one file.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "io/codec/pixel_deflate.h"
#include "io/codec/repeat_deflate.h"
#include "io/png/row_filter.h"
#include "pantile/view.h"

namespace pantile::png {

/// Rows of a band of a picture whose rows take so many bytes: it decides the bytes of the file,
/// so it follows from the picture alone. 512 KiB, but 16 rows where they take up to 4 MiB; a band
/// repeats nothing of the one above it.
std::int64_t rows_per_band(std::int64_t row_bytes);

struct EncodedBand {
  std::vector<std::byte> chunk;  ///< A whole IDAT chunk, its checksum included.
  std::uint32_t adler32 = 1;     ///< Of the filtered rows.
  std::uint64_t raw_bytes = 0;   ///< Of the filtered rows.
};

/// The state of one thread. A band is either filtered, which is for photographs and smooth
/// pictures, or left as it is and searched for repeats of whole pixels, which is for pictures of
/// few colours and colours along a line; an eighth of it decides, encoded both ways. The bytes it
/// gives depend on the arguments of encode() alone.
class BandEncoder {
 public:
  /// Of a picture of such rows, u8 or u16, 1 to 4 channels.
  BandEncoder(DType dtype, std::int64_t width, int channels);

  /// Encodes rows of that width and type, any number of them; `first`: those at the top of the
  /// picture, where the zlib stream begins.
  EncodedBand encode(View rows, bool first);

  /// Upper bound of memory of an encoder and the band it gives.
  static std::int64_t working_bytes(std::int64_t row_bytes, std::int64_t rows);

 private:
  bool plain_is_smaller(std::size_t rows);
  void encode_filtered(std::size_t first_row, std::size_t rows, std::vector<std::byte>& out);
  void encode_plain(std::size_t first_row, std::size_t rows, std::vector<std::byte>& out);

  Layout row_;
  std::size_t row_bytes_;
  int pixel_bytes_;
  RowFilter filter_;
  codec::RepeatDeflate repeat_deflate_;
  codec::PixelDeflate pixel_deflate_;
  std::vector<std::byte> packed_;    ///< The band's rows, samples big-endian.
  std::vector<std::byte> filtered_;  ///< Rows with the number of their filter before them.
  std::vector<std::byte> trial_;
};

}  // namespace pantile::png
