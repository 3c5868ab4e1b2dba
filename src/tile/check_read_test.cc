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

}  // namespace
}  // namespace pantile
