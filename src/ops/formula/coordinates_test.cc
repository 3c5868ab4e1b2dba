#include "ops/formula/coordinates.h"

#include <gtest/gtest.h>

#include <cmath>

namespace pantile::formula {
namespace {

TEST(Coordinates, PixelCentresLieSymmetricallyAboutTheCentre) {
  const Frame frame{.width = 5, .height = 4, .center_x = 10, .center_y = -1, .scale = 0.5};
  EXPECT_EQ(x_of(2, frame), 10);
  EXPECT_EQ(x_of(0, frame), 9);
  EXPECT_EQ(x_of(4, frame), 11);
  EXPECT_EQ(y_of(0, frame), -1.75);
  EXPECT_EQ(y_of(3, frame), -0.25);
}

TEST(Coordinates, CornerSamplingIsTheSeedsMapping) {
  const Frame frame{.width = 10240,
                    .height = 10240,
                    .center_x = 0.25,
                    .center_y = 0,
                    .scale = 20.0 / 10240,
                    .sampling = Sampling::corner};
  for (const std::int64_t i : {0, 1, 5119, 10239}) {
    EXPECT_EQ(x_of(i, frame), std::fma(static_cast<double>(i) - 5120, 20.0 / 10240, 0.25));
  }
}

TEST(Coordinates, SamplesDivideThePixelEvenly) {
  Frame frame{.width = 2, .height = 2, .scale = 1, .samples = 4};
  for (int k = 0; k < 8; ++k) EXPECT_EQ(x_of(k, frame), -1 + (k + 0.5) / 4);
  frame.sampling = Sampling::corner;
  for (int k = 0; k < 8; ++k) EXPECT_EQ(y_of(k, frame), -1 + k / 4.0);
}

TEST(Coordinates, OrdinaryPicturesDoNotCollapse) {
  const Frame seed{.width = 169420, .height = 169420, .scale = 0.001};
  EXPECT_FALSE(find_collapse(seed, Precision::f64));
  EXPECT_FALSE(find_collapse({.width = 1, .height = 1, .scale = 1e-300}, Precision::f32));
}

TEST(Coordinates, CollapseIsFoundWhereNumbersAreTooCoarse) {
  const Frame deep{.width = 1000, .height = 1000, .center_x = 1, .center_y = 0, .scale = 1e-17};
  const auto f64 = find_collapse(deep, Precision::f64);
  ASSERT_TRUE(f64);
  EXPECT_EQ(f64->axis, 'x');
  EXPECT_NEAR(f64->spacing / f64->least_step, 1e-17 / 0x1p-53, 1e-3);  // just below 1
  EXPECT_EQ(x_of(f64->pixel, deep), x_of(f64->pixel + 1, deep));
  EXPECT_NE(f64->describe(Precision::f64).find("x = 1"), std::string::npos);

  const Frame seed{.width = 169420, .height = 169420, .center_y = 2e4, .scale = 0.001};
  const auto f32 = find_collapse(seed, Precision::f32);
  ASSERT_TRUE(f32);
  EXPECT_EQ(f32->axis, 'y');
  EXPECT_FALSE(find_collapse(seed, Precision::f64));
}

TEST(Coordinates, ARareCollapseIsFoundToo) {
  // The step is 0.02 % below that of float there: one pair in thousands.
  const Frame rare{
      .width = 30000, .height = 64, .center_x = 1.5, .center_y = 0, .scale = 1.1918e-7};
  const auto found = find_collapse(rare, Precision::f32);
  ASSERT_TRUE(found);
  const auto at = [&](std::int64_t pixel) { return static_cast<float>(x_of(pixel, rare)); };
  EXPECT_EQ(at(found->pixel), at(found->pixel + 1));
  EXPECT_FALSE(find_collapse(rare, Precision::f64));
}

TEST(Coordinates, SamplesCollapseBeforePixelsDo) {
  Frame fine{.width = 100, .height = 64, .center_x = 1, .center_y = 0, .scale = 4e-16};
  EXPECT_FALSE(find_collapse(fine, Precision::f64));
  fine.samples = 16;
  const auto found = find_collapse(fine, Precision::f64);
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->between_samples);
  EXPECT_NE(found->describe(Precision::f64).find("neighbouring samples"), std::string::npos);
}

}  // namespace
}  // namespace pantile::formula
