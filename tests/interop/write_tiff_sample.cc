/// Writes sample images as TIFF with the sink, and the pixels they should hold as .npy, for the
/// readers in test_tiff_readers.py.
///
///     write_tiff_sample <folder>      makes <folder>/<name>.tiff and <folder>/<name>.<level>.npy
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "io/codec/codecs.h"
#include "io/store/file_store.h"
#include "io/store/memory_store.h"
#include "io/tiff/test_pyramid.h"
#include "io/tiff/tiff_sink.h"

namespace pantile::tiff {
namespace {

struct Sample {
  std::string_view name;
  DType dtype;
  int channels;
  std::int64_t width, height;
  Compression compression;
  codec::Spec codec;
  Dialect dialect;
};

using enum codec::Method;
const Sample kSamples[] = {
    {"rgb8-deflate-ome", DType::u8, 3, 701, 523, Compression::deflate, {deflate}, Dialect::ome},
    {"rgb8-deflate-pages", DType::u8, 3, 701, 523, Compression::deflate, {deflate}, Dialect::pages},
    {"rgb8-predictor-ome",
     DType::u8,
     3,
     701,
     523,
     Compression::deflate,
     {.method = deflate, .level = 6, .predictor = true},
     Dialect::ome},
    {"rgb8-zstd-ome", DType::u8, 3, 701, 523, Compression::zstd, {zstd}, Dialect::ome},
    {"rgb8-zstd-pages", DType::u8, 3, 701, 523, Compression::zstd, {zstd}, Dialect::pages},
    {"rgb8-lzw-ome", DType::u8, 3, 701, 523, Compression::lzw, {lzw}, Dialect::ome},
    {"rgb8-none-pages", DType::u8, 3, 701, 523, Compression::none, {raw}, Dialect::pages},
    {"rgb8-jpeg-ome",
     DType::u8,
     3,
     701,
     523,
     Compression::jpeg,
     {.method = jpeg, .jpeg_quality = 95},
     Dialect::ome},
    {"rgb8-jpeg-pages",
     DType::u8,
     3,
     701,
     523,
     Compression::jpeg,
     {.method = jpeg, .jpeg_quality = 95},
     Dialect::pages},
    {"rgb8-jpeg420-pages",
     DType::u8,
     3,
     701,
     523,
     Compression::jpeg,
     {.method = jpeg, .jpeg_quality = 95, .jpeg_subsample = true},
     Dialect::pages},
    {"rgb8-small-ome", DType::u8, 3, 17, 33, Compression::deflate, {deflate}, Dialect::ome},
    {"rgb8-small-pages", DType::u8, 3, 17, 33, Compression::deflate, {deflate}, Dialect::pages},
    {"rgb8-even-pages", DType::u8, 3, 512, 256, Compression::deflate, {deflate}, Dialect::pages},
    {"rgba8-deflate-ome", DType::u8, 4, 130, 100, Compression::deflate, {deflate}, Dialect::ome},
    {"grey8-lzw-ome", DType::u8, 1, 300, 515, Compression::lzw, {lzw}, Dialect::ome},
    {"grey8-jpeg-ome",
     DType::u8,
     1,
     300,
     515,
     Compression::jpeg,
     {.method = jpeg, .jpeg_quality = 95},
     Dialect::ome},
    {"u16-deflate-ome", DType::u16, 1, 300, 515, Compression::deflate, {deflate}, Dialect::ome},
    {"u16-predictor-ome",
     DType::u16,
     1,
     300,
     515,
     Compression::deflate,
     {.method = deflate, .predictor = true},
     Dialect::ome},
    {"u16-zstd-pages", DType::u16, 1, 300, 515, Compression::zstd, {zstd}, Dialect::pages},
    {"f32-zstd-ome", DType::f32, 1, 257, 256, Compression::zstd, {zstd}, Dialect::ome},
    {"f32-deflate-pages", DType::f32, 1, 257, 256, Compression::deflate, {deflate}, Dialect::pages},
};

/// NumPy's file format 1.0, C order, shape (y, x, c).
Status write_npy(ByteStore& store, const std::string& key, View image) {
  const char* type = image.dtype() == DType::u8    ? "|u1"
                     : image.dtype() == DType::u16 ? "<u2"
                                                   : "<f4";
  std::string text =
      fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}, {}, {}), }}", type,
                  image.height(), image.width(), image.channels());
  text.resize((text.size() + 11 + 63) / 64 * 64 - 11, ' ');
  text += '\n';
  std::string head("\x93NUMPY\x01\x00", 8);
  head += static_cast<char>(text.size() & 0xff);
  head += static_cast<char>(text.size() >> 8);
  head += text;
  const std::span<const std::byte> parts[] = {as_bytes(head),
                                              {image.data(), image.layout().packed_bytes()}};
  return store.write(key, parts);
}

Status write_sample(const std::string& folder, const Sample& s) {
  const TestPyramid picture(s.width, s.height, s.channels, s.dtype, 64, 256);
  const auto target = std::make_shared<FileStore>(folder);
  SinkOptions options;
  PANTILE_ASSIGN(options.codec, make_codec(s.codec));
  options.compression = s.compression;
  options.predictor = s.codec.predictor;
  options.jpeg_subsample = s.codec.jpeg_subsample;
  options.dialect = s.dialect;
  TiffSink sink(target, fmt::format("{}.tiff", s.name), std::make_shared<MemoryStore>(),
                std::move(options));
  PANTILE_TRY(picture.write(sink));
  for (std::size_t i = 0; i < picture.levels.size(); ++i) {
    PANTILE_TRY(write_npy(*target, fmt::format("{}.{}.npy", s.name, i), picture.levels[i].view()));
  }
  return {};
}

}  // namespace
}  // namespace pantile::tiff

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: write_tiff_sample <folder>\n");
    return EXIT_FAILURE;
  }
  for (const auto& sample : pantile::tiff::kSamples) {
    if (const auto s = pantile::tiff::write_sample(argv[1], sample); !s.ok()) {
      std::fprintf(stderr, "%s: %s\n", std::string(sample.name).c_str(),
                   s.error().message().c_str());
      return EXIT_FAILURE;
    }
  }
  return EXIT_SUCCESS;
}
