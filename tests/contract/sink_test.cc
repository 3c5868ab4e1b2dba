#include "contract/sink_contract.h"

#include "io/codec/codecs.h"
#include "io/store/file_store.h"
#include "io/tiff/tiff_sink.h"
#include "io/tiff/tiff_source.h"
#include "io/zarr/zarr_sink.h"
#include "io/zarr/zarr_source.h"

namespace pantile::contract {
namespace {

template <class Source>
Result<std::unique_ptr<TileSource>> as_tile_source(Result<std::unique_ptr<Source>> source) {
  if (!source.ok()) return source.error();
  return std::unique_ptr<TileSource>(std::move(source).value());
}

SinkCase zarr_case(std::string name, DType dtype, int channels, std::int64_t spool_cap_bytes,
                   bool planes = false) {
  return {.name = std::move(name),
          .dtype = dtype,
          .channels = channels,
          .make = [=](const std::string& folder) -> std::unique_ptr<TileSink> {
            return std::make_unique<zarr::ZarrSink>(
                std::make_shared<FileStore>(folder + "/image.ome.zarr"),
                zarr::SinkOptions{.planes = planes, .spool_cap_bytes = spool_cap_bytes});
          },
          .open =
              [](const std::string& folder) {
                return as_tile_source(zarr::open_path(folder + "/image.ome.zarr"));
              },
          .planes = planes};
}

SinkCase tiff_case(std::string name, DType dtype, int channels, tiff::Compression compression,
                   codec::Method method, tiff::Dialect dialect) {
  return {.name = std::move(name),
          .dtype = dtype,
          .channels = channels,
          .make = [=](const std::string& folder) -> std::unique_ptr<TileSink> {
            tiff::SinkOptions options;
            options.codec = *make_codec({.method = method});
            options.compression = compression;
            options.dialect = dialect;
            return std::make_unique<tiff::TiffSink>(
                std::make_shared<FileStore>(folder), "image.tiff",
                std::make_shared<FileStore>(folder + "/parts"), std::move(options));
          },
          .open =
              [](const std::string& folder) {
                return as_tile_source(tiff::TiffSource::open(folder + "/image.tiff"));
              },
          .lossless = method != codec::Method::jpeg};
}

const SinkCase kCases[] = {
    zarr_case("zarr_rgb8", DType::u8, 3, std::int64_t{1} << 30),
    zarr_case("zarr_rgb8_all_spooled", DType::u8, 3, 0),
    zarr_case("zarr_u16", DType::u16, 1, 10'000),
    zarr_case("zarr_f32", DType::f32, 1, std::int64_t{1} << 30),
    zarr_case("zarr_u8_2", DType::u8, 2, std::int64_t{1} << 30),
    zarr_case("zarr_u16_5_planes", DType::u16, 5, std::int64_t{1} << 30, true),
    zarr_case("zarr_f32_2_planes_spooled", DType::f32, 2, 0, true),
    tiff_case("tiff_rgb8_deflate", DType::u8, 3, tiff::Compression::deflate, codec::Method::deflate,
              tiff::Dialect::ome),
    tiff_case("tiff_rgb8_jpeg_pages", DType::u8, 3, tiff::Compression::jpeg, codec::Method::jpeg,
              tiff::Dialect::pages),
    tiff_case("tiff_u16_zstd", DType::u16, 1, tiff::Compression::zstd, codec::Method::zstd,
              tiff::Dialect::ome),
    tiff_case("tiff_f32_lzw", DType::f32, 1, tiff::Compression::lzw, codec::Method::lzw,
              tiff::Dialect::ome),
};

INSTANTIATE_TEST_SUITE_P(Sinks, SinkContract, testing::ValuesIn(kCases), sink_case_name);

}  // namespace
}  // namespace pantile::contract
