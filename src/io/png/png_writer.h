#pragma once
/// \file
/// Writes a PNG in bands of rows, atomically.
///
///     PANTILE_ASSIGN(auto png, png::PngWriter::open(store, "a.png", {.width = 640, .height =
///     480}));
///     // on any threads, in any order
///     auto encoder = png->make_encoder();
///     PANTILE_ASSIGN(auto band, png->encode(i, rows, encoder));
///     // by one thread at a time, from the top
///     PANTILE_TRY(png->append(band));
///     …
///     PANTILE_TRY(png->finish());

#include <cstdint>
#include <memory>
#include <string>

#include "io/png/band_encoder.h"
#include "io/store/byte_store.h"
#include "pantile/dtype.h"
#include "pantile/result.h"
#include "pantile/view.h"

namespace pantile::png {

struct WriteOptions {
  std::int64_t width = 0, height = 0;
  int channels = 3;         ///< 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA.
  DType dtype = DType::u8;  ///< u8 or u16.
};

/// The pixels are said to be sRGB; there is no time in the file. The bytes depend on the pixels
/// and the options only. Memory: the encoders', see BandEncoder.
/// Destroyed without finish(): nothing happened to the file.
class PngWriter {
 public:
  /// Errors: invalid (a size or type PNG has not), out_of_space, io. `store` outlives the writer.
  static Result<std::unique_ptr<PngWriter>> open(ByteStore& store, std::string_view key,
                                                 const WriteOptions& options);
  /// The same, with the bytes going to `out`, front to back; `name` is for messages.
  static Result<std::unique_ptr<PngWriter>> open(std::unique_ptr<ByteStore::Writer> out,
                                                 std::string name, const WriteOptions& options);

  std::int64_t band_count() const { return (options_.height + band_rows_ - 1) / band_rows_; }
  /// Of every band but the last, which may have fewer.
  std::int64_t band_rows() const { return band_rows_; }
  BandEncoder make_encoder() const { return {options_.dtype, options_.width, options_.channels}; }

  /// Encodes band `band`, all rows of it. Thread-safe with an encoder for each thread.
  /// Errors: invalid (wrong shape or type, no such band).
  Result<EncodedBand> encode(std::int64_t band, View rows, BandEncoder& encoder) const;
  /// Writes the next band, from the top. One thread at a time. Errors: invalid (too many),
  /// out_of_space, io.
  Status append(const EncodedBand& band);
  /// After the last band: makes the file durable and visible. Errors: invalid (bands are missing),
  /// out_of_space, io.
  Status finish();
  std::int64_t bytes_written() const { return bytes_written_; }

 private:
  PngWriter(const WriteOptions& options, std::string name);
  Status write(std::span<const std::byte> bytes);

  WriteOptions options_;
  std::string name_;
  std::int64_t band_rows_;
  std::unique_ptr<ByteStore::Writer> out_;
  std::int64_t bands_done_ = 0, bytes_written_ = 0;
  std::uint32_t adler32_ = 1;
};

/// Writes `image` on the calling thread.
Status write_png(ByteStore& store, std::string_view key, View image);

}  // namespace pantile::png
