#include "ops/filter/distance_source.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "ops/filter/test_images.h"

namespace pantile::filter {
namespace {

std::shared_ptr<const TileSource> mask_of(std::int64_t width, std::int64_t height, unsigned zeros) {
  PixelBuffer pixels(DType::u8, height, width, 1);
  std::mt19937 random(4);
  for (std::size_t i = 0; i < pixels.size_bytes(); ++i) {
    pixels.data()[i] = random() % zeros == 0 ? std::byte{0} : std::byte{3};
  }
  return std::make_shared<MemorySource>(std::move(pixels), Kind::mask);
}

/// By looking at every pixel within reach.
float plain(const View& mask, std::int64_t y, std::int64_t x, double most) {
  double best = most * most;
  const auto reach = static_cast<std::int64_t>(most);
  for (std::int64_t v = std::max<std::int64_t>(0, y - reach);
       v < std::min(mask.height(), y + reach + 1); ++v) {
    for (std::int64_t u = std::max<std::int64_t>(0, x - reach);
         u < std::min(mask.width(), x + reach + 1); ++u) {
      if (*mask.at(v, u) != std::byte{0}) continue;
      best = std::min(best, static_cast<double>((u - x) * (u - x) + (v - y) * (v - y)));
    }
  }
  return best < most * most ? std::sqrt(static_cast<float>(best)) : static_cast<float>(most);
}

TEST(DistanceSource, IsTheDistanceOfTheNearestZero) {
  for (const unsigned zeros : {3u, 60u, 900u, 1u << 30}) {
    const auto mask = mask_of(90, 70, zeros);
    const PixelBuffer pixels = read_rect(*mask, {0, 0, 90, 70});
    for (const char* most : {"1", "4.5", "30"}) {
      const auto made = filtered(mask, std::string("distance(") + most + ")");
      EXPECT_EQ(made->spec().dtype, DType::f32);
      EXPECT_EQ(made->spec().kind, Kind::intensity);
      const PixelBuffer found = read_rect(*made, {0, 0, 90, 70});
      for (std::int64_t y = 0; y < 70; ++y) {
        for (std::int64_t x = 0; x < 90; ++x) {
          float d;
          std::memcpy(&d, found.view().at(y, x), sizeof d);
          ASSERT_EQ(d, plain(pixels.view(), y, x, std::stod(most)))
              << zeros << ", " << most << " at " << x << ", " << y;
        }
      }
    }
  }
}

TEST(DistanceSource, TilesEqualTheWhole) {
  expect_tiles_equal_whole(*filtered(mask_of(1100, 600, 5000), "distance(100)"), "distance");
  expect_tiles_equal_whole(*filtered(noise(DType::f64, 70, 60, 3), "subtract(0.1) | distance(7)"),
                           "of floats");
}

}  // namespace
}  // namespace pantile::filter
