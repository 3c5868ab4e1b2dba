#include "ops/resize/area_source.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "core/buffer.h"
#include "core/copy.h"

namespace pantile {
namespace {

/// An image held in memory.
template <class T> class Held final : public TileSource {
 public:
  Held(std::int64_t width, std::int64_t height, std::vector<T> pixels, Kind kind = Kind::intensity,
       int channels = 1)
      : buffer_(dtype_of<T>, height, width, channels) {
    for (std::size_t i = 0; i < pixels.size(); ++i) {
      reinterpret_cast<T*>(buffer_.data())[i] = pixels[i];
    }
    spec_.dtype = dtype_of<T>;
    spec_.kind = kind;
    spec_.channels = channels;
    spec_.levels = {{width, height, {1, 1}, {0, 0}}};
  }
  const ImageSpec& spec() const override { return spec_; }
  Cost cost(const Region&) const override { return {}; }
  Status read(const Region& r, MutableView out, ReadContext&) const override {
    PANTILE_TRY(check_read(spec_, r, out));
    copy_pixels(buffer_.view().window(r.rect), out);
    return {};
  }
  Fingerprint fingerprint() const override { return {}; }

 private:
  PixelBuffer buffer_;
  ImageSpec spec_;
};

template <class T>
std::vector<T> shrink(std::shared_ptr<const TileSource> source, std::int64_t w, std::int64_t h) {
  auto area = AreaSource::create(std::move(source), 0, w, h);
  EXPECT_TRUE(area.ok());
  const int channels = (*area)->spec().channels;
  PixelBuffer out(dtype_of<T>, h, w, channels);
  ReadContext ctx;
  EXPECT_TRUE((*area)->read((*area)->spec().region(0, {0, 0, w, h}), out.view(), ctx).ok());
  const T* p = reinterpret_cast<const T*>(out.data());
  return {p, p + w * h * channels};
}

TEST(AreaSource, WeighsPixelsByTheAreaCovered) {
  // 3 to 2: each output covers one and a half source pixels.
  const auto row = std::make_shared<Held<float>>(3, 1, std::vector<float>{3, 6, 12});
  EXPECT_EQ(shrink<float>(row, 2, 1), (std::vector<float>{4, 10}));
  const auto column = std::make_shared<Held<float>>(1, 3, std::vector<float>{3, 6, 12});
  EXPECT_EQ(shrink<float>(column, 1, 2), (std::vector<float>{4, 10}));
}

TEST(AreaSource, RoundsIntegersHalfUp) {
  const auto s = std::make_shared<Held<std::uint8_t>>(2, 1, std::vector<std::uint8_t>{1, 2});
  EXPECT_EQ(shrink<std::uint8_t>(s, 1, 1), std::vector<std::uint8_t>{2});
}

/// Integers take a path of their own; numbers of type double hold the same sums.
template <class T> void expect_means_as_of_doubles(int channels) {
  constexpr std::int64_t kWidth = 143, kHeight = 61;
  std::vector<T> pixels(static_cast<std::size_t>(kWidth * kHeight * channels));
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    pixels[i] = i % 11 == 0 ? std::numeric_limits<T>::max() : static_cast<T>(i * 2654435761u >> 7);
  }
  const auto integers =
      std::make_shared<Held<T>>(kWidth, kHeight, pixels, Kind::intensity, channels);
  const auto doubles = std::make_shared<Held<double>>(
      kWidth, kHeight, std::vector<double>(pixels.begin(), pixels.end()), Kind::intensity,
      channels);
  for (const auto& [w, h] : {std::pair{1, 1}, {89, 40}, {143, 7}, {50, 61}, {142, 60}}) {
    const std::vector<double> want = shrink<double>(doubles, w, h);
    const std::vector<T> got = shrink<T>(integers, w, h);
    for (std::size_t i = 0; i < want.size(); ++i) {
      ASSERT_EQ(got[i], std::floor(want[i] + 0.5)) << w << "x" << h << " sample " << i;
    }
  }
}

TEST(AreaSource, MeansOfIntegersAreExact) {
  for (const int channels : {1, 2, 3, 4}) {
    expect_means_as_of_doubles<std::uint8_t>(channels);
    expect_means_as_of_doubles<std::uint16_t>(channels);
  }
}

TEST(AreaSource, LeavesNanOut) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const auto s = std::make_shared<Held<float>>(4, 1, std::vector<float>{nan, 5, nan, nan});
  const std::vector<float> out = shrink<float>(s, 2, 1);
  EXPECT_EQ(out[0], 5);
  EXPECT_TRUE(std::isnan(out[1]));
}

TEST(AreaSource, LabelsAreNeverMixed) {
  const auto s = std::make_shared<Held<std::uint16_t>>(
      4, 1, std::vector<std::uint16_t>{7, 7, 900, 900}, Kind::label);
  EXPECT_EQ(shrink<std::uint16_t>(s, 2, 1), (std::vector<std::uint16_t>{7, 900}));
}

TEST(AreaSource, PiecesEqualTheWhole) {
  std::vector<std::uint16_t> pixels(131 * 97);
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    pixels[i] = static_cast<std::uint16_t>(i * 2654435761u);
  }
  const auto s = std::make_shared<Held<std::uint16_t>>(131, 97, pixels);
  auto area = AreaSource::create(s, 0, 40, 31);
  ASSERT_TRUE(area.ok());
  const std::vector<std::uint16_t> whole = shrink<std::uint16_t>(s, 40, 31);
  ReadContext ctx;
  for (const Rect r : {Rect{0, 0, 1, 1}, Rect{7, 9, 33, 31}, Rect{39, 30, 40, 31}}) {
    PixelBuffer out(DType::u16, r.height(), r.width(), 1);
    ASSERT_TRUE((*area)->read((*area)->spec().region(0, r), out.view(), ctx).ok());
    for (std::int64_t y = r.y0; y < r.y1; ++y) {
      for (std::int64_t x = r.x0; x < r.x1; ++x) {
        ASSERT_EQ(*reinterpret_cast<std::uint16_t*>(out.view().at(y - r.y0, x - r.x0)),
                  whole[static_cast<std::size_t>(y * 40 + x)]);
      }
    }
  }
}

TEST(AreaSource, RefusesToEnlarge) {
  const auto s = std::make_shared<Held<float>>(3, 1, std::vector<float>{3, 6, 12});
  EXPECT_EQ(AreaSource::create(s, 0, 4, 1).error().code(), Code::invalid);
  EXPECT_EQ(AreaSource::create(s, 0, 0, 1).error().code(), Code::invalid);
}

TEST(LevelForSize, TakesTheSmallestThatSuffices) {
  ImageSpec spec;
  spec.levels = {{1000, 500, {}, {}}, {500, 250, {}, {}}, {250, 125, {}, {}}};
  EXPECT_EQ(level_for_size(spec, 1000, 500), 0);
  EXPECT_EQ(level_for_size(spec, 500, 250), 1);
  EXPECT_EQ(level_for_size(spec, 251, 125), 1);
  EXPECT_EQ(level_for_size(spec, 10, 5), 2);
}

}  // namespace
}  // namespace pantile
