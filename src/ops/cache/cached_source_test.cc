#include "ops/cache/cached_source.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstring>

#include "core/copy.h"

namespace pantile {
namespace {

/// Two channels, numbered; counts its reads.
class Tiled final : public TileSource {
 public:
  Tiled() {
    spec_.dtype = DType::u16;
    spec_.channels = 2;
    spec_.levels = {{.width = 100, .height = 70, .scale = {}, .offset = {}}};
  }
  const ImageSpec& spec() const override { return spec_; }
  Cost cost(const Region&) const override { return {}; }
  Status read(const Region& region, MutableView out, ReadContext&) const override {
    ++reads;
    PANTILE_TRY(check_read(spec_, region, out));
    for (std::int64_t y = 0; y < out.height(); ++y) {
      for (std::int64_t x = 0; x < out.width(); ++x) {
        for (int c = 0; c < out.channels(); ++c) {
          const auto value = static_cast<std::uint16_t>((y + region.rect.y0) * 200 +
                                                        (x + region.rect.x0) * 2 + c + region.c0);
          std::memcpy(out.at(y, x, c), &value, sizeof value);
        }
      }
    }
    return {};
  }
  Fingerprint fingerprint() const override { return {}; }
  std::int64_t tile_px() const override { return 16; }
  mutable std::atomic<int> reads{0};

 private:
  ImageSpec spec_;
};

TEST(CachedSource, GivesThePixelsOfItsSource) {
  const auto inner = std::make_shared<Tiled>();
  const auto cached = CachedSource::over(inner);
  ReadContext context;
  for (const Rect& rect :
       {Rect{0, 0, 100, 70}, {16, 32, 32, 48}, {15, 15, 50, 33}, {99, 69, 100, 70}}) {
    for (const auto& [c0, c1] : {std::pair{0, 2}, {1, 2}}) {
      const Region region{0, 0, 0, c0, c1, rect};
      PixelBuffer a(DType::u16, rect.height(), rect.width(), c1 - c0);
      PixelBuffer b(DType::u16, rect.height(), rect.width(), c1 - c0);
      ASSERT_TRUE(cached->read(region, a.view(), context).ok());
      ASSERT_TRUE(inner->read(region, b.view(), context).ok());
      EXPECT_TRUE(same_pixels(a.view(), b.view()));
    }
  }
}

TEST(CachedSource, ReadsATileOnceForAllWhoCrossItsBorders) {
  const auto inner = std::make_shared<Tiled>();
  const auto cached = CachedSource::over(inner);
  ReadContext context;
  for (std::int64_t y = 0; y < 64; y += 16) {
    for (std::int64_t x = 0; x < 96; x += 16) {
      const Rect rect = intersect({x - 2, y - 2, x + 18, y + 18}, {0, 0, 100, 70});
      PixelBuffer out(DType::u16, rect.height(), rect.width(), 2);
      ASSERT_TRUE(cached->read({0, 0, 0, 0, 2, rect}, out.view(), context).ok());
    }
  }
  EXPECT_EQ(inner->reads, 7 * 5);
}

TEST(CachedSource, LetsWholeTilesThrough) {
  const auto inner = std::make_shared<Tiled>();
  const auto cached = CachedSource::over(inner);
  ReadContext context;
  PixelBuffer out(DType::u16, 16, 16, 2);
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(cached->read({0, 0, 0, 0, 2, {16, 16, 32, 32}}, out.view(), context).ok());
  }
  EXPECT_EQ(inner->reads, 3);
}

}  // namespace
}  // namespace pantile
