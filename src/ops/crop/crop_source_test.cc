#include "ops/crop/crop_source.h"

#include <gtest/gtest.h>

#include "core/buffer.h"

namespace pantile {
namespace {

/// Pixel (x, y) holds 1000 y + x.
class Numbered final : public TileSource {
 public:
  Numbered() {
    spec_.dtype = DType::i32;
    spec_.levels = {{50, 40, {2, 2}, {1, 1}}};
  }
  const ImageSpec& spec() const override { return spec_; }
  Cost cost(const Region&) const override { return {}; }
  Status read(const Region& r, MutableView out, ReadContext&) const override {
    PANTILE_TRY(check_read(spec_, r, out));
    for (std::int64_t y = 0; y < out.height(); ++y) {
      for (std::int64_t x = 0; x < out.width(); ++x) {
        *reinterpret_cast<std::int32_t*>(out.at(y, x)) =
            static_cast<std::int32_t>(1000 * (r.rect.y0 + y) + r.rect.x0 + x);
      }
    }
    return {};
  }
  Fingerprint fingerprint() const override { return {}; }

 private:
  ImageSpec spec_;
};

TEST(CropSource, ReadsTheRectangleAndMovesTheOffset) {
  auto crop = CropSource::create(std::make_shared<Numbered>(), {10, 20, 30, 40});
  ASSERT_TRUE(crop.ok());
  const LevelInfo& level = (*crop)->spec().levels.front();
  EXPECT_EQ(level.width, 20);
  EXPECT_EQ(level.height, 20);
  EXPECT_EQ(level.offset, (Offset2{21, 41}));
  PixelBuffer out(DType::i32, 2, 3, 1);
  ReadContext ctx;
  ASSERT_TRUE((*crop)->read((*crop)->spec().region(0, {1, 2, 4, 4}), out.view(), ctx).ok());
  EXPECT_EQ(*reinterpret_cast<std::int32_t*>(out.view().at(0, 0)), 22011);
  EXPECT_EQ(*reinterpret_cast<std::int32_t*>(out.view().at(1, 2)), 23013);
}

TEST(CropSource, RefusesChannelsThatAreNotThere) {
  const auto source = std::make_shared<Numbered>();
  EXPECT_TRUE(CropSource::take(source, {{0, 0, 5, 5}, 0, 1}).ok());
  for (const auto& [c0, c1] : {std::pair{0, 2}, {-1, 1}, {1, 1}}) {
    const auto crop = CropSource::take(source, {{0, 0, 5, 5}, c0, c1});
    EXPECT_EQ(crop.error().code(), Code::invalid);
  }
}

TEST(CropSource, TakesPlanesOfAStack) {
  /// The sample says which plane it is of.
  class Stack final : public TileSource {
   public:
    Stack() {
      spec_.t = 4;
      spec_.z = 3;
      spec_.z_step = {0.5, 10, "micrometer"};
      spec_.levels = {{5, 5, {}, {}}};
    }
    const ImageSpec& spec() const override { return spec_; }
    Cost cost(const Region&) const override { return {}; }
    Status read(const Region& r, MutableView out, ReadContext&) const override {
      PANTILE_TRY(check_read(spec_, r, out));
      *out.at(0, 0) = static_cast<std::byte>(10 * r.t + r.z);
      return {};
    }
    Fingerprint fingerprint() const override { return {}; }

   private:
    ImageSpec spec_;
  };
  const auto source = std::make_shared<Stack>();
  const auto crop = CropSource::take(source, {{0, 0, 5, 5}, 0, 1, 1, 3, 2, 3});
  ASSERT_TRUE(crop.ok());
  EXPECT_EQ((*crop)->spec().t, 2);
  EXPECT_EQ((*crop)->spec().z, 1);
  EXPECT_EQ((*crop)->spec().z_step.offset, 11);
  PixelBuffer out(DType::u8, 1, 1, 1);
  ReadContext ctx;
  ASSERT_TRUE((*crop)->read({0, 1, 0, 0, 1, {0, 0, 1, 1}}, out.view(), ctx).ok());
  EXPECT_EQ(*out.view().at(0, 0), std::byte{22});
  for (const CropSource::Part& part : {CropSource::Part{{0, 0, 5, 5}, 0, 1, 1, 5, 0, 1},
                                       CropSource::Part{{0, 0, 5, 5}, 0, 1, 2, 2, 0, 1},
                                       CropSource::Part{{0, 0, 5, 5}, 0, 1, 0, 1, -1, 1}}) {
    EXPECT_EQ(CropSource::take(source, part).error().code(), Code::invalid);
  }
  EXPECT_NE((*crop)->fingerprint(),
            (*CropSource::take(source, {{0, 0, 5, 5}, 0, 1, 1, 3, 1, 2}))->fingerprint());
}

TEST(CropSource, RefusesWhatLiesOutside) {
  const auto source = std::make_shared<Numbered>();
  for (const Rect r : {Rect{0, 0, 51, 10}, Rect{-1, 0, 10, 10}, Rect{5, 5, 5, 9}}) {
    EXPECT_EQ(CropSource::create(source, r).error().code(), Code::invalid);
  }
  auto crop = CropSource::create(source, {10, 20, 30, 40});
  PixelBuffer out(DType::i32, 1, 21, 1);
  ReadContext ctx;
  EXPECT_EQ((*crop)->read((*crop)->spec().region(0, {0, 0, 21, 1}), out.view(), ctx).error().code(),
            Code::invalid);
}

TEST(CropSource, FingerprintDependsOnTheRectangle) {
  const auto source = std::make_shared<Numbered>();
  EXPECT_FALSE((*CropSource::create(source, {0, 0, 5, 5}))->fingerprint() ==
               (*CropSource::create(source, {0, 0, 5, 6}))->fingerprint());
}

}  // namespace
}  // namespace pantile
