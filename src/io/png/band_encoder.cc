#include "io/png/band_encoder.h"

#include <libdeflate.h>

#include <algorithm>
#include <bit>
#include <cstring>
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
      row_bytes_(row_.packed_bytes()),
      pixel_bytes_(static_cast<int>(dtype_bytes(dtype)) * channels),
      filter_(row_bytes_, static_cast<std::size_t>(pixel_bytes_)) {}

void BandEncoder::encode_filtered(std::size_t first_row, std::size_t rows,
                                  std::vector<std::byte>& out) {
  filtered_.resize((row_bytes_ + 1) * rows);
  filter_.restart();
  for (std::size_t y = 0; y < rows; ++y) {
    std::memcpy(filter_.next_row(), packed_.data() + (first_row + y) * row_bytes_, row_bytes_);
    filter_.filter_row(filtered_.data() + y * (row_bytes_ + 1));
  }
  repeat_deflate_.append_piece(filtered_, out);
}

void BandEncoder::encode_plain(std::size_t first_row, std::size_t rows,
                               std::vector<std::byte>& out) {
  pixel_deflate_.append_rows(std::span(packed_).subspan(first_row * row_bytes_, rows * row_bytes_),
                             pixel_bytes_, static_cast<std::size_t>(row_.width), out);
}

bool BandEncoder::plain_is_smaller(std::size_t rows) {
  if (!codec::PixelDeflate::takes(pixel_bytes_) ||
      row_.width < static_cast<std::int64_t>(codec::PixelDeflate::kLeastRowPx)) {
    return false;
  }
  const std::size_t part = std::max<std::size_t>(1, rows / 8), begin = (rows - part) / 2;
  trial_.clear();
  encode_filtered(begin, part, trial_);
  const std::size_t filtered = trial_.size();
  trial_.clear();
  encode_plain(begin, part, trial_);
  return trial_.size() < filtered;
}

EncodedBand BandEncoder::encode(View rows, bool first) {
  const auto height = static_cast<std::size_t>(rows.height());
  packed_.resize(row_bytes_ * height);
  Layout packed = row_;
  packed.height = rows.height();
  copy_pixels(rows, MutableView(packed_.data(), packed));
  if (dtype_bytes(row_.dtype) == 2) {
    static_assert(std::endian::native == std::endian::little);
    for (std::size_t i = 0; i < packed_.size(); i += 2) std::swap(packed_[i], packed_[i + 1]);
  }
  const bool plain = plain_is_smaller(height);
  EncodedBand band;
  band.raw_bytes = (row_bytes_ + 1) * height;
  begin_chunk(band.chunk, "IDAT");
  if (first) {
    band.chunk.insert(band.chunk.end(), codec::kZlibHeader.begin(), codec::kZlibHeader.end());
  }
  if (plain) {
    encode_plain(0, height, band.chunk);
    constexpr std::byte kNone{0};
    for (std::size_t y = 0; y < height; ++y) {
      band.adler32 = libdeflate_adler32(band.adler32, &kNone, 1);
      band.adler32 = libdeflate_adler32(band.adler32, packed_.data() + y * row_bytes_, row_bytes_);
    }
  } else {
    encode_filtered(0, height, band.chunk);
    band.adler32 = libdeflate_adler32(1, filtered_.data(), filtered_.size());
  }
  end_chunk(band.chunk, 0);
  return band;
}

std::int64_t BandEncoder::working_bytes(std::int64_t row_bytes, std::int64_t rows) {
  constexpr std::int64_t kTables = std::int64_t{512} << 10;
  const std::int64_t band = (row_bytes + 1) * rows;
  const auto bound =
      static_cast<std::int64_t>(codec::PixelDeflate::rows_bound(static_cast<std::size_t>(band)));
  // Packed, filtered, deflated by either encoder, as a chunk, and an eighth on trial.
  return kTables + RowFilter::working_bytes(row_bytes) + 2 * band + 3 * bound + bound / 4;
}

}  // namespace pantile::png
