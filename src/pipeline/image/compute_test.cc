#include "pipeline/image/compute.h"

#include <gtest/gtest.h>

#include <atomic>

#include "core/buffer.h"
#include "core/copy.h"
#include "ops/cache/tile_cache.h"

namespace pantile {
namespace {

/// A ramp in tiles, of which it keeps some; a read takes a pixel more on every side.
class Tiled final : public TileSource {
 public:
  Tiled(std::int64_t tile, std::int64_t columns, std::int64_t rows, int kept)
      : tile_(tile), cache_(kept * tile * tile) {
    spec_.name = "tiled";
    spec_.dtype = DType::u8;
    spec_.channels = 1;
    spec_.levels = {
        {.width = columns * tile - 3, .height = rows * tile - 5, .scale = {}, .offset = {}}};
  }
  const ImageSpec& spec() const override { return spec_; }
  Cost cost(const Region&) const override { return {}; }
  Fingerprint fingerprint() const override { return {}; }
  std::int64_t tile_px() const override { return tile_; }
  Status read(const Region& region, MutableView out, ReadContext&) const override {
    const Rect& r = region.rect;
    const Rect wanted =
        intersect({r.x0 - 1, r.y0 - 1, r.x1 + 1, r.y1 + 1}, spec_.levels.front().bounds());
    for (std::int64_t row = wanted.y0 / tile_; row * tile_ < wanted.y1; ++row) {
      for (std::int64_t column = wanted.x0 / tile_; column * tile_ < wanted.x1; ++column) {
        const auto make = [&]() -> Result<PixelBuffer> {
          ++made_;
          return PixelBuffer(DType::u8, tile_, tile_, 1);
        };
        PANTILE_TRY(cache_.get({0, row, column}, make));
      }
    }
    for (std::int64_t y = r.y0; y < r.y1; ++y) {
      for (std::int64_t x = r.x0; x < r.x1; ++x) {
        *out.at(y - r.y0, x - r.x0) = std::byte{static_cast<std::uint8_t>(7 * y + x)};
      }
    }
    return {};
  }
  int made() const { return made_; }

 private:
  std::int64_t tile_;
  ImageSpec spec_;
  mutable std::atomic<int> made_{0};
  mutable TileCache cache_;
};

void expect_ramp(const PixelBuffer& pixels, const Rect& rect) {
  for (std::int64_t y = 0; y < rect.height(); ++y) {
    for (std::int64_t x = 0; x < rect.width(); ++x) {
      ASSERT_EQ(*pixels.view().at(y, x),
                std::byte{static_cast<std::uint8_t>(7 * (y + rect.y0) + x + rect.x0)})
          << x << " " << y;
    }
  }
}

TEST(Compute, FillsEveryPixelOfAnyPartByAnyThreads) {
  for (const auto& [columns, rows] : {std::pair{1, 1}, {1, 9}, {5, 1}, {13, 7}, {70, 66}}) {
    const Tiled source(16, columns, rows, 4);
    const Rect all = source.spec().levels.front().bounds();
    for (const Rect& part : {all, Rect{all.x1 / 3, all.y1 / 4, all.x1 - 1, all.y1}}) {
      for (const int threads : {1, 3}) {
        RunOptions run;
        run.threads = threads;
        PixelBuffer out(DType::u8, part.height(), part.width(), 1);
        ASSERT_TRUE(compute_region(source, {0, 0, 0, 0, 1, part}, out.view(), run).ok());
        expect_ramp(out, part);
      }
    }
  }
}

TEST(Compute, ComesBackForBordersWhileTheyAreKept) {
  // With 18 tiles kept of 24 in a row, row by row would make nearly every tile three times.
  const Tiled source(300, 24, 10, 18);
  const Rect all = source.spec().levels.front().bounds();
  RunOptions run;
  run.threads = 1;
  PixelBuffer out(DType::u8, all.height(), all.width(), 1);
  ASSERT_TRUE(compute_region(source, {0, 0, 0, 0, 1, all}, out.view(), run).ok());
  EXPECT_LE(source.made(), 24 * 10 * 3 / 2);
}

}  // namespace
}  // namespace pantile
