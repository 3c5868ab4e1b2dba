#include "ops/filter/watershed_source.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <queue>
#include <tuple>

#include "ops/filter/test_images.h"

namespace pantile::filter {
namespace {

using label::Connectivity;

template <class T> T sample(const View& view, std::int64_t y, std::int64_t x) {
  T value;
  std::memcpy(&value, view.at(y, x), sizeof value);
  return value;
}

std::shared_ptr<const TileSource> image_of(PixelBuffer pixels, Kind kind = Kind::intensity) {
  return std::make_shared<MemorySource>(std::move(pixels), kind);
}

/// The whole image by one queue, as scikit-image has it; NaN last.
template <class T>
std::vector<std::uint32_t> plain(const View& values, const View& markers, const View* mask,
                                 bool corners) {
  const std::int64_t w = values.width(), h = values.height();
  std::vector<std::uint32_t> labels(static_cast<std::size_t>(w * h), 0);
  using Drop = std::tuple<bool, T, std::int64_t, std::int64_t>;
  std::priority_queue<Drop, std::vector<Drop>, std::greater<>> queue;
  std::int64_t age = 0;
  using Level = std::pair<bool, T>;  // no number is above all
  const auto push = [&](std::int64_t y, std::int64_t x, Level over) {
    const T value = sample<T>(values, y, x);
    const Level level = std::max(over, value != value ? Level(true, 0) : Level(false, value));
    queue.push({level.first, level.second, age++, y * w + x});
  };
  const Level bottom{false, std::numeric_limits<T>::lowest()};
  const auto is_in = [&](std::int64_t y, std::int64_t x) {
    return mask == nullptr || *mask->at(y, x) != std::byte{0};
  };
  for (std::int64_t y = 0; y < h; ++y) {
    for (std::int64_t x = 0; x < w; ++x) {
      const auto marker = sample<std::uint16_t>(markers, y, x);
      if (marker == 0 || !is_in(y, x)) continue;
      labels[static_cast<std::size_t>(y * w + x)] = marker;
      push(y, x, bottom);
    }
  }
  constexpr int kSteps[8][2]{{-1, 0}, {0, -1}, {0, 1}, {1, 0}, {-1, -1}, {-1, 1}, {1, -1}, {1, 1}};
  while (!queue.empty()) {
    const std::int64_t at = std::get<3>(queue.top());
    const Level level{std::get<0>(queue.top()), std::get<1>(queue.top())};
    queue.pop();
    for (int k = 0; k < (corners ? 8 : 4); ++k) {
      const std::int64_t y = at / w + kSteps[k][0], x = at % w + kSteps[k][1];
      if (y < 0 || y >= h || x < 0 || x >= w || !is_in(y, x)) continue;
      std::uint32_t& label = labels[static_cast<std::size_t>(y * w + x)];
      if (label != 0) continue;
      label = labels[static_cast<std::size_t>(at)];
      push(y, x, level);
    }
  }
  return labels;
}

/// Values, markers and a mask of discs, large ones too, that touch each other.
struct Scene {
  PixelBuffer values, markers, mask;

  Scene(DType dtype, std::int64_t width, std::int64_t height, int discs, int greatest, int levels)
      : values(dtype, height, width, 1),
        markers(DType::u16, height, width, 1),
        mask(DType::u8, height, width, 1) {
    std::mt19937 random(11);
    for (std::int64_t i = 0; i < width * height; ++i) {
      const auto level = random() % static_cast<unsigned>(levels);
      const auto at = static_cast<std::size_t>(i);
      switch (dtype) {
        case DType::u8: reinterpret_cast<std::uint8_t*>(values.data())[at] = level & 255; break;
        case DType::u16: reinterpret_cast<std::uint16_t*>(values.data())[at] = level & 65535; break;
        case DType::f32:
          reinterpret_cast<float*>(values.data())[at] =
              level == 0 ? std::nanf("") : static_cast<float>(level) * 0.7f - 3;
          break;
        default:
          reinterpret_cast<double*>(values.data())[at] = static_cast<double>(level) * 1e-9 - 1e-8;
      }
    }
    for (int k = 0; k < discs; ++k) {
      const auto x = static_cast<std::int64_t>(random()) % width;
      const auto y = static_cast<std::int64_t>(random()) % height;
      const auto r = 1 + static_cast<std::int64_t>(random()) % greatest;
      for (std::int64_t v = std::max<std::int64_t>(0, y - r); v < std::min(height, y + r); ++v) {
        for (std::int64_t u = std::max<std::int64_t>(0, x - r); u < std::min(width, x + r); ++u) {
          if ((u - x) * (u - x) + (v - y) * (v - y) < r * r) *mask.view().at(v, u) = std::byte{7};
        }
      }
      for (std::int64_t u = x; u < std::min(width, x + 3); ++u) {
        const auto marker = static_cast<std::uint16_t>(k + 1);
        std::memcpy(markers.view().at(y, u), &marker, sizeof marker);
      }
    }
  }
};

template <class T>
void expect_as_plain(DType dtype, int levels, int discs, int greatest, bool corners) {
  constexpr std::int64_t kWidth = 1100, kHeight = 650;
  Scene scene(dtype, kWidth, kHeight, discs, greatest, levels);
  const View mask = scene.mask.view();
  const auto expected = plain<T>(scene.values.view(), scene.markers.view(), &mask, corners);
  WatershedInputs inputs{image_of(std::move(scene.values)), image_of(std::move(scene.markers)),
                         image_of(std::move(scene.mask), Kind::mask)};
  ImageSpec spec = inputs.values->spec();
  spec.dtype = DType::u32;
  const auto made = WatershedSource::make(
      inputs, spec, corners ? Connectivity::eight : Connectivity::four, 16384);
  ASSERT_TRUE(made.ok());
  const PixelBuffer found = read_rect(**made, {0, 0, kWidth, kHeight});
  EXPECT_EQ(std::memcmp(found.data(), expected.data(), found.size_bytes()), 0)
      << dtype_name(dtype) << ", " << discs << " discs, " << (corners ? 8 : 4);
  expect_tiles_equal_whole(**made, "watershed");
}

TEST(WatershedSource, IsThatOfTheWholeImage) {
  // Small components, such as reach into the next block, and large ones, that are flooded alone.
  expect_as_plain<std::uint8_t>(DType::u8, 5, 500, 30, false);
  expect_as_plain<std::uint8_t>(DType::u8, 5, 35, 160, true);
  expect_as_plain<std::uint16_t>(DType::u16, 65536, 35, 160, false);
  expect_as_plain<float>(DType::f32, 40, 500, 30, true);
  expect_as_plain<float>(DType::f32, 40, 35, 160, false);
  expect_as_plain<double>(DType::f64, 100000, 500, 30, false);
}

TEST(WatershedSource, NeedsNoMaskForASmallImage) {
  Scene scene(DType::f32, 700, 600, 40, 20, 1000);
  const auto expected = plain<float>(scene.values.view(), scene.markers.view(), nullptr, false);
  WatershedInputs inputs{image_of(std::move(scene.values)), image_of(std::move(scene.markers)),
                         nullptr};
  ImageSpec spec = inputs.values->spec();
  spec.dtype = DType::u32;
  EXPECT_EQ(WatershedSource::make(inputs, spec, Connectivity::four, 512).error().code(),
            Code::invalid);
  const auto made = WatershedSource::make(inputs, spec, Connectivity::four, 700);
  ASSERT_TRUE(made.ok());
  std::atomic<std::int64_t> looked_at{0};
  ASSERT_TRUE((*made)->find(2, nullptr, [&](std::int64_t n) { looked_at += n; }).ok());
  EXPECT_EQ(looked_at, (*made)->finding_samples());
  const PixelBuffer found = read_rect(**made, {0, 0, 700, 600});
  EXPECT_EQ(std::memcmp(found.data(), expected.data(), found.size_bytes()), 0);
  expect_tiles_equal_whole(**made, "without a mask");
}

/// One component, a snake of that width through many blocks.
PixelBuffer snake(std::int64_t width, std::int64_t height) {
  PixelBuffer mask(DType::u8, height, width, 1);
  for (std::int64_t y = 0; y < height; ++y) {
    for (std::int64_t x = 0; x < width; ++x) {
      const bool turns = y / 100 % 2 == 0 ? x > width - 20 : x < 20;
      if (y % 100 < 60 || turns) *mask.view().at(y, x) = std::byte{1};
    }
  }
  return mask;
}

TEST(WatershedSource, FindsAComponentThatIsTooLarge) {
  Scene scene(DType::u8, 1300, 700, 30, 5, 200);
  scene.mask = snake(1300, 700);
  const View mask = scene.mask.view();
  const auto expected =
      plain<std::uint8_t>(scene.values.view(), scene.markers.view(), &mask, false);
  WatershedInputs inputs{image_of(std::move(scene.values)), image_of(std::move(scene.markers)),
                         image_of(std::move(scene.mask))};
  ImageSpec spec = inputs.values->spec();
  spec.dtype = DType::u32;
  const auto small = WatershedSource::make(inputs, spec, Connectivity::four, 1299);
  ASSERT_TRUE(small.ok());
  PixelBuffer out(DType::u32, 10, 10, 1);
  ReadContext ctx;
  const Status refused = (*small)->read(spec.region(0, {0, 0, 10, 10}), out.view(), ctx);
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message().find("from x 0, y 0 to x 1300, y 700 has 1300 x 700 pixels, "
                                           "but max is 1299"),
            std::string::npos)
      << refused.error().message();
  const auto made = WatershedSource::make(inputs, spec, Connectivity::four, 1300);
  ASSERT_TRUE(made.ok());
  const std::int64_t least_bytes = 1300 * 700 * 4;
  EXPECT_GT((*made)->cost(spec.region(0, {0, 0, 10, 10})).shared_bytes, least_bytes);
  const PixelBuffer found = read_rect(**made, {0, 0, 1300, 700});
  EXPECT_EQ(std::memcmp(found.data(), expected.data(), found.size_bytes()), 0);
  expect_tiles_equal_whole(**made, "snake");
}

TEST(WatershedSource, StopsOnRequest) {
  Scene scene(DType::u8, 1300, 700, 30, 5, 200);
  WatershedInputs inputs{image_of(std::move(scene.values)), image_of(std::move(scene.markers)),
                         image_of(snake(1300, 700))};
  ImageSpec spec = inputs.values->spec();
  spec.dtype = DType::u32;
  const auto made = WatershedSource::make(inputs, spec, Connectivity::four, 2048);
  ASSERT_TRUE((*made)->find(1, nullptr, [](std::int64_t) {}).ok());
  CancelToken cancel;
  cancel.cancel();
  ReadContext ctx{&cancel};
  PixelBuffer out(DType::u32, 512, 512, 1);
  const Status stopped = (*made)->read(spec.region(0, {0, 0, 512, 512}), out.view(), ctx);
  ASSERT_FALSE(stopped.ok());
  EXPECT_EQ(stopped.error().code(), Code::cancelled);
  ctx.cancel = nullptr;
  EXPECT_TRUE((*made)->read(spec.region(0, {0, 0, 512, 512}), out.view(), ctx).ok());
}

TEST(WatershedSource, RefusesMarkersThatAreNoLabels) {
  PixelBuffer markers(DType::i32, 60, 50, 1);
  const std::int32_t negative = -4;
  std::memcpy(markers.view().at(40, 30), &negative, sizeof negative);
  WatershedInputs inputs{noise(DType::u8, 50, 60), image_of(std::move(markers)), nullptr};
  ImageSpec spec = inputs.values->spec();
  spec.dtype = DType::u32;
  const auto made = WatershedSource::make(inputs, spec, Connectivity::four, 512);
  PixelBuffer out(DType::u32, 60, 50, 1);
  ReadContext ctx;
  const Status refused = (*made)->read(spec.region(0, {0, 0, 50, 60}), out.view(), ctx);
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message().find("the marker at x 30, y 40"), std::string::npos);
}

TEST(WatershedSource, GoesByChannels) {
  const auto values = noise(DType::f32, 600, 300, 2);
  const auto made = filtered(
      values, "watershed([threshold(1.3) | label], mask=[gaussian(2) | threshold(0.5)], max=600)");
  EXPECT_EQ(made->spec().kind, Kind::label);
  EXPECT_EQ(made->spec().dtype, DType::u32);
  const PixelBuffer both = read_rect(*made, {0, 0, 600, 300});
  for (int c = 0; c < 2; ++c) {
    const auto one =
        filtered(values, "select(" + std::to_string(c) +
                             ") | watershed([threshold(1.3) | label], mask=[gaussian(2) | "
                             "threshold(0.5)], max=600)");
    EXPECT_TRUE(same_pixels(View(both.view()).select_channels(c, c + 1),
                            read_rect(*one, {0, 0, 600, 300}).view()));
  }
}

}  // namespace
}  // namespace pantile::filter
