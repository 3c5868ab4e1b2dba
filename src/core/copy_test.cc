#include "core/copy.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "core/buffer.h"

namespace pantile {
namespace {

constexpr std::int64_t kHeight = 3, kWidth = 5;
constexpr int kChannels = 3;

/// A u16 picture in which every sample is another number.
PixelBuffer numbered() {
  PixelBuffer out(DType::u16, kHeight, kWidth, kChannels);
  for (std::size_t i = 0; i < out.size_bytes() / 2; ++i) {
    const auto value = static_cast<std::uint16_t>(i * 257 + 1);
    std::memcpy(out.data() + 2 * i, &value, 2);
  }
  return out;
}

std::uint16_t sample(View v, std::int64_t y, std::int64_t x, int c) {
  std::uint16_t value = 0;
  std::memcpy(&value, v.at(y, x, c), 2);
  return value;
}

/// Memory around a view: what lies between its samples must stay as it is.
struct Canvas {
  static constexpr std::byte kUntouched{0xA5};
  std::vector<std::byte> bytes = std::vector<std::byte>(4096, kUntouched);

  MutableView view(std::ptrdiff_t first, std::ptrdiff_t row, std::ptrdiff_t col,
                   std::ptrdiff_t channel) {
    return {bytes.data() + first,
            Layout{DType::u16, kHeight, kWidth, kChannels, row, col, channel, Place::host, -1}};
  }
  std::ptrdiff_t touched() const {
    return std::count_if(bytes.begin(), bytes.end(), [](std::byte b) { return b != kUntouched; });
  }
};

/// Row, column and channel strides with the place of the first sample.
constexpr std::ptrdiff_t kLayouts[][4] = {
    {1, 30, 6, 2},      // packed, at an odd address
    {0, 37, 6, 2},      // packed rows with a gap, odd
    {0, 101, 19, 5},    // odd gaps everywhere
    {0, 10, 2, 30},     // planar
    {0, 2, 6, 100},     // columns first
    {900, -37, 7, 2},   // bottom up
    {900, 100, -7, 2},  // right to left
    {900, 100, 8, -2},  // channels reversed
};

TEST(Copy, ReachesEverySampleOfAnyLayoutAndNothingElse) {
  const PixelBuffer from = numbered();
  for (const auto& [first, row, col, channel] : kLayouts) {
    Canvas canvas;
    const MutableView to = canvas.view(first, row, col, channel);
    copy_pixels(from.view(), to);
    for (std::int64_t y = 0; y < kHeight; ++y) {
      for (std::int64_t x = 0; x < kWidth; ++x) {
        for (int c = 0; c < kChannels; ++c) {
          ASSERT_EQ(sample(to, y, x, c), sample(from.view(), y, x, c)) << row << " " << col;
        }
      }
    }
    EXPECT_TRUE(same_pixels(from.view(), to));
    EXPECT_LE(canvas.touched(), static_cast<std::ptrdiff_t>(from.size_bytes()));

    PixelBuffer back(DType::u16, kHeight, kWidth, kChannels);
    copy_pixels(to, back.view());
    EXPECT_EQ(std::memcmp(back.data(), from.data(), from.size_bytes()), 0) << row << " " << col;
  }
}

TEST(Copy, ClearZeroesTheSamplesAndNothingElse) {
  for (const auto& [first, row, col, channel] : kLayouts) {
    Canvas canvas;
    clear_pixels(canvas.view(first, row, col, channel));
    EXPECT_EQ(canvas.touched(), kHeight * kWidth * kChannels * 2) << row << " " << col;
    EXPECT_EQ(std::count(canvas.bytes.begin(), canvas.bytes.end(), std::byte{0}), canvas.touched());
  }
}

TEST(Copy, SameSeesEveryBit) {
  const PixelBuffer a = numbered();
  for (const auto& [first, row, col, channel] : kLayouts) {
    Canvas canvas;
    const MutableView b = canvas.view(first, row, col, channel);
    copy_pixels(a.view(), b);
    for (const auto& [y, x, c] : {std::array{0, 0, 0}, std::array{2, 4, 2}, std::array{1, 3, 1}}) {
      b.at(y, x, c)[1] ^= std::byte{0x80};
      EXPECT_FALSE(same_pixels(a.view(), b)) << row << " " << col << " at " << y << "," << x;
      b.at(y, x, c)[1] ^= std::byte{0x80};
    }
    EXPECT_TRUE(same_pixels(a.view(), b));
  }
}

TEST(View, WindowsAndChannelsAreParts) {
  PixelBuffer buffer = numbered();
  const View all = buffer.view();
  const View part = View(all.window({1, 1, 4, 3})).select_channels(1, 3);
  EXPECT_EQ(part.width(), 3);
  EXPECT_EQ(part.height(), 2);
  EXPECT_EQ(part.channels(), 2);
  EXPECT_EQ(sample(part, 0, 0, 0), sample(all, 1, 1, 1));
  EXPECT_EQ(sample(part, 1, 2, 1), sample(all, 2, 3, 2));
  EXPECT_TRUE(all.layout().is_packed());
  EXPECT_FALSE(part.layout().is_packed());
  EXPECT_EQ(part.layout().packed_bytes(), 2u * 3 * 2 * 2);
}

TEST(View, AnEmptyWindowCopiesNothing) {
  PixelBuffer a = numbered();
  const PixelBuffer before = numbered();
  copy_pixels(before.view().window({2, 1, 2, 3}), a.view().window({0, 0, 0, 2}));
  EXPECT_TRUE(same_pixels(a.view(), before.view()));
}

TEST(PixelBuffer, IsZeroedAndAligned) {
  const PixelBuffer buffer(DType::f64, 7, 3, 2);
  EXPECT_EQ(buffer.size_bytes(), 7u * 3 * 2 * 8);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(buffer.data()) % 64, 0u);
  EXPECT_TRUE(std::all_of(buffer.data(), buffer.data() + buffer.size_bytes(),
                          [](std::byte b) { return b == std::byte{0}; }));
  EXPECT_TRUE(PixelBuffer().empty());
  EXPECT_FALSE(buffer.empty());
}

}  // namespace
}  // namespace pantile
