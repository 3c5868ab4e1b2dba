#pragma once
/// \file
/// Writes a PNG row by row, atomically.
///
///     PANTILE_ASSIGN(auto png, png::PngWriter::open(store, "a.png", {.width = 640, .height =
///     480})); while (…) PANTILE_TRY(png->write_rows(rows)); PANTILE_TRY(png->finish());

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/buffer.h"
#include "io/store/byte_store.h"
#include "pantile/dtype.h"
#include "pantile/result.h"
#include "pantile/view.h"

struct spng_ctx;

namespace pantile::png {

struct WriteOptions {
  std::int64_t width = 0, height = 0;
  int channels = 3;            ///< 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA.
  DType dtype = DType::u8;     ///< u8 or u16.
  int compression_level = -1;  ///< 0 to 9; -1: 6 up to kWholeBytes of pixels, else 1.
};

/// Pictures of up to this many bytes are kept and encoded at once by finish().
inline constexpr std::int64_t kWholeBytes = std::int64_t{16} << 20;

/// The pixels are said to be sRGB. The bytes depend on the pixels, the options and the versions
/// of libdeflate, libspng and zlib only. Memory: three times the pixels up to kWholeBytes of them,
/// a few rows beyond. One thread at a time.
/// Destroyed without finish(): nothing happened to the file.
class PngWriter {
 public:
  /// Errors: invalid (a size or type PNG has not), out_of_space, io. `store` outlives the writer.
  static Result<std::unique_ptr<PngWriter>> open(ByteStore& store, std::string_view key,
                                                 const WriteOptions& options);
  ~PngWriter();

  /// Appends rows of the full width, any number of them up to what is missing.
  /// Errors: invalid (wrong shape or type, too many rows), out_of_space, io.
  Status write_rows(View rows);
  /// After the last row: makes the file durable and visible. Errors: invalid (rows are missing).
  Status finish();
  std::int64_t bytes_written() const { return bytes_written_; }

 private:
  explicit PngWriter(const WriteOptions& options);
  Status start(ByteStore& store, std::string_view key);
  Status start_rows();
  Status flush();
  Status failed(int code);
  static int on_bytes(spng_ctx* ctx, void* self, void* bytes, std::size_t size);

  struct Free {
    void operator()(spng_ctx* ctx) const;
  };
  WriteOptions options_;
  std::string name_;
  std::unique_ptr<ByteStore::Writer> out_;
  std::unique_ptr<spng_ctx, Free> spng_;  ///< Of a large picture.
  PixelBuffer whole_;                     ///< All pixels of a small picture; empty for a large one.
  Bytes buffer_, row_;
  Status stream_status_;  ///< Why on_bytes() failed.
  std::int64_t rows_done_ = 0, bytes_written_ = 0;
};

/// Writes `image` at once.
Status write_png(ByteStore& store, std::string_view key, View image, int compression_level = -1);

}  // namespace pantile::png
