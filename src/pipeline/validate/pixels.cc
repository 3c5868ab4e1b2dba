#include "pipeline/validate/pixels.h"

#include <algorithm>
#include <cstring>

#include "io/store/memory_store.h"
#include "io/zarr/zarr_source.h"
#include "pipeline/drain/image_job.h"
#include "pipeline/folder/outputs.h"

namespace pantile::validate {

Result<PixelBuffer> read_pixels(const TileSource& source, const Rect& rect,
                                const CancelToken* cancel) {
  const ImageSpec& spec = source.spec();
  PixelBuffer pixels(spec.dtype, rect.height(), rect.width(), spec.channels);
  ReadContext context{cancel};
  PANTILE_TRY(source.read(spec.region(0, rect), pixels.view(), context));
  return pixels;
}

void Found::add_wrong(std::int64_t x, std::int64_t y) {
  const Rect pixel{x, y, x + 1, y + 1};
  where = wrong == 0 ? pixel
                     : Rect{std::min(where.x0, x), std::min(where.y0, y), std::max(where.x1, x + 1),
                            std::max(where.y1, y + 1)};
  ++wrong;
}

void Found::add(const Found& other) {
  pixels += other.pixels;
  if (other.wrong == 0) return;
  if (wrong == 0) where = other.where;
  where = {std::min(where.x0, other.where.x0), std::min(where.y0, other.where.y0),
           std::max(where.x1, other.where.x1), std::max(where.y1, other.where.y1)};
  wrong += other.wrong;
}

Found find_differences(View a, View b, std::int64_t x0, std::int64_t y0) {
  const std::size_t sample = dtype_bytes(a.dtype());
  Found found{.pixels = a.width() * a.height()};
  for (std::int64_t y = 0; y < a.height(); ++y) {
    for (std::int64_t x = 0; x < a.width(); ++x) {
      bool differs = false;
      for (int c = 0; c < a.channels(); ++c) {
        differs = differs || std::memcmp(a.at(y, x, c), b.at(y, x, c), sample) != 0;
      }
      if (differs) found.add_wrong(x0 + x, y0 + y);
    }
  }
  return found;
}

double number_at(const std::byte* at, DType dtype) {
  const auto read = [at]<class T>(T value) {
    std::memcpy(&value, at, sizeof value);
    return static_cast<double>(value);
  };
  switch (dtype) {
    case DType::u8: return read(std::uint8_t{});
    case DType::u16: return read(std::uint16_t{});
    default: return read(float{});
  }
}

Result<std::unique_ptr<TileSource>> through_store(const TileSource& source, std::int64_t tile_px,
                                                  int threads, const CancelToken* cancel) {
  PANTILE_ASSIGN(const SinkPlan plan, plan_layout(source.spec(), tile_px, 2 * tile_px));
  const auto store = std::make_shared<MemoryStore>();
  const auto sink = make_store_sink(store, "picture", 1, plan.planes, "{}", kStoreSpoolBytes);
  PANTILE_TRY(sink->begin(plan));
  const ImageJob job{&source, {sink.get()}, plan, threads};
  RunOptions run;
  run.cancel = cancel;
  ImageJobRun stages(job, run);
  PANTILE_TRY(stages.prepare());
  PANTILE_TRY(stages.drain_as("picture"));
  PANTILE_TRY(sink->finish());
  PANTILE_ASSIGN(auto stored, zarr::ZarrSource::open(store, {}));
  return std::unique_ptr<TileSource>(std::move(stored));
}

}  // namespace pantile::validate
