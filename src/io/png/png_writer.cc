#include "io/png/png_writer.h"

#include <fmt/format.h>
#include <spng.h>

#include <limits>
#include <utility>

#include "core/copy.h"
#include "io/png/encode.h"

namespace pantile::png {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{1} << 18;
constexpr std::int64_t kMostPixelsPerSide = std::numeric_limits<std::int32_t>::max();

}  // namespace

void PngWriter::Free::operator()(spng_ctx* ctx) const { spng_ctx_free(ctx); }

PngWriter::PngWriter(const WriteOptions& options) : options_(options) {}
PngWriter::~PngWriter() = default;

Result<std::unique_ptr<PngWriter>> PngWriter::open(ByteStore& store, std::string_view key,
                                                   const WriteOptions& options) {
  const std::string name = fmt::format("{}/{}", store.name(), key);
  if (options.width < 1 || options.height < 1 || options.width > kMostPixelsPerSide ||
      options.height > kMostPixelsPerSide || options.channels < 1 || options.channels > 4 ||
      (options.dtype != DType::u8 && options.dtype != DType::u16) ||
      options.compression_level < -1 || options.compression_level > 9) {
    return Error(Code::invalid,
                 fmt::format("{}: PNG holds 1 to 4 channels of uint8 or uint16 at levels 0 to 9, "
                             "got {}x{} pixels of {} {} at level {}",
                             name, options.width, options.height, options.channels,
                             dtype_name(options.dtype), options.compression_level));
  }
  std::unique_ptr<PngWriter> writer(new PngWriter(options));
  writer->name_ = name;
  PANTILE_TRY(writer->start(store, key));
  return writer;
}

Status PngWriter::start(ByteStore& store, std::string_view key) {
  PANTILE_ASSIGN(out_, store.open_writer(key));
  const std::int64_t pixel_bytes =
      static_cast<std::int64_t>(dtype_bytes(options_.dtype)) * options_.channels;
  if (options_.width <= kWholeBytes / pixel_bytes / options_.height) {
    whole_ = PixelBuffer(options_.dtype, options_.height, options_.width, options_.channels);
    return {};
  }
  return start_rows();
}

Status PngWriter::start_rows() {
  spng_.reset(spng_ctx_new(SPNG_CTX_ENCODER));
  if (!spng_) return Error(Code::out_of_memory, name_ + ": no memory for a PNG encoder");
  const int level = options_.compression_level >= 0 ? options_.compression_level : 1;
  spng_set_option(spng_.get(), SPNG_IMG_COMPRESSION_LEVEL, level);
  // Trying all filters on every row costs more than a quick deflate itself.
  if (level <= 1) {
    spng_set_option(spng_.get(), SPNG_FILTER_CHOICE,
                    SPNG_FILTER_CHOICE_UP | SPNG_FILTER_CHOICE_SUB);
  }
  spng_ihdr ihdr{};
  ihdr.width = static_cast<std::uint32_t>(options_.width);
  ihdr.height = static_cast<std::uint32_t>(options_.height);
  ihdr.bit_depth = static_cast<std::uint8_t>(8 * dtype_bytes(options_.dtype));
  ihdr.color_type = color_type(options_.channels);
  constexpr std::uint8_t kPerceptual = 0;
  if (int e = spng_set_png_stream(spng_.get(), on_bytes, this); e != 0) return failed(e);
  if (int e = spng_set_ihdr(spng_.get(), &ihdr); e != 0) return failed(e);
  if (int e = spng_set_srgb(spng_.get(), kPerceptual); e != 0) return failed(e);
  if (int e = spng_encode_image(spng_.get(), nullptr, 0, SPNG_FMT_PNG,
                                SPNG_ENCODE_PROGRESSIVE | SPNG_ENCODE_FINALIZE);
      e != 0) {
    return failed(e);
  }
  row_.resize(
      Layout::interleaved(options_.dtype, 1, options_.width, options_.channels).packed_bytes());
  return {};
}

int PngWriter::on_bytes(spng_ctx*, void* self, void* bytes, std::size_t size) {
  auto* const writer = static_cast<PngWriter*>(self);
  const auto* const first = static_cast<const std::byte*>(bytes);
  writer->buffer_.insert(writer->buffer_.end(), first, first + size);
  if (writer->buffer_.size() >= kBufferBytes) writer->stream_status_ = writer->flush();
  return writer->stream_status_.ok() ? 0 : SPNG_IO_ERROR;
}

Status PngWriter::flush() {
  PANTILE_TRY(out_->append(buffer_));
  bytes_written_ += static_cast<std::int64_t>(buffer_.size());
  buffer_.clear();
  return {};
}

Status PngWriter::failed(int code) {
  if (!stream_status_.ok()) return stream_status_.error();
  return Error(Code::internal, fmt::format("{}: PNG encoder: {}", name_, spng_strerror(code)));
}

Status PngWriter::write_rows(View rows) {
  if (rows.width() != options_.width || rows.channels() != options_.channels ||
      rows.dtype() != options_.dtype || rows.height() > options_.height - rows_done_) {
    return Error(
        Code::invalid,
        fmt::format("{}: want at most {} rows of {} pixels of {} {}, got {} of {} of {} {}", name_,
                    options_.height - rows_done_, options_.width, options_.channels,
                    dtype_name(options_.dtype), rows.height(), rows.width(), rows.channels(),
                    dtype_name(rows.dtype())));
  }
  if (!whole_.empty()) {
    const Rect band{0, rows_done_, options_.width, rows_done_ + rows.height()};
    copy_pixels(rows, whole_.view().window(band));
    rows_done_ += rows.height();
    return {};
  }
  const Layout packed = Layout::interleaved(options_.dtype, 1, options_.width, options_.channels);
  for (std::int64_t y = 0; y < rows.height(); ++y) {
    copy_pixels(rows.window({0, y, rows.width(), y + 1}), MutableView(row_.data(), packed));
    const int e = spng_encode_row(spng_.get(), row_.data(), row_.size());
    ++rows_done_;
    const bool last = rows_done_ == options_.height;
    if (e != (last ? SPNG_EOI : 0)) return failed(e);
  }
  return {};
}

Status PngWriter::finish() {
  if (rows_done_ != options_.height) {
    return Error(Code::invalid,
                 fmt::format("{}: {} of {} rows were written", name_, rows_done_, options_.height));
  }
  if (!whole_.empty()) {
    const int level = options_.compression_level >= 0 ? options_.compression_level : 6;
    PANTILE_ASSIGN(buffer_, encode_png(std::as_const(whole_).view(), level).with_context(name_));
  }
  PANTILE_TRY(flush());
  return out_->commit();
}

Status write_png(ByteStore& store, std::string_view key, View image, int compression_level) {
  PANTILE_ASSIGN(const auto writer, PngWriter::open(store, key,
                                                    {.width = image.width(),
                                                     .height = image.height(),
                                                     .channels = image.channels(),
                                                     .dtype = image.dtype(),
                                                     .compression_level = compression_level}));
  PANTILE_TRY(writer->write_rows(image));
  return writer->finish();
}

}  // namespace pantile::png
