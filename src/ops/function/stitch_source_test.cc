#include "ops/function/stitch_source.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <thread>
#include <vector>

#include "core/copy.h"
#include "ops/function/test_places.h"

namespace pantile {
namespace {

using test::Places;
using test::read;

/// Finds squares of 12 pixels, 20 apart: labels that differ from window to window.
class Squares final : public TileFunction {
 public:
  std::string name() const override { return "squares"; }
  Fingerprint fingerprint() const override { return hash_text("squares"); }
  Status apply(const FunctionTile& tile, View in, MutableView out) const override {
    ++calls;
    for (std::int64_t y = 0; y < out.height(); ++y) {
      for (std::int64_t x = 0; x < out.width(); ++x) {
        std::int32_t place = 0;
        std::memcpy(&place, in.at(y, x), 4);
        const std::uint32_t row = place / 1000 / 20, column = place % 1000 / 20;
        const bool is_square = place / 1000 % 20 < 12 && place % 1000 % 20 < 12;
        const std::uint32_t label =
            is_square ? 1 + (row * 5 + column) * (1 + static_cast<std::uint32_t>(tile.column)) : 0;
        std::memcpy(out.at(y, x), &label, sizeof label);
      }
    }
    return {};
  }
  mutable std::atomic<int> calls{0};
};

FunctionOptions windows(double least, std::int64_t cache_bytes = 0) {
  FunctionOptions options;
  options.tile_px = 33;
  options.overlap_px = 15;
  options.stitch = least;
  options.cache_bytes = cache_bytes;
  return options;
}

std::uint32_t label_at(const PixelBuffer& pixels, std::int64_t y, std::int64_t x) {
  std::uint32_t label = 0;
  std::memcpy(&label, pixels.view().at(y, x), sizeof label);
  return label;
}

TEST(StitchSource, MakesLabelsOfTheImage) {
  const auto squares = std::make_shared<Squares>();
  const auto source = apply_function(std::make_shared<Places>(), squares, windows(0.5));
  ASSERT_TRUE(source.ok());
  EXPECT_EQ((*source)->spec().dtype, DType::u32);
  EXPECT_EQ((*source)->spec().kind, Kind::label);
  const PixelBuffer whole = read(**source, {0, 0, 100, 70});
  std::vector<bool> seen(21, false);
  for (std::int64_t y = 0; y < 70; ++y) {
    for (std::int64_t x = 0; x < 100; ++x) {
      const bool is_square = y % 20 < 12 && x % 20 < 12;
      const std::uint32_t label = label_at(whole, y, x);
      EXPECT_EQ(label != 0, is_square);
      EXPECT_EQ(label, is_square ? label_at(whole, y / 20 * 20, x / 20 * 20) : 0U);
      ASSERT_LE(label, 20U);
      seen[label] = true;
    }
  }
  EXPECT_EQ(std::ranges::count(seen, true), 21);
  EXPECT_EQ(squares->calls, 5 * 4);
}

TEST(StitchSource, IsReadByManyAtOnceWhateverItKeeps) {
  const auto expected =
      apply_function(std::make_shared<Places>(), std::make_shared<Squares>(), windows(0));
  const PixelBuffer whole = read(**expected, {0, 0, 100, 70});
  for (const std::int64_t cache_bytes : {1, 20000, 0}) {
    const auto source = apply_function(std::make_shared<Places>(), std::make_shared<Squares>(),
                                       windows(0, cache_bytes));
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&, i] {
        const Rect rect{i * 20, 5, i * 20 + 40, 65};
        EXPECT_TRUE(same_pixels(read(**source, rect).view(), whole.view().window(rect)));
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
}

TEST(StitchSource, TriesAgainAfterAFailure) {
  const auto source =
      apply_function(std::make_shared<Places>(), std::make_shared<Squares>(), windows(0));
  CancelToken cancel;
  cancel.cancel();
  ReadContext context{&cancel};
  PixelBuffer out(DType::u32, 10, 10, 1);
  const Region region{0, 0, 0, 0, 1, {0, 0, 10, 10}};
  EXPECT_EQ((*source)->read(region, out.view(), context).error().code(), Code::cancelled);
  EXPECT_EQ(label_at(read(**source, {0, 0, 10, 10}), 0, 0), 1U);
}

TEST(StitchSource, RefusesWhatCannotBe) {
  const auto refused = [](FunctionOptions options) {
    const auto source =
        apply_function(std::make_shared<Places>(), std::make_shared<Squares>(), options);
    return source.ok() ? std::string() : source.error().message();
  };
  EXPECT_EQ(refused(windows(1.5)), "squares: stitch is 1.5: expected 0 to 1");
  FunctionOptions alone = windows(0.5);
  alone.overlap_px = 0;
  EXPECT_EQ(refused(alone),
            "squares: stitch needs an overlap, by which labels of neighbours are compared");
  FunctionOptions bytes = windows(0.5);
  bytes.has_dtype = true;
  EXPECT_EQ(refused(bytes), "squares: dtype is uint8: labels that are stitched are uint32");
}

}  // namespace
}  // namespace pantile
