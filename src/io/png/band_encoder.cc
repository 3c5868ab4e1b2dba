#include "io/png/band_encoder.h"

#include <libdeflate.h>

#include <algorithm>
#include <bit>
#include <span>
#include <utility>

#include "core/copy.h"
#include "io/png/chunk.h"

namespace pantile::png {

std::int64_t rows_per_band(std::int64_t row_bytes) {
  constexpr std::int64_t kBandBytes = std::int64_t{512} << 10, kMostBytes = std::int64_t{4} << 20;
  constexpr std::int64_t kRows = 16;
  const std::int64_t rows = std::max(kRows, kBandBytes / row_bytes);
  return std::max<std::int64_t>(1, std::min(rows, kMostBytes / row_bytes));
}

BandEncoder::BandEncoder(DType dtype, std::int64_t width, int channels)
    : row_(Layout::interleaved(dtype, 1, width, channels)),
      filter_(row_.packed_bytes(), dtype_bytes(dtype) * static_cast<std::size_t>(channels)) {}

EncodedBand BandEncoder::encode(View rows, bool first) {
  const std::size_t row_bytes = row_.packed_bytes();
  filtered_.resize((row_bytes + 1) * static_cast<std::size_t>(rows.height()));
  filter_.restart();
  std::byte* out = filtered_.data();
  for (std::int64_t y = 0; y < rows.height(); ++y, out += row_bytes + 1) {
    std::uint8_t* const next = filter_.next_row();
    copy_pixels(rows.window({0, y, rows.width(), y + 1}),
                MutableView(reinterpret_cast<std::byte*>(next), row_));
    if (dtype_bytes(row_.dtype) == 2) {
      static_assert(std::endian::native == std::endian::little);
      for (std::size_t i = 0; i < row_bytes; i += 2) std::swap(next[i], next[i + 1]);
    }
    filter_.filter_row(out);
  }
  EncodedBand band;
  begin_chunk(band.chunk, "IDAT");
  if (first) {
    band.chunk.insert(band.chunk.end(), codec::kZlibHeader.begin(), codec::kZlibHeader.end());
  }
  deflate_.append_piece(filtered_, band.chunk);
  end_chunk(band.chunk, 0);
  band.adler32 = libdeflate_adler32(1, filtered_.data(), filtered_.size());
  band.raw_bytes = filtered_.size();
  return band;
}

std::int64_t BandEncoder::working_bytes(std::int64_t row_bytes, std::int64_t rows) {
  constexpr std::int64_t kTables = std::int64_t{256} << 10;
  const std::int64_t band = (row_bytes + 1) * rows;
  const auto bound =
      static_cast<std::int64_t>(codec::RepeatDeflate::bound(static_cast<std::size_t>(band)));
  // The band before deflate, after it, and as a chunk.
  return kTables + RowFilter::working_bytes(row_bytes) + band + 2 * bound;
}

}  // namespace pantile::png
