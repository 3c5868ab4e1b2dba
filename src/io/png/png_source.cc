#include "io/png/png_source.h"

#include <fmt/format.h>
#include <spng.h>

#include <filesystem>
#include <fstream>
#include <limits>
#include <utility>
#include <vector>

#include "core/copy.h"
#include "core/hash.h"

namespace pantile::png {
namespace {

/// How libspng is asked for the pixels, and what it then gives.
struct Form {
  int format = SPNG_FMT_PNG;
  int flags = 0;
  int channels = 1;
  DType dtype = DType::u8;
};

Form choose_form(spng_ctx* ctx, const spng_ihdr& ihdr) {
  Form form;
  if (ihdr.bit_depth == 16) form.dtype = DType::u16;
  switch (ihdr.color_type) {
    case SPNG_COLOR_TYPE_GRAYSCALE:
      if (ihdr.bit_depth < 8) form.format = SPNG_FMT_G8;
      break;
    case SPNG_COLOR_TYPE_GRAYSCALE_ALPHA: form.channels = 2; break;
    case SPNG_COLOR_TYPE_TRUECOLOR: form.channels = 3; break;
    case SPNG_COLOR_TYPE_TRUECOLOR_ALPHA: form.channels = 4; break;
    default: {  // palette
      spng_trns trns{};
      const bool alpha = spng_get_trns(ctx, &trns) == 0;
      form.format = alpha ? SPNG_FMT_RGBA8 : SPNG_FMT_RGB8;
      form.flags = alpha ? SPNG_DECODE_TRNS : 0;
      form.channels = alpha ? 4 : 3;
    }
  }
  return form;
}

Error corrupt(int code) {
  return Error(Code::corrupt, fmt::format("damaged PNG: {}", spng_strerror(code)));
}

}  // namespace

Result<Image> decode_png(std::span<const std::byte> bytes, std::int64_t limit_bytes) {
  constexpr std::size_t kSignatureBytes = 8;
  if (bytes.size() < kSignatureBytes) return Error(Code::foreign, "not a PNG: too short");
  const std::unique_ptr<spng_ctx, void (*)(spng_ctx*)> ctx(spng_ctx_new(0), spng_ctx_free);
  if (!ctx) return Error(Code::out_of_memory, "no memory for a PNG decoder");
  // Text and colour profiles are not used: a small bound for all that is not pixels.
  constexpr std::size_t kChunkBytes = std::size_t{16} << 20;
  spng_set_chunk_limits(ctx.get(), kChunkBytes, 2 * kChunkBytes);
  if (int e = spng_set_png_buffer(ctx.get(), bytes.data(), bytes.size()); e != 0) {
    return corrupt(e);
  }
  spng_ihdr ihdr{};
  if (int e = spng_get_ihdr(ctx.get(), &ihdr); e != 0) {
    if (e == SPNG_ESIGNATURE) return Error(Code::foreign, "not a PNG");
    return corrupt(e);
  }
  const Form form = choose_form(ctx.get(), ihdr);
  const std::int64_t pixel_bytes =
      static_cast<std::int64_t>(dtype_bytes(form.dtype)) * form.channels;
  // Sides are below 2^31 and a pixel at most 8 bytes: divided, so nothing overflows.
  if (ihdr.width > limit_bytes / pixel_bytes / ihdr.height) {
    return Error(Code::out_of_memory,
                 fmt::format("{}x{} pixels of {} bytes, more than the {} MiB that are read whole: "
                             "convert it to a tiled TIFF first",
                             ihdr.width, ihdr.height, pixel_bytes, limit_bytes >> 20));
  }
  std::size_t size = 0;
  if (int e = spng_decoded_image_size(ctx.get(), form.format, &size); e != 0) return corrupt(e);
  Image image;
  image.pixels = PixelBuffer(form.dtype, ihdr.height, ihdr.width, form.channels);
  if (size != image.pixels.size_bytes()) {
    return Error(Code::internal,
                 fmt::format("PNG of {} bytes, expected {}", size, image.pixels.size_bytes()));
  }
  if (int e = spng_decode_image(ctx.get(), image.pixels.data(), size, form.format, form.flags);
      e != 0) {
    return corrupt(e);
  }
  if (form.channels == 3) image.kind = Kind::rgb;
  if (form.channels == 4) image.kind = Kind::rgba;
  return image;
}

Result<Image> read_png(const std::string& path, std::int64_t limit_bytes) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    return Error(Code::not_found, fmt::format("{}: no such file", path));
  }
  if (!std::filesystem::is_regular_file(path, error)) {
    return Error(Code::foreign, fmt::format("{}: want a PNG file, got a folder or a device", path));
  }
  const auto size = static_cast<std::int64_t>(std::filesystem::file_size(path, error));
  if (!error && size > limit_bytes) {
    return Error(Code::out_of_memory, fmt::format("{}: {} bytes, more than the {} MiB that are "
                                                  "read whole",
                                                  path, size, limit_bytes >> 20));
  }
  std::vector<std::byte> bytes(error ? 0 : static_cast<std::size_t>(size));
  std::ifstream file(path, std::ios::binary);
  if (error || !file.read(reinterpret_cast<char*>(bytes.data()),
                          static_cast<std::streamsize>(bytes.size()))) {
    return Error(Code::io, fmt::format("{}: cannot be read", path));
  }
  return decode_png(bytes, limit_bytes).with_context(path);
}

PngSource::PngSource(std::string name, Image image) : image_(std::move(image)) {
  const Layout layout = std::as_const(image_.pixels).view().layout();
  spec_.name = std::move(name);
  spec_.channels = layout.channels;
  spec_.dtype = layout.dtype;
  spec_.kind = image_.kind;
  spec_.levels = {{layout.width, layout.height, {}, {}}};
  fingerprint_ =
      Hasher()
          .add("png")
          .add(dtype_name(layout.dtype))
          .add(layout.width)
          .add(layout.height)
          .add(std::int64_t{layout.channels})
          .add(std::span(std::as_const(image_.pixels).data(), image_.pixels.size_bytes()))
          .finish();
}

Result<std::unique_ptr<PngSource>> PngSource::open(const std::string& path,
                                                   std::int64_t limit_bytes) {
  PANTILE_ASSIGN(Image image, read_png(path, limit_bytes));
  return std::unique_ptr<PngSource>(
      new PngSource(std::filesystem::path(path).stem().string(), std::move(image)));
}

Status PngSource::read(const Region& region, MutableView out, ReadContext& ctx) const {
  PANTILE_TRY(check_read(spec_, region, out));
  if (ctx.cancelled()) return Error(Code::cancelled, "stopped on request");
  const View all = image_.pixels.view();
  copy_pixels(View(all.window(region.rect)).select_channels(region.c0, region.c1), out);
  return {};
}

}  // namespace pantile::png
