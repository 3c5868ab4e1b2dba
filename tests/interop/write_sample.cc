/// Writes sample images as OME-Zarr with the sink, and the pixels they should hold as .npy, for
/// the readers in test_zarr_readers.py.
///
///     write_sample <folder>       makes <folder>/<name>.ome.zarr and <folder>/<name>.<level>.npy
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>

#include "core/buffer.h"
#include "core/copy.h"
#include "grid/pyramid.h"
#include "grid/tile_grid.h"
#include "io/store/file_store.h"
#include "io/zarr/zarr_sink.h"

namespace pantile {
namespace {

/// NumPy's file format 1.0, C order, shape (c, y, x).
std::string npy_header(DType dtype, int channels, std::int64_t height, std::int64_t width) {
  const char* type = dtype == DType::u8 ? "|u1" : dtype == DType::u16 ? "<u2" : "<f4";
  std::string text =
      fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}, {}, {}), }}", type,
                  channels, height, width);
  text.resize((text.size() + 11 + 63) / 64 * 64 - 11, ' ');
  text += '\n';
  std::string out("\x93NUMPY\x01\x00", 8);
  out += static_cast<char>(text.size() & 0xff);
  out += static_cast<char>(text.size() >> 8);
  return out + text;
}

/// Every level has pixels of its own, so that a reader cannot mistake one for another.
void paint(MutableView view, int level) {
  std::uint32_t state = 1u + static_cast<std::uint32_t>(level);
  for (std::int64_t y = 0; y < view.height(); ++y) {
    for (std::int64_t x = 0; x < view.width(); ++x) {
      for (int c = 0; c < view.channels(); ++c) {
        state = state * 1664525u + 1013904223u;
        const auto value =
            static_cast<std::uint32_t>(x * 3 + y * 5 + c * 70 + level * 11) + (state >> 29);
        switch (view.dtype()) {
          case DType::u8: {
            const auto v = static_cast<std::uint8_t>(value);
            std::memcpy(view.at(y, x, c), &v, sizeof v);
            break;
          }
          case DType::u16: {
            const auto v = static_cast<std::uint16_t>(value * 37);
            std::memcpy(view.at(y, x, c), &v, sizeof v);
            break;
          }
          default: {
            const float v = static_cast<float>(value) * 0.25f - 100.0f;
            std::memcpy(view.at(y, x, c), &v, sizeof v);
            break;
          }
        }
      }
    }
  }
}

Status write_npy(FileStore& store, const std::string& key, View view) {
  PixelBuffer planar(view.dtype(), view.height() * view.channels(), view.width(), 1);
  for (int c = 0; c < view.channels(); ++c) {
    const Rect rows{0, c * view.height(), view.width(), (c + 1) * view.height()};
    copy_pixels(view.select_channels(c, c + 1), planar.view().window(rows));
  }
  const std::string header = npy_header(view.dtype(), view.channels(), view.height(), view.width());
  const std::span<const std::byte> parts[] = {as_bytes(header),
                                              {planar.data(), planar.size_bytes()}};
  return store.write(key, parts);
}

Status write_level(zarr::ZarrSink& sink, const SinkPlan& plan, int level, View image) {
  const auto& info = plan.spec.levels[static_cast<std::size_t>(level)];
  const TileGrid shards{info.width, info.height, plan.shard_px};
  const TileGrid chunks{info.width, info.height, plan.chunk_px};
  const auto codec = sink.codec();
  const auto scratch = codec->make_scratch();
  for (std::int64_t sy = 0; sy < shards.rows(); ++sy) {
    for (std::int64_t sx = 0; sx < shards.columns(); ++sx) {
      const UnitId unit{level, sx, sy};
      const Rect cells = chunks.cells(shards.rect(sx, sy));
      for (std::int64_t y = cells.y0; y < cells.y1; ++y) {
        for (std::int64_t x = cells.x0; x < cells.x1; ++x) {
          PixelBuffer chunk(image.dtype(), plan.chunk_px, plan.chunk_px, image.channels());
          const Rect rect = chunks.rect(x, y);
          copy_pixels(image.window(rect), chunk.view().window({0, 0, rect.width(), rect.height()}));
          Bytes encoded;
          PANTILE_TRY(codec->encode(chunk.view(), *scratch, encoded));
          PANTILE_TRY(sink.put(unit, {level, x, y}, std::move(encoded)));
        }
      }
      PANTILE_TRY(sink.commit(unit));
    }
  }
  return {};
}

Status write_sample(const std::string& folder, const std::string& name, DType dtype, int channels,
                    std::int64_t width, std::int64_t height, int zstd_level) {
  SinkPlan plan;
  plan.chunk_px = 64;
  plan.shard_px = 256;
  plan.spec.name = name;
  plan.spec.channels = channels;
  plan.spec.dtype = dtype;
  plan.spec.kind = channels == 3 ? Kind::rgb : Kind::intensity;
  plan.spec.unit = dtype == DType::u16 ? "micrometer" : "";
  plan.spec.levels = halving_levels({width, height, {0.5, 0.5}, {-1, 2}}, plan.chunk_px);

  zarr::ZarrSink sink(std::make_shared<FileStore>(folder + "/" + name + ".ome.zarr"),
                      {.zstd_level = zstd_level, .spool_cap_bytes = 20'000});
  PANTILE_TRY(sink.begin(plan));
  FileStore arrays(folder);
  for (std::size_t i = 0; i < plan.spec.levels.size(); ++i) {
    const auto& level = plan.spec.levels[i];
    PixelBuffer image(dtype, level.height, level.width, channels);
    paint(image.view(), static_cast<int>(i));
    PANTILE_TRY(write_npy(arrays, fmt::format("{}.{}.npy", name, i), image.view()));
    PANTILE_TRY(write_level(sink, plan, static_cast<int>(i), image.view()));
  }
  return sink.finish();
}

Status write_all(const std::string& folder) {
  PANTILE_TRY(write_sample(folder, "rgb8", DType::u8, 3, 701, 523, 1));
  PANTILE_TRY(write_sample(folder, "rgb8-small", DType::u8, 3, 17, 33, 3));
  PANTILE_TRY(write_sample(folder, "u16", DType::u16, 1, 300, 515, 1));
  return write_sample(folder, "f32", DType::f32, 1, 257, 256, 1);
}

}  // namespace
}  // namespace pantile

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: write_sample <folder>\n");
    return EXIT_FAILURE;
  }
  const pantile::Status status = pantile::write_all(argv[1]);
  if (!status.ok()) {
    std::fprintf(stderr, "write_sample: %s\n", status.error().message().c_str());
    return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}
