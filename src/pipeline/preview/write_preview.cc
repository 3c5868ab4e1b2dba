#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <filesystem>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "core/buffer.h"
#include "io/png/png_writer.h"
#include "io/store/file_store.h"
#include "ops/resize/area_source.h"
#include "pipeline/preview/previews.h"
#include "runtime/workers.h"

namespace pantile {
namespace {

// Pixels are read in slabs of whole bands of the PNG, a slab in strips from side to side. It is as
// high as memory allows, so that few chunks of the source are decoded for two slabs; while it is
// read, the slab above is encoded.
constexpr std::int64_t kSlabBytesPerThread = std::int64_t{4} << 20;
constexpr int kMostSlabParts = 4;

std::int64_t rows_per_slab(std::int64_t row_bytes, int threads) {
  const std::int64_t band_rows = png::rows_per_band(row_bytes);
  const std::int64_t wanted = kSlabBytesPerThread * std::min(threads, kMostSlabParts);
  return band_rows * std::max<std::int64_t>(1, wanted / (band_rows * row_bytes));
}

/// A strip's most and least pixels of the source: whole chunks, of which two strips decode only
/// that on which the edge between them falls.
constexpr std::int64_t kMostStripPx = 2048, kLeastStripPx = 512;

/// The edges of the strips of a picture; so many that every thread has some, if there can be.
std::vector<std::int64_t> cut_into_strips(std::int64_t width, std::int64_t source_width,
                                          int threads) {
  std::int64_t strip_px = kMostStripPx;
  while (strip_px > kLeastStripPx && source_width / strip_px < 2 * threads) strip_px /= 2;
  const double factor = static_cast<double>(width) / static_cast<double>(source_width);
  std::vector<std::int64_t> edges{0};
  for (std::int64_t source_x = strip_px; source_x < source_width; source_x += strip_px) {
    const auto x = static_cast<std::int64_t>(static_cast<double>(source_x) * factor);
    if (x > edges.back() && x < width) edges.push_back(x);
  }
  edges.push_back(width);
  return edges;
}

/// Writes one image, which has the size of the picture, as a PNG.
class PictureWriter {
 public:
  /// `strips`: edges, from 0 to the width.
  PictureWriter(const TileSource& image, png::PngWriter& png, std::vector<std::int64_t> strips,
                int threads, const CancelToken* cancel)
      : image_(image),
        png_(png),
        strips_(std::move(strips)),
        threads_(threads),
        cancel_(cancel),
        width_(image.spec().levels[0].width),
        height_(image.spec().levels[0].height) {
    const ImageSpec& spec = image.spec();
    slab_rows_ = std::min(height_, rows_per_slab(width_ * spec.pixel_bytes(), threads));
    for (PixelBuffer& slab : slabs_) {
      slab = PixelBuffer(spec.dtype, slab_rows_, width_, spec.channels);
    }
    for (int t = 0; t < threads; ++t) encoders_.push_back(png.make_encoder());
  }

  Status run(const std::function<void(std::int64_t)>& on_rows) {
    const std::int64_t slabs = (height_ + slab_rows_ - 1) / slab_rows_;
    for (std::int64_t slab = 0; slab <= slabs; ++slab) {
      PANTILE_TRY(run_step(slab));
      if (on_rows && slab > 0) on_rows(rows_of(slab - 1));
    }
    return png_.finish();
  }

 private:
  std::int64_t rows_of(std::int64_t slab) const {
    return slab < 0 ? 0 : std::clamp<std::int64_t>(height_ - slab * slab_rows_, 0, slab_rows_);
  }
  std::int64_t strip_count() const { return static_cast<std::int64_t>(strips_.size()) - 1; }
  /// To and fro: the chunks that the last strips of a slab have read are kept for the next slab.
  std::int64_t in_turn(std::int64_t slab, std::int64_t i) const {
    return slab % 2 == 0 ? i : strip_count() - 1 - i;
  }
  PixelBuffer& buffer_of(std::int64_t slab) { return slabs_[static_cast<std::size_t>(slab % 2)]; }

  /// Reads slab `slab` and encodes the one above it; either may not be there.
  Status run_step(std::int64_t slab) {
    const std::int64_t bands = (rows_of(slab - 1) + png_.band_rows() - 1) / png_.band_rows();
    const std::int64_t tasks = bands + (rows_of(slab) > 0 ? strip_count() : 0);
    encoded_.assign(static_cast<std::size_t>(bands), std::nullopt);
    written_ = 0;
    std::atomic<std::int64_t> next = 0;
    std::atomic<bool> failed = false;
    return run_workers(threads_, [&](int worker) -> Status {
      for (std::int64_t task = next++; task < tasks && !failed; task = next++) {
        const Status status = task < bands ? encode_band(slab - 1, task, worker)
                                           : read_strip(slab, in_turn(slab, task - bands));
        if (status.ok()) continue;
        failed = true;
        return status;
      }
      return {};
    });
  }

  Status check_cancelled() const {
    if (cancel_ == nullptr || !cancel_->cancelled()) return {};
    return Error(Code::cancelled, "stopped on request");
  }

  Status read_strip(std::int64_t slab, std::int64_t strip) {
    PANTILE_TRY(check_cancelled());
    const auto i = static_cast<std::size_t>(strip);
    const std::int64_t y = slab * slab_rows_, rows = rows_of(slab);
    ReadContext context{cancel_};
    return image_.read(image_.spec().region(0, {strips_[i], y, strips_[i + 1], y + rows}),
                       buffer_of(slab).view().window({strips_[i], 0, strips_[i + 1], rows}),
                       context);
  }

  Status encode_band(std::int64_t slab, std::int64_t band, int worker) {
    PANTILE_TRY(check_cancelled());
    const std::int64_t y0 = band * png_.band_rows();
    const std::int64_t y1 = std::min(rows_of(slab), y0 + png_.band_rows());
    const std::int64_t number = slab * slab_rows_ / png_.band_rows() + band;
    PANTILE_ASSIGN(
        png::EncodedBand encoded,
        png_.encode(number, std::as_const(buffer_of(slab)).view().window({0, y0, width_, y1}),
                    encoders_[static_cast<std::size_t>(worker)]));
    const std::lock_guard lock(mutex_);
    encoded_[static_cast<std::size_t>(band)] = std::move(encoded);
    for (; written_ < encoded_.size() && encoded_[written_]; ++written_) {
      PANTILE_TRY(png_.append(*encoded_[written_]));
      encoded_[written_].reset();
    }
    return {};
  }

  const TileSource& image_;
  png::PngWriter& png_;
  const std::vector<std::int64_t> strips_;
  const int threads_;
  const CancelToken* const cancel_;
  const std::int64_t width_, height_;
  std::int64_t slab_rows_ = 0;              ///< Whole bands, unless it is all of the picture.
  std::array<PixelBuffer, 2> slabs_;        ///< One is read while the other is encoded.
  std::vector<png::BandEncoder> encoders_;  ///< One a worker.

  std::mutex mutex_;
  std::vector<std::optional<png::EncodedBand>> encoded_;  ///< Of a slab, until they are written.
  std::size_t written_ = 0;
};

}  // namespace

std::int64_t preview_memory_bytes(const ImageSpec& spec, std::int64_t width, int threads) {
  const std::int64_t row = width * spec.pixel_bytes();
  const std::int64_t slab = row * rows_per_slab(row, threads);
  constexpr std::int64_t kSumBytes = kMostStripPx * 256;  // AreaSource's, of one row of a strip
  // What the allocator keeps of buffers that were freed, for each thread.
  constexpr std::int64_t kHeapBytes = std::int64_t{8} << 20;
  const std::int64_t worker = AreaSource::kPieceBytes + kSumBytes + kHeapBytes +
                              png::BandEncoder::working_bytes(row, png::rows_per_band(row));
  // Two slabs of pixels; while the first band of one is late, the others wait for it encoded.
  return 3 * slab + threads * worker;
}

Status write_preview(std::shared_ptr<const TileSource> image, std::int64_t width,
                     std::int64_t height, std::unique_ptr<ByteStore::Writer> out,
                     const std::string& name, int threads, const CancelToken* cancel,
                     const std::function<void(std::int64_t)>& on_rows) {
  const int level = level_for_size(image->spec(), width, height);
  const std::int64_t source_width = image->spec().levels[static_cast<std::size_t>(level)].width;
  PANTILE_ASSIGN(const auto shrunk, AreaSource::create(std::move(image), level, width, height));
  const ImageSpec& spec = shrunk->spec();
  if (spec.dtype != DType::u8 && spec.dtype != DType::u16) {
    return Error(Code::invalid, fmt::format("{}: PNG holds 8- and 16-bit samples, found {}; give "
                                            "--colormap and --range to see values in colours",
                                            name, dtype_name(spec.dtype)));
  }
  png::WriteOptions options;
  options.width = width;
  options.height = height;
  options.channels = spec.channels;
  options.dtype = spec.dtype;
  PANTILE_ASSIGN(const auto png, png::PngWriter::open(std::move(out), name, options));
  return PictureWriter(*shrunk, *png, cut_into_strips(width, source_width, threads), threads,
                       cancel)
      .run(on_rows);
}

Status write_preview(std::shared_ptr<const TileSource> image, std::int64_t width,
                     std::int64_t height, const std::string& path, int threads,
                     const CancelToken* cancel, const std::function<void(std::int64_t)>& on_rows) {
  const std::filesystem::path file(path);
  FileStore folder(file.has_parent_path() ? file.parent_path().string() : ".");
  PANTILE_ASSIGN(auto out, folder.open_writer(file.filename().string()));
  return write_preview(std::move(image), width, height, std::move(out), path, threads, cancel,
                       on_rows);
}

}  // namespace pantile
