// The halving of tiles as GPUs do it, compiled for the host, against the CPU's pyramid.
#include "compute/cuda/halve_kernel.h"

#include <gtest/gtest.h>

#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "compute/cpu/reduce.h"
#include "core/buffer.h"

namespace pantile::cuda {
namespace {

float special(std::uint32_t k) {
  using Limits = std::numeric_limits<float>;
  const float values[] = {Limits::infinity(),
                          -Limits::infinity(),
                          Limits::quiet_NaN(),
                          -Limits::quiet_NaN(),
                          0.0F,
                          -0.0F,
                          Limits::max(),
                          Limits::denorm_min(),
                          1.0F,
                          -3.5F};
  return values[k % std::size(values)];
}

template <PixelForm form> void fill(PixelBuffer& tile, std::mt19937& random) {
  for (std::size_t i = 0; i < tile.size_bytes(); ++i) {
    tile.data()[i] = static_cast<std::byte>(random());
  }
  if constexpr (form == PixelForm::f32) {
    auto* const values = reinterpret_cast<float*>(tile.data());
    for (std::size_t i = 0; i < tile.size_bytes() / 4; ++i) {
      if (random() % 2 == 0) values[i] = special(static_cast<std::uint32_t>(random()));
    }
  }
}

/// `kTilePx`: 24 in whole groups, 20 pixel by pixel.
template <PixelForm form, std::int32_t kTilePx> void expect_the_cpus_halves(DType dtype) {
  constexpr std::int32_t kHalfPx = kTilePx / 2;
  constexpr int kChannels = Halving<form>::kChannels;
  const std::vector<PixelRect> rects{
      {0, 0, kTilePx, kTilePx}, {0, 0, 20, 20}, {20, 0, 40, 20}, {40, 0, 59, 20}, {0, 20, 20, 39},
      {40, 20, 59, 39},         {7, 7, 8, 8},   {0, 0, 1, 20},   {0, 0, 20, 1},   {3, 3, 12, 16}};
  std::mt19937 random(5);
  const std::size_t tile_bytes = kTilePx * kTilePx * bytes_of(form);
  std::vector<std::uint8_t> drawn(rects.size() * tile_bytes);
  std::vector<std::uint8_t> halves(rects.size() * tile_bytes / 4, 0xaa);
  PixelBatch batch{};
  batch.out = drawn.data();
  batch.tile_px = kTilePx;
  batch.half = halves.data();
  std::vector<PixelBuffer> tiles;
  for (std::size_t i = 0; i < rects.size(); ++i) {
    tiles.emplace_back(dtype, kTilePx, kTilePx, kChannels);
    fill<form>(tiles.back(), random);
    std::memcpy(drawn.data() + i * tile_bytes, tiles.back().data(), tile_bytes);
    batch.tiles[i] = rects[i];
  }
  constexpr std::int32_t kThreads = 7;
  for (std::size_t i = 0; i < rects.size(); ++i) {
    for (std::int32_t t = 0; t < kThreads; ++t) {
      Halving<form>{batch, static_cast<std::int32_t>(i)}.halve(t, kThreads);
    }
    PixelBuffer expected(dtype, kHalfPx, kHalfPx, kChannels);
    std::memset(expected.data(), 0, expected.size_bytes());
    const std::int64_t w = rects[i].x1 - rects[i].x0, h = rects[i].y1 - rects[i].y0;
    ASSERT_TRUE(reduce_2x2(std::as_const(tiles[i]).view().window({0, 0, w, h}), Kind::intensity,
                           expected.view().window({0, 0, (w + 1) / 2, (h + 1) / 2}))
                    .ok());
    EXPECT_EQ(std::memcmp(expected.data(), halves.data() + i * tile_bytes / 4, tile_bytes / 4), 0)
        << "tile " << i;
  }
}

TEST(Halving, IsTheCpusForEveryStoreAndEdge) {
  expect_the_cpus_halves<PixelForm::rgb8, 20>(DType::u8);
  expect_the_cpus_halves<PixelForm::rgb8, 24>(DType::u8);
  expect_the_cpus_halves<PixelForm::u16, 20>(DType::u16);
  expect_the_cpus_halves<PixelForm::u16, 24>(DType::u16);
  expect_the_cpus_halves<PixelForm::f32, 20>(DType::f32);
  expect_the_cpus_halves<PixelForm::f32, 24>(DType::f32);
}

}  // namespace
}  // namespace pantile::cuda
