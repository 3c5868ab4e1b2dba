#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "core/copy.h"
#include "core/hash.h"
#include "ops/function/function_source.h"
#include "ops/function/test_places.h"

namespace pantile {
namespace {

using test::Places;
using test::read;

/// What is `reach` to the right and below, the edge repeated; notes the tiles it was called for.
class Shift final : public TileFunction {
 public:
  explicit Shift(int reach) : reach_(reach) {}
  std::string name() const override { return "shift"; }
  Fingerprint fingerprint() const override { return hash_text("shift"); }
  Status apply(const FunctionTile& tile, View in, MutableView out) const override {
    ++calls;
    {
      const std::lock_guard lock(mutex);
      tiles.insert({tile.row, tile.column});
    }
    if (fails_at == tile.core.x0) return Error(Code::invalid, "no");
    const std::int64_t dy = tile.core.y0 - tile.halo.y0, dx = tile.core.x0 - tile.halo.x0;
    for (std::int64_t y = 0; y < out.height(); ++y) {
      for (std::int64_t x = 0; x < out.width(); ++x) {
        const std::int64_t from_y = std::min(y + dy + reach_, in.height() - 1);
        const std::int64_t from_x = std::min(x + dx + reach_, in.width() - 1);
        std::memcpy(out.at(y, x), in.at(from_y, from_x), 4);
      }
    }
    return {};
  }
  mutable std::atomic<int> calls{0};
  mutable std::mutex mutex;
  mutable std::set<std::pair<std::int64_t, std::int64_t>> tiles;
  std::int64_t fails_at = -1;

 private:
  int reach_;
};

TEST(FunctionSource, GivesTheSamePixelsWhateverIsRead) {
  const auto whole =
      apply_function(std::make_shared<Places>(), std::make_shared<Shift>(5), {.tile_px = 4096});
  ASSERT_TRUE(whole.ok());
  const PixelBuffer expected = read(**whole, {0, 0, 100, 70});
  for (const std::int64_t tile : {7, 16, 33}) {
    const auto source = apply_function(std::make_shared<Places>(), std::make_shared<Shift>(5),
                                       {.tile_px = tile, .halo_px = 5});
    ASSERT_TRUE(source.ok());
    EXPECT_EQ((*source)->tile_px(), tile);
    for (const Rect& rect : {Rect{0, 0, 100, 70}, {3, 5, 99, 69}, {40, 40, 41, 41}}) {
      EXPECT_TRUE(same_pixels(read(**source, rect).view(), expected.view().window(rect)));
    }
  }
}

TEST(FunctionSource, CallsOnceForATileReadInParts) {
  const auto shift = std::make_shared<Shift>(0);
  const auto source = apply_function(std::make_shared<Places>(), shift, {.tile_px = 50});
  for (std::int64_t x = 0; x < 40; x += 10) read(**source, {x, 0, x + 10, 10});
  EXPECT_EQ(shift->calls, 1);
  read(**source, {45, 45, 55, 55});
  EXPECT_EQ(shift->calls, 4);
  EXPECT_EQ(shift->tiles.size(), 4U);
}

TEST(FunctionSource, IsReadByManyAtOnce) {
  const auto shift = std::make_shared<Shift>(0);
  const auto source = apply_function(std::make_shared<Places>(), shift, {.tile_px = 50});
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] { read(**source, {10, 10, 90, 60}); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(shift->calls, 4);
}

TEST(FunctionSource, NamesTheTileThatFailedAndTriesItAgain) {
  const auto shift = std::make_shared<Shift>(0);
  shift->fails_at = 50;
  const auto source = apply_function(std::make_shared<Places>(), shift, {.tile_px = 50});
  PixelBuffer out(DType::i32, 10, 10, 1);
  ReadContext context;
  const Region region{0, 0, 0, 0, 1, {60, 0, 70, 10}};
  const Status failed = (*source)->read(region, out.view(), context);
  EXPECT_EQ(failed.error().message(), "shift on tile (0, 1), x 50 to 100, y 0 to 50: no");
  shift->fails_at = -1;
  EXPECT_TRUE((*source)->read(region, out.view(), context).ok());
}

TEST(FunctionSource, RefusesWhatCannotBe) {
  for (const FunctionOptions& options :
       {FunctionOptions{.tile_px = -1}, {.halo_px = -1}, {.channels = -2}}) {
    const auto source =
        apply_function(std::make_shared<Places>(), std::make_shared<Shift>(0), options);
    ASSERT_FALSE(source.ok());
    EXPECT_EQ(source.error().code(), Code::invalid);
  }
}

}  // namespace
}  // namespace pantile
