#include <gtest/gtest.h>

#include "core/buffer.h"
#include "pantile/tile_source.h"

namespace pantile {
namespace {

class CheckRead : public testing::Test {
 protected:
  void SetUp() override {
    spec_.channels = 3;
    spec_.levels = {{.width = 40, .height = 30, .scale = {}, .offset = {}}};
  }

  Status check(const Rect& rect, Place place) const {
    PixelBuffer pixels(spec_.dtype, 10, 10, spec_.channels);
    Layout layout = pixels.view().layout();
    layout.place = place;
    layout.device = place == Place::device ? 1 : -1;
    return check_read(spec_, spec_.region(0, rect), {pixels.data(), layout});
  }

  /// The code for `region` read into a view of that shape and type.
  Code code(const Region& region, std::int64_t width, std::int64_t height, int channels,
            DType dtype = DType::u8) const {
    PixelBuffer pixels(dtype, height, width, channels);
    const Status status = check_read(spec_, region, pixels.view());
    return status.ok() ? Code::internal : status.error().code();  // internal: it was taken
  }

  ImageSpec spec_;
};

TEST_F(CheckRead, TakesRegionsInsideIntoHostMemory) {
  EXPECT_TRUE(check({30, 20, 40, 30}, Place::host).ok());
  EXPECT_TRUE(check({30, 20, 40, 30}, Place::pinned).ok());
}

TEST_F(CheckRead, RefusesDeviceMemory) {
  const Status status = check({30, 20, 40, 30}, Place::device);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code(), Code::invalid);
  EXPECT_NE(status.error().message().find("device 1"), std::string::npos);
}

TEST_F(CheckRead, RefusesRegionsOutside) {
  const Status status = check({31, 20, 41, 30}, Place::host);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code(), Code::invalid);
}

TEST_F(CheckRead, RefusesWhatThePictureHasNot) {
  spec_.t = 2;
  const Region good = spec_.region(0, {0, 0, 4, 3});
  ASSERT_EQ(code(good, 4, 3, 3), Code::internal);
  const auto changed = [&](auto change) {
    Region region = good;
    change(region);
    return code(region, 4, 3, 3);
  };
  EXPECT_EQ(changed([](Region& r) { r.t = 1; }), Code::internal);
  EXPECT_EQ(changed([](Region& r) { r.t = 2; }), Code::invalid);
  EXPECT_EQ(changed([](Region& r) { r.t = -1; }), Code::invalid);
  EXPECT_EQ(changed([](Region& r) { r.z = 1; }), Code::invalid);
  EXPECT_EQ(changed([](Region& r) { r.level = 1; }), Code::invalid);
  EXPECT_EQ(changed([](Region& r) { r.level = -1; }), Code::invalid);
  EXPECT_EQ(changed([](Region& r) { r.c0 = -1, r.c1 = 2; }), Code::invalid);
  EXPECT_EQ(changed([](Region& r) { r.c0 = 1, r.c1 = 4; }), Code::invalid);
  EXPECT_EQ(changed([](Region& r) { r.c0 = r.c1 = 1; }), Code::invalid);
  EXPECT_EQ(changed([](Region& r) { r.rect = translate(r.rect, -1, 0); }), Code::invalid);
  EXPECT_EQ(changed([](Region& r) { r.rect = {4, 3, 4, 3}; }), Code::invalid);
}

TEST_F(CheckRead, TheViewMustFitTheRegion) {
  const Region region = spec_.region(0, {0, 0, 4, 3});
  EXPECT_EQ(code(region, 4, 3, 3), Code::internal);
  EXPECT_EQ(code(region, 3, 4, 3), Code::invalid);
  EXPECT_EQ(code(region, 5, 3, 3), Code::invalid);
  EXPECT_EQ(code(region, 4, 3, 1), Code::invalid);
  EXPECT_EQ(code(region, 4, 3, 3, DType::i8), Code::invalid);
}

}  // namespace
}  // namespace pantile
