#include "io/png/png_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>
#include <vector>

#include "io/codec/repeat_deflate.h"
#include "io/png/chunk.h"

namespace pantile::png {
namespace {

constexpr std::int64_t kMostPixelsPerSide = std::numeric_limits<std::int32_t>::max();
/// A band is one chunk, and its length is a number of 31 bits.
constexpr std::size_t kMostRowBytes = std::size_t{1} << 30;

/// IHDR's colour type: grey, grey and alpha, RGB, RGBA.
std::byte color_type(int channels) {
  constexpr std::array<std::byte, 4> kTypes{std::byte{0}, std::byte{4}, std::byte{2}, std::byte{6}};
  return kTypes[static_cast<std::size_t>(channels - 1)];
}

/// All that comes before the pixels.
Bytes head(const WriteOptions& options) {
  constexpr std::array<std::uint8_t, 8> kSignature{0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  const auto signature = std::as_bytes(std::span(kSignature));
  Bytes out(signature.begin(), signature.end());
  Bytes header;
  append_be(header, static_cast<std::uint32_t>(options.width));
  append_be(header, static_cast<std::uint32_t>(options.height));
  header.push_back(static_cast<std::byte>(8 * dtype_bytes(options.dtype)));
  header.push_back(color_type(options.channels));
  header.resize(13);  // deflate, the five filters, not interlaced
  append_chunk(out, "IHDR", header);
  append_chunk(out, "sRGB", std::array{std::byte{0}});  // perceptual
  return out;
}

Status check_options(const WriteOptions& options, const std::string& name) {
  if (options.width < 1 || options.height < 1 || options.width > kMostPixelsPerSide ||
      options.height > kMostPixelsPerSide || options.channels < 1 || options.channels > 4 ||
      (options.dtype != DType::u8 && options.dtype != DType::u16)) {
    return Error(Code::invalid, fmt::format("{}: PNG holds 1 to 4 channels of uint8 or uint16, got "
                                            "{}x{} pixels of {} {}",
                                            name, options.width, options.height, options.channels,
                                            dtype_name(options.dtype)));
  }
  const std::size_t row_bytes =
      Layout::interleaved(options.dtype, 1, options.width, options.channels).packed_bytes();
  if (row_bytes > kMostRowBytes) {
    return Error(Code::invalid,
                 fmt::format("{}: want rows of at most {} MiB, got {} pixels of {} {}; write fewer "
                             "pixels a row",
                             name, kMostRowBytes >> 20, options.width, options.channels,
                             dtype_name(options.dtype)));
  }
  return {};
}

}  // namespace

PngWriter::PngWriter(const WriteOptions& options, std::string name)
    : options_(options),
      name_(std::move(name)),
      band_rows_(rows_per_band(static_cast<std::int64_t>(
          Layout::interleaved(options.dtype, 1, options.width, options.channels).packed_bytes()))) {
}

Result<std::unique_ptr<PngWriter>> PngWriter::open(ByteStore& store, std::string_view key,
                                                   const WriteOptions& options) {
  std::string name = fmt::format("{}/{}", store.name(), key);
  PANTILE_TRY(check_options(options, name));
  PANTILE_ASSIGN(auto out, store.open_writer(key));
  return open(std::move(out), std::move(name), options);
}

Result<std::unique_ptr<PngWriter>> PngWriter::open(std::unique_ptr<ByteStore::Writer> out,
                                                   std::string name, const WriteOptions& options) {
  PANTILE_TRY(check_options(options, name));
  std::unique_ptr<PngWriter> writer(new PngWriter(options, std::move(name)));
  writer->out_ = std::move(out);
  PANTILE_TRY(writer->write(head(options)));
  return writer;
}

Status PngWriter::write(std::span<const std::byte> bytes) {
  PANTILE_TRY(out_->append(bytes));
  bytes_written_ += static_cast<std::int64_t>(bytes.size());
  return {};
}

Result<EncodedBand> PngWriter::encode(std::int64_t band, View rows, BandEncoder& encoder) const {
  const std::int64_t want = std::min(band_rows_, options_.height - band * band_rows_);
  if (band < 0 || want < 1 || rows.height() != want || rows.width() != options_.width ||
      rows.channels() != options_.channels || rows.dtype() != options_.dtype) {
    return Error(
        Code::invalid,
        fmt::format("{}: want {} rows of {} pixels of {} {} in band {}, got {} of {} of {} "
                    "{}",
                    name_, std::max<std::int64_t>(0, want), options_.width, options_.channels,
                    dtype_name(options_.dtype), band, rows.height(), rows.width(), rows.channels(),
                    dtype_name(rows.dtype())));
  }
  return encoder.encode(rows, band == 0);
}

Status PngWriter::append(const EncodedBand& band) {
  if (bands_done_ == band_count()) {
    return Error(Code::invalid, fmt::format("{}: all {} bands were written", name_, bands_done_));
  }
  adler32_ = codec::combine_adler32(adler32_, band.adler32, band.raw_bytes);
  ++bands_done_;
  if (bands_done_ < band_count()) return write(band.chunk);
  // The stream ends in the chunk of its last pixels: readers stop when they have them, and some
  // then check no further chunk.
  Bytes last = band.chunk;
  const auto end = codec::zlib_end(adler32_);
  extend_chunk(last, 0, end);
  return write(last);
}

Status PngWriter::finish() {
  if (bands_done_ != band_count()) {
    return Error(Code::invalid,
                 fmt::format("{}: {} of {} bands were written", name_, bands_done_, band_count()));
  }
  Bytes end;
  append_chunk(end, "IEND", {});
  PANTILE_TRY(write(end));
  return out_->commit();
}

Status write_png(ByteStore& store, std::string_view key, View image) {
  PANTILE_ASSIGN(const auto writer, PngWriter::open(store, key,
                                                    {.width = image.width(),
                                                     .height = image.height(),
                                                     .channels = image.channels(),
                                                     .dtype = image.dtype()}));
  BandEncoder encoder = writer->make_encoder();
  for (std::int64_t band = 0; band < writer->band_count(); ++band) {
    const std::int64_t y = band * writer->band_rows();
    const Rect rows{0, y, image.width(), std::min(image.height(), y + writer->band_rows())};
    PANTILE_ASSIGN(const EncodedBand encoded, writer->encode(band, image.window(rows), encoder));
    PANTILE_TRY(writer->append(encoded));
  }
  return writer->finish();
}

}  // namespace pantile::png
