#pragma once
/// \file
/// What every TileSource does: check_source() on a small image, a few hundred pixels a side.

#include <gtest/gtest.h>

#include <random>
#include <thread>
#include <vector>

#include "core/buffer.h"
#include "core/copy.h"
#include "pantile/tile_source.h"

namespace pantile::contract {

/// All channels of plane (0, 0) of a level.
inline PixelBuffer read_level(const TileSource& source, int level) {
  const ImageSpec& spec = source.spec();
  const Rect rect = spec.levels[static_cast<std::size_t>(level)].bounds();
  PixelBuffer out(spec.dtype, rect.height(), rect.width(), spec.channels);
  ReadContext context;
  const Status status = source.read(spec.region(level, rect), out.view(), context);
  EXPECT_TRUE(status.ok()) << (status.ok() ? "" : status.error().message());
  return out;
}

inline Rect random_rect(const Rect& bounds, std::mt19937& random) {
  const auto between = [&](std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(random);
  };
  const std::int64_t x0 = between(0, bounds.x1 - 1), y0 = between(0, bounds.y1 - 1);
  return {x0, y0, between(x0 + 1, bounds.x1), between(y0 + 1, bounds.y1)};
}

/// Windows of any place, size, channels and strides hold what the whole level holds.
inline void check_windows(const TileSource& source, int level, unsigned seed) {
  const ImageSpec& spec = source.spec();
  const PixelBuffer whole = read_level(source, level);
  std::mt19937 random(seed);
  ReadContext context;
  for (int trial = 0; trial < 12; ++trial) {
    const Rect rect = random_rect(spec.levels[static_cast<std::size_t>(level)].bounds(), random);
    const int c0 = static_cast<int>(random() % static_cast<unsigned>(spec.channels));
    const int c1 = c0 + 1 + static_cast<int>(random() % static_cast<unsigned>(spec.channels - c0));
    // Three pixels and one channel of frame around the target, which must stay as they are.
    PixelBuffer frame(spec.dtype, rect.height() + 6, rect.width() + 6, c1 - c0 + 1);
    std::fill_n(frame.data(), frame.size_bytes(), std::byte{0x5a});
    const MutableView target = frame.view()
                                   .window({3, 3, 3 + rect.width(), 3 + rect.height()})
                                   .select_channels(0, c1 - c0);
    const Status status = source.read({level, 0, 0, c0, c1, rect}, target, context);
    ASSERT_TRUE(status.ok()) << status.error().message();
    ASSERT_TRUE(same_pixels(target, whole.view().window(rect).select_channels(c0, c1)))
        << "level " << level << " x " << rect.x0 << ".." << rect.x1 << " y " << rect.y0 << ".."
        << rect.y1 << " c " << c0 << ".." << c1;
    clear_pixels(target);
    PixelBuffer untouched(spec.dtype, rect.height() + 6, rect.width() + 6, c1 - c0 + 1);
    std::fill_n(untouched.data(), untouched.size_bytes(), std::byte{0x5a});
    clear_pixels(untouched.view()
                     .window({3, 3, 3 + rect.width(), 3 + rect.height()})
                     .select_channels(0, c1 - c0));
    ASSERT_TRUE(same_pixels(frame.view(), untouched.view())) << "read wrote outside its view";
  }
}

inline void check_refusals(const TileSource& source) {
  const ImageSpec& spec = source.spec();
  const LevelInfo& level = spec.levels[0];
  ReadContext context;
  const auto expect_invalid = [&](const Region& region, DType dtype, std::int64_t extra_width) {
    PixelBuffer out(dtype, 1, 1 + extra_width, 1);
    const Status status = source.read(region, out.view(), context);
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().code(), Code::invalid) << status.error().message();
  };
  const Rect pixel{0, 0, 1, 1};
  expect_invalid({-1, 0, 0, 0, 1, pixel}, spec.dtype, 0);
  expect_invalid({static_cast<int>(spec.levels.size()), 0, 0, 0, 1, pixel}, spec.dtype, 0);
  expect_invalid({0, spec.t, 0, 0, 1, pixel}, spec.dtype, 0);
  expect_invalid({0, 0, spec.z, 0, 1, pixel}, spec.dtype, 0);
  expect_invalid({0, 0, 0, -1, 0, pixel}, spec.dtype, 0);
  expect_invalid({0, 0, 0, spec.channels, spec.channels + 1, pixel}, spec.dtype, 0);
  expect_invalid({0, 0, 0, 0, 1, {-1, 0, 0, 1}}, spec.dtype, 0);
  expect_invalid({0, 0, 0, 0, 1, {level.width, 0, level.width + 1, 1}}, spec.dtype, 0);
  expect_invalid({0, 0, 0, 0, 1, {0, level.height, 1, level.height + 1}}, spec.dtype, 0);
  expect_invalid({0, 0, 0, 0, 1, pixel}, spec.dtype, 1);
  expect_invalid({0, 0, 0, 0, 1, pixel}, spec.dtype == DType::u8 ? DType::u16 : DType::u8, 0);

  CancelToken token;
  token.cancel();
  ReadContext cancelled{&token};
  PixelBuffer out(spec.dtype, level.height, level.width, spec.channels);
  const Status status = source.read(spec.region(0, level.bounds()), out.view(), cancelled);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code(), Code::cancelled);
}

inline void check_source(const TileSource& source) {
  const ImageSpec& spec = source.spec();
  ASSERT_FALSE(spec.levels.empty());
  ASSERT_GE(spec.channels, 1);
  ASSERT_TRUE(spec.channel_info.empty() ||
              spec.channel_info.size() == static_cast<std::size_t>(spec.channels));
  const int levels = static_cast<int>(spec.levels.size());
  for (int level = 0; level < levels; ++level) {
    EXPECT_GE(source.cost(spec.region(level, {0, 0, 1, 1})).scratch_bytes, 0);
    check_windows(source, level, static_cast<unsigned>(level));
  }
  check_refusals(source);
  EXPECT_EQ(source.fingerprint(), source.fingerprint());

  std::vector<std::thread> threads;
  for (unsigned t = 0; t < 4; ++t) {
    threads.emplace_back(
        [&source, levels, t] { check_windows(source, static_cast<int>(t) % levels, 100 + t); });
  }
  for (auto& thread : threads) thread.join();
}

}  // namespace pantile::contract
