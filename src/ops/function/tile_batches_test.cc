#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <mutex>
#include <vector>

#include "core/copy.h"
#include "ops/function/function_source.h"
#include "ops/function/test_places.h"

namespace pantile {
namespace {

using test::Places;
using test::read;

/// Two channels: the pixel, and what is `reach` to the right and below. Notes its batches.
class Pairs final : public TileFunction {
 public:
  explicit Pairs(int reach) : reach_(reach) {}
  std::string name() const override { return "pairs"; }
  Fingerprint fingerprint() const override { return hash_text("pairs"); }
  Status apply(const FunctionTile&, View, MutableView) const override {
    return Error(Code::internal, "called for a tile alone");
  }
  Status apply_batch(std::span<const FunctionTile> tiles, View in, MutableView out) const override {
    {
      const std::lock_guard lock(mutex);
      for (const FunctionTile& tile : tiles) {
        together[{tile.row, tile.column}] = {tiles.size(), tiles.front().row, tiles.front().column};
        EXPECT_EQ(tile.core.width(), tiles.front().core.width());
        EXPECT_EQ(tile.core.height(), tile.core.width());
      }
      ++calls;
    }
    EXPECT_EQ(in.channels() * 2, out.channels());
    for (int k = 0; k < in.channels(); ++k) {
      if (tiles[static_cast<std::size_t>(k)].core.x0 == fails_at) return Error(Code::invalid, "no");
      for (std::int64_t y = 0; y < out.height(); ++y) {
        for (std::int64_t x = 0; x < out.width(); ++x) {
          std::memcpy(out.at(y, x, 2 * k), in.at(y + reach_, x + reach_, k), 4);
          std::memcpy(out.at(y, x, 2 * k + 1), in.at(y + 2 * reach_, x + 2 * reach_, k), 4);
        }
      }
    }
    return {};
  }
  mutable std::mutex mutex;
  mutable int calls = 0;
  mutable std::map<std::pair<std::int64_t, std::int64_t>,
                   std::tuple<std::size_t, std::int64_t, std::int64_t>>
      together;
  std::int64_t fails_at = -1;

 private:
  int reach_;
};

FunctionOptions options(std::int64_t tile, int batch, std::int64_t halo) {
  FunctionOptions all;
  all.tile_px = tile;
  all.batch = batch;
  all.halo_px = halo;
  all.channels = 2;
  return all;
}

std::int32_t sample(const PixelBuffer& pixels, std::int64_t y, std::int64_t x, int c) {
  std::int32_t value = 0;
  std::memcpy(&value, pixels.view().at(y, x, c), sizeof value);
  return value;
}

TEST(TileBatches, GiveThePixelsOfTheWhole) {
  for (const std::int64_t tile : {7, 16, 33, 200}) {
    for (const int batch : {1, 3, 4, 8}) {
      const auto source = apply_function(std::make_shared<Places>(), std::make_shared<Pairs>(3),
                                         options(tile, batch, 3));
      ASSERT_TRUE(source.ok());
      const PixelBuffer whole = read(**source, {0, 0, 100, 70});
      for (const auto& [y, x] : {std::pair{0, 0}, {69, 99}, {13, 50}, {33, 98}}) {
        EXPECT_EQ(sample(whole, y, x, 0), y * 1000 + x);
        const std::int64_t below = inside(y + 3, 70, Boundary::reflect);
        const std::int64_t right = inside(x + 3, 100, Boundary::reflect);
        EXPECT_EQ(sample(whole, y, x, 1), below * 1000 + right);
      }
      const Rect part{11, 5, 93, 69};
      EXPECT_TRUE(same_pixels(read(**source, part).view(), whole.view().window(part)));
    }
  }
}

TEST(TileBatches, AreTheSameWhateverIsRead) {
  const auto whole = std::make_shared<Pairs>(0), parts = std::make_shared<Pairs>(0);
  const auto a = apply_function(std::make_shared<Places>(), whole, options(10, 8, 0));
  const auto b = apply_function(std::make_shared<Places>(), parts, options(10, 8, 0));
  read(**a, {0, 0, 100, 70});
  EXPECT_EQ(whole->together.size(), 70U);
  EXPECT_EQ(whole->calls, 12);  // blocks of 4 x 2 tiles over 10 x 7
  for (std::int64_t y = 0; y < 70; y += 5) {
    for (std::int64_t x = 95; x >= 0; x -= 5) read(**b, {x, y, x + 5, y + 5});
  }
  EXPECT_EQ(whole->together, parts->together);
  EXPECT_EQ(parts->calls, whole->calls);
  EXPECT_EQ((*a)->tile_px(), 40);
}

TEST(TileBatches, AreFullInNarrowImages) {
  const auto narrow = std::make_shared<Pairs>(0);
  const auto source = apply_function(std::make_shared<Places>(10, 100), narrow, options(10, 4, 0));
  read(**source, {0, 0, 10, 100});
  EXPECT_EQ(narrow->calls, 3);  // 4, 4 and 2 of 10
}

TEST(TileBatches, AreKeptByFours) {
  const auto kept = [](const FunctionOptions& options) {
    const auto calls = TileCalls::make(std::make_shared<Places>(20000, 20000),
                                       std::make_shared<Pairs>(0), options);
    return calls->options().cache_bytes;
  };
  EXPECT_EQ(kept(options(100, 16, 0)), std::int64_t{64} << 20);
  EXPECT_EQ(kept(options(4096, 16, 0)), std::int64_t{4} * 16 * 4096 * 4096 * 8);
  EXPECT_EQ(kept(options(4096, 0, 0)), std::int64_t{64} << 20);
}

TEST(TileBatches, NameTheTilesThatFailed) {
  const auto pairs = std::make_shared<Pairs>(0);
  pairs->fails_at = 60;
  const auto source = apply_function(std::make_shared<Places>(), pairs, options(30, 4, 0));
  PixelBuffer out(DType::i32, 10, 10, 2);
  ReadContext context;
  const Status failed = (*source)->read({0, 0, 0, 0, 2, {90, 10, 100, 20}}, out.view(), context);
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().message(),
            "pairs on tiles (0, 2) to (1, 3), x 60 to 100, y 0 to 60: no");
}

TEST(TileBatches, CallFunctionsOfOneTileForEach) {
  class Negative final : public TileFunction {
   public:
    std::string name() const override { return "negative"; }
    Fingerprint fingerprint() const override { return hash_text("negative"); }
    Status apply(const FunctionTile& tile, View in, MutableView out) const override {
      std::int32_t value = 0;
      std::memcpy(&value, in.at(0, 0), 4);
      EXPECT_EQ(value, tile.core.y0 * 1000 + tile.core.x0);
      value = -value;
      std::memcpy(out.at(0, 0), &value, 4);
      return {};
    }
  };
  FunctionOptions batches;
  batches.tile_px = 10;
  batches.batch = 8;
  const auto source =
      apply_function(std::make_shared<Places>(), std::make_shared<Negative>(), batches);
  EXPECT_EQ(sample(read(**source, {0, 0, 100, 70}), 60, 90, 0), -60090);
}

TEST(TileBatches, RefuseAnOutsideThatTheImageCannotHold) {
  FunctionOptions bad = options(10, 1, 0);
  bad.outside = 0.5;
  const auto source = apply_function(std::make_shared<Places>(), std::make_shared<Pairs>(0), bad);
  ASSERT_FALSE(source.ok());
  EXPECT_EQ(source.error().message(), "pairs: outside is 0.5, which int32 samples cannot be");
}

}  // namespace
}  // namespace pantile
