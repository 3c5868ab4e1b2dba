#pragma once
/// \file
/// Bands of rows of a PNG, encoded on their own: what many threads do for one file.

#include <cstddef>
#include <cstdint>
#include <vector>

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

/// The state of one thread. The bytes it gives depend on the arguments of encode() alone.
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
  Layout row_;
  RowFilter filter_;
  codec::RepeatDeflate deflate_;
  std::vector<std::byte> filtered_;
};

}  // namespace pantile::png
