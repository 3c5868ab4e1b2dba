#include <fmt/format.h>

#include <csetjmp>
#include <cstdio>
#include <cstdlib>

#include <jpeglib.h>  // wants <cstdio> before it

#include "core/copy.h"
#include "io/codec/byte_codec.h"

namespace pantile::codec {
namespace {

/// libjpeg reports by jumping out of its functions. Nothing with a destructor may live in a frame
/// that is jumped over, so everything that owns is held by the callers of run_encoder/run_decoder.
struct JpegError {
  jpeg_error_mgr base;  // first: libjpeg hands back a pointer to it
  std::jmp_buf jump;
  char text[JMSG_LENGTH_MAX];
};

[[noreturn]] void leave(j_common_ptr info) {
  auto* error = reinterpret_cast<JpegError*>(info->err);
  error->base.format_message(info, error->text);
  std::longjmp(error->jump, 1);
}

void on_message(j_common_ptr info, int level) {
  // Level -1 is a warning: the data is damaged and libjpeg would go on with grey blocks.
  if (level < 0) leave(info);
}

void install(JpegError& error) {
  jpeg_std_error(&error.base);
  error.base.error_exit = leave;
  error.base.emit_message = on_message;
  error.text[0] = '\0';
}

struct Encoded {
  unsigned char* data = nullptr;
  unsigned long size = 0;
  ~Encoded() { std::free(data); }
};

/// False: error.text says why.
bool run_encoder(View chunk, int quality, bool subsample, JpegError& error, Encoded& out) {
  jpeg_compress_struct info;
  info.err = &error.base;
  if (setjmp(error.jump) != 0) {
    jpeg_destroy_compress(&info);
    return false;
  }
  jpeg_create_compress(&info);
  jpeg_mem_dest(&info, &out.data, &out.size);
  info.image_width = static_cast<JDIMENSION>(chunk.width());
  info.image_height = static_cast<JDIMENSION>(chunk.height());
  info.input_components = chunk.channels();
  info.in_color_space = chunk.channels() == 3 ? JCS_RGB : JCS_GRAYSCALE;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, quality, TRUE);
  info.dct_method = JDCT_ISLOW;  // the same bits with and without SIMD
  if (chunk.channels() == 3) {
    info.comp_info[0].h_samp_factor = info.comp_info[0].v_samp_factor = subsample ? 2 : 1;
  }
  jpeg_start_compress(&info, TRUE);
  while (info.next_scanline < info.image_height) {
    auto* row = reinterpret_cast<JSAMPLE*>(
        const_cast<std::byte*>(chunk.at(static_cast<std::int64_t>(info.next_scanline), 0)));
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  return true;
}

bool run_decoder(std::span<const std::byte> bytes, JpegError& error, MutableView chunk) {
  jpeg_decompress_struct info;
  info.err = &error.base;
  if (setjmp(error.jump) != 0) {
    jpeg_destroy_decompress(&info);
    return false;
  }
  jpeg_create_decompress(&info);
  jpeg_mem_src(&info, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  jpeg_read_header(&info, TRUE);
  if (info.image_width != static_cast<JDIMENSION>(chunk.width()) ||
      info.image_height != static_cast<JDIMENSION>(chunk.height()) ||
      info.num_components != chunk.channels()) {
    std::snprintf(error.text, sizeof error.text, "it is %u x %u with %d components",
                  info.image_width, info.image_height, info.num_components);
    jpeg_destroy_decompress(&info);
    return false;
  }
  // Each further scan is a few bytes that cost a pass over the whole chunk.
  if (jpeg_has_multiple_scans(&info) != 0) {
    std::snprintf(error.text, sizeof error.text, "it is not baseline of one scan");
    jpeg_destroy_decompress(&info);
    return false;
  }
  info.out_color_space = chunk.channels() == 3 ? JCS_RGB : JCS_GRAYSCALE;
  info.dct_method = JDCT_ISLOW;
  jpeg_start_decompress(&info);
  while (info.output_scanline < info.output_height) {
    auto* row =
        reinterpret_cast<JSAMPLE*>(chunk.at(static_cast<std::int64_t>(info.output_scanline), 0));
    jpeg_read_scanlines(&info, &row, 1);
  }
  jpeg_finish_decompress(&info);
  jpeg_destroy_decompress(&info);
  return true;
}

class Jpeg final : public ChunkCodec {
 public:
  Jpeg(int quality, bool subsample) : quality_(quality), subsample_(subsample) {}

  std::string identity() const override {
    return fmt::format("jpeg-{}-{}/interleaved", quality_, subsample_ ? "420" : "444");
  }
  std::unique_ptr<Scratch> make_scratch() const override { return std::make_unique<JpegScratch>(); }

  Status encode(View chunk, Scratch& scratch, std::vector<std::byte>& out) const override {
    PANTILE_TRY(check(chunk.layout()));
    auto& s = static_cast<JpegScratch&>(scratch);
    if (!chunk.layout().is_packed()) {
      s.pixels.resize(chunk.layout().packed_bytes());
      const MutableView packed(
          s.pixels.data(),
          Layout::interleaved(chunk.dtype(), chunk.height(), chunk.width(), chunk.channels()));
      copy_pixels(chunk, packed);
      chunk = packed;
    }
    JpegError error;
    install(error);
    Encoded encoded;
    if (!run_encoder(chunk, quality_, subsample_, error, encoded)) {
      return Error(Code::internal, fmt::format("jpeg: {}", error.text));
    }
    const auto* data = reinterpret_cast<const std::byte*>(encoded.data);
    out = std::vector<std::byte>(data, data + encoded.size);
    return {};
  }

  Status decode(std::span<const std::byte> bytes, Scratch&, MutableView chunk) const override {
    PANTILE_TRY(check(chunk.layout()));
    if (!chunk.layout().is_packed()) {
      return Error(Code::invalid, "chunks are decoded into packed interleaved memory only");
    }
    JpegError error;
    install(error);
    if (!run_decoder(bytes, error, chunk)) {
      return damaged("jpeg", chunk.layout().packed_bytes(), error.text);
    }
    return {};
  }

  std::int64_t working_bytes(const Layout& chunk) const override {
    // libjpeg doubles its output buffer as it grows, and keeps a few rows of blocks.
    const auto raw = static_cast<std::int64_t>(chunk.packed_bytes());
    return 4 * raw + 256 * chunk.width + (std::int64_t{1} << 20);
  }

 private:
  struct JpegScratch final : Scratch {
    std::vector<std::byte> pixels;
  };

  static Status check(const Layout& chunk) {
    if (chunk.dtype != DType::u8 || (chunk.channels != 1 && chunk.channels != 3)) {
      return Error(Code::invalid,
                   fmt::format("jpeg holds uint8 with 1 or 3 channels, not {} with {}; choose "
                               "another compression",
                               dtype_name(chunk.dtype), chunk.channels));
    }
    if (chunk.height < 1 || chunk.width < 1 || chunk.height > JPEG_MAX_DIMENSION ||
        chunk.width > JPEG_MAX_DIMENSION) {
      return Error(Code::invalid, fmt::format("jpeg holds sides of 1 to {} pixels, not {} x {}",
                                              JPEG_MAX_DIMENSION, chunk.width, chunk.height));
    }
    return {};
  }

  int quality_;
  bool subsample_;
};

}  // namespace

std::shared_ptr<const ChunkCodec> make_jpeg(int quality, bool subsample) {
  return std::make_shared<Jpeg>(quality, subsample);
}

}  // namespace pantile::codec
