#include "pipeline/image/compute.h"

#include <gtest/gtest.h>

#include <atomic>
#include <set>

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

/// Counts what it is told.
struct TileCounter final : JobListener {
  explicit TileCounter(bool wants_them) : wants(wants_them) {}
  bool wants_tiles() const override { return wants; }
  void on_tile_begin(const JobTile& tile) override {
    ++begun;
    pixels += tile.rect.area();
    places.insert(tile.row * tile.columns + tile.column);
    all = tile.columns * tile.rows;
  }
  void on_tile_end(const JobTile&) override { ++ended; }
  void on_tile_error(const JobTile& tile, const Error& error) override {
    ++failed;
    EXPECT_TRUE(tile.rect.contains({300, 200, 301, 201}));
    EXPECT_EQ(error.code(), Code::corrupt);
  }
  const bool wants;
  int begun = 0, ended = 0, failed = 0;
  std::int64_t pixels = 0, all = 0;
  std::set<std::int64_t> places;
};

TEST(Compute, TellsOfEveryTileWhoeverWantsToKnow) {
  const Tiled source(64, 9, 7, 40);
  const LevelInfo& level = source.spec().levels.front();
  PixelBuffer out(DType::u8, level.height, level.width, 1);
  for (const bool wants : {true, false}) {
    TileCounter counter(wants);
    RunOptions run;
    run.threads = 3;
    run.listener = &counter;
    ASSERT_TRUE(
        compute_region(source, source.spec().region(0, level.bounds()), out.view(), run).ok());
    EXPECT_EQ(counter.pixels, wants ? level.bounds().area() : 0);
    EXPECT_EQ(static_cast<std::int64_t>(counter.places.size()), counter.all);
    EXPECT_EQ(counter.begun, static_cast<int>(counter.all));
    EXPECT_EQ(counter.ended, counter.begun);
    EXPECT_EQ(counter.failed, 0);
  }
}

/// Fails where pixel 300, 200 is read.
class Broken final : public TileSource {
 public:
  Broken() {
    spec_.dtype = DType::u8;
    spec_.levels = {{.width = 600, .height = 400, .scale = {}, .offset = {}}};
  }
  const ImageSpec& spec() const override { return spec_; }
  Cost cost(const Region&) const override { return {}; }
  Fingerprint fingerprint() const override { return {}; }
  std::int64_t tile_px() const override { return 64; }
  Status read(const Region& region, MutableView, ReadContext&) const override {
    if (!region.rect.contains({300, 200, 301, 201})) return {};
    return Error(Code::corrupt, "broken");
  }

 private:
  ImageSpec spec_;
};

TEST(Compute, TellsOfTheTileThatFails) {
  const Broken source;
  PixelBuffer out(DType::u8, 400, 600, 1);
  TileCounter counter(true);
  RunOptions run;
  run.threads = 2;
  run.listener = &counter;
  EXPECT_FALSE(
      compute_region(source, source.spec().region(0, {0, 0, 600, 400}), out.view(), run).ok());
  EXPECT_EQ(counter.failed, 1);
  EXPECT_EQ(counter.ended + 1, counter.begun);
}

}  // namespace
}  // namespace pantile
