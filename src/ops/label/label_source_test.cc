#include "ops/label/label_source.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <random>
#include <tuple>

#include "core/buffer.h"
#include "core/copy.h"
#include "ops/label/regions.h"

namespace pantile::label {
namespace {

constexpr std::int64_t kWidth = 1300, kHeight = 1100;  // 3 by 3 blocks

/// A buffer as a source.
class Held final : public TileSource {
 public:
  explicit Held(PixelBuffer pixels) : pixels_(std::move(pixels)) {
    const Layout l = pixels_.view().layout();
    spec_.name = "held";
    spec_.dtype = l.dtype;
    spec_.channels = l.channels;
    spec_.levels = {{.width = l.width, .height = l.height, .scale = {}, .offset = {}}};
  }
  const ImageSpec& spec() const override { return spec_; }
  Cost cost(const Region&) const override { return {}; }
  Status read(const Region& region, MutableView out, ReadContext&) const override {
    PANTILE_TRY(check_read(spec_, region, out));
    ++reads_;
    copy_pixels(View(pixels_.view().window(region.rect)).select_channels(region.c0, region.c1),
                out);
    return {};
  }
  Fingerprint fingerprint() const override { return {}; }
  void set_kind(Kind kind) { spec_.kind = kind; }
  void clear() { std::fill_n(pixels_.data(), pixels_.size_bytes(), std::byte{0}); }
  int reads() const { return reads_; }

 private:
  mutable std::atomic<int> reads_{0};
  PixelBuffer pixels_;
  ImageSpec spec_;
};

std::shared_ptr<Held> random_mask(double share, int channels) {
  PixelBuffer pixels(DType::u8, kHeight, kWidth, channels);
  std::mt19937 random(1);
  for (std::size_t i = 0; i < pixels.size_bytes(); ++i) {
    pixels.data()[i] =
        std::byte{random() < share * 4294967296.0 ? std::uint8_t{1} : std::uint8_t{0}};
  }
  return std::make_shared<Held>(std::move(pixels));
}

PixelBuffer read(const TileSource& source, const Rect& rect, int c0, int c1) {
  PixelBuffer out(source.spec().dtype, rect.height(), rect.width(), c1 - c0);
  ReadContext ctx;
  const Status done = source.read({0, 0, 0, c0, c1, rect}, out.view(), ctx);
  EXPECT_TRUE(done.ok());
  return out;
}

constexpr Rect kAll{0, 0, kWidth, kHeight};

TEST(LabelSource, GivesTheSameNumbersWhateverIsRead) {
  const auto labels = LabelSource::make(random_mask(0.45, 2), Connectivity::four);
  ASSERT_TRUE(labels.ok());
  EXPECT_EQ((*labels)->spec().dtype, DType::u32);
  EXPECT_EQ((*labels)->spec().kind, Kind::label);
  const PixelBuffer whole = read(**labels, kAll, 0, 2);
  for (const Rect& rect : {Rect{500, 500, 530, 520}, {0, 0, 512, 512}, {3, 1000, 1299, 1100}}) {
    EXPECT_TRUE(same_pixels(read(**labels, rect, 0, 2).view(), whole.view().window(rect)));
    EXPECT_TRUE(same_pixels(read(**labels, rect, 1, 2).view(),
                            View(whole.view().window(rect)).select_channels(1, 2)));
  }
}

TEST(LabelSource, DoesNotDependOnThreads) {
  std::vector<PixelBuffer> found;
  for (const int threads : {1, 4}) {
    const auto labels = LabelSource::make(random_mask(0.55, 1), Connectivity::eight);
    std::atomic<std::int64_t> looked_at{0};
    ASSERT_TRUE((*labels)->find(threads, nullptr, [&](std::int64_t n) { looked_at += n; }).ok());
    EXPECT_EQ(looked_at, kWidth * kHeight);
    found.push_back(read(**labels, kAll, 0, 1));
  }
  EXPECT_TRUE(same_pixels(found[0].view(), found[1].view()));
}

TEST(LabelSource, LabelsAgainOnlyWhatItHasNotKept) {
  constexpr std::int64_t kBlocks = 2 * 9, kOfOneBlock = 512 * 512 / 4 * 12;
  PixelBuffer expected;
  for (const auto& [kept_bytes, least, most] :
       {std::tuple{LabelSource::kKeptBytes, kBlocks, kBlocks},
        {3 * kOfOneBlock, kBlocks + 1, 2 * kBlocks - 1},
        {std::int64_t{0}, 2 * kBlocks, 2 * kBlocks}}) {
    const auto mask = random_mask(0.5, 2);
    const auto labels = LabelSource::make(mask, Connectivity::eight, kept_bytes);
    PixelBuffer whole = read(**labels, kAll, 0, 2);
    EXPECT_GE(mask->reads(), least);
    EXPECT_LE(mask->reads(), most);
    if (kept_bytes == LabelSource::kKeptBytes) {
      expected = std::move(whole);
    } else {
      EXPECT_TRUE(same_pixels(whole.view(), expected.view()));
    }
  }
}

TEST(LabelSource, NoticesAnImageThatChanged) {
  const auto mask = random_mask(0.5, 1);
  const auto labels = LabelSource::make(mask, Connectivity::four, 0);
  ASSERT_TRUE((*labels)->find(1, nullptr, [](std::int64_t) {}).ok());
  mask->clear();
  PixelBuffer out(DType::u32, kHeight, kWidth, 1);
  ReadContext ctx;
  EXPECT_EQ((*labels)->read({0, 0, 0, 0, 1, kAll}, out.view(), ctx).error().code(), Code::conflict);
}

TEST(LabelSource, StopsWhenAsked) {
  const auto labels = LabelSource::make(random_mask(0.5, 1), Connectivity::four);
  CancelToken cancel;
  cancel.cancel();
  EXPECT_EQ((*labels)->find(2, &cancel, [](std::int64_t) {}).error().code(), Code::cancelled);
  EXPECT_TRUE((*labels)->find(2, nullptr, [](std::int64_t) {}).ok());
}

TEST(LabelSource, RefusesColoursAndLabels) {
  for (const Kind kind : {Kind::rgb, Kind::label}) {
    const auto image = random_mask(0.5, 3);
    image->set_kind(kind);
    EXPECT_EQ(LabelSource::make(image, Connectivity::four).error().code(), Code::invalid);
  }
}

TEST(LabelSource, GivesTheComponentsThatHoldASeed) {
  for (const Connectivity connectivity : {Connectivity::four, Connectivity::eight}) {
    const auto mask = random_mask(0.5, 2);
    PixelBuffer pixels = read(*mask, kAll, 0, 2);
    std::mt19937 random(8);
    for (std::size_t i = 0; i < pixels.size_bytes(); ++i) {
      if (pixels.data()[i] != std::byte{0} && random() % 5000 == 0) pixels.data()[i] = std::byte{2};
    }
    const auto classes = std::make_shared<Held>(std::move(pixels));
    const auto labels = LabelSource::make(classes, connectivity);
    const auto seeded = LabelSource::make_seeded(classes, connectivity);
    ASSERT_TRUE(labels.ok() && seeded.ok());
    EXPECT_EQ((*seeded)->spec().dtype, DType::u8);
    EXPECT_NE((*seeded)->fingerprint(), (*labels)->fingerprint());
    const PixelBuffer of = read(*classes, kAll, 0, 2), numbers = read(**labels, kAll, 0, 2);
    const PixelBuffer found = read(**seeded, kAll, 0, 2);
    for (int c = 0; c < 2; ++c) {
      std::vector<bool> wanted((*labels)->count(c) + 1, false);
      const auto number = [&](std::int64_t y, std::int64_t x) {
        std::uint32_t n;
        std::memcpy(&n, View(numbers.view()).at(y, x, c), sizeof n);
        return n;
      };
      for (const bool looks : {true, false}) {
        for (std::int64_t y = 0; y < kHeight; ++y) {
          for (std::int64_t x = 0; x < kWidth; ++x) {
            if (looks) {
              if (*View(of.view()).at(y, x, c) == std::byte{2}) wanted[number(y, x)] = true;
            } else {
              ASSERT_EQ(*View(found.view()).at(y, x, c),
                        wanted[number(y, x)] ? std::byte{1} : std::byte{0});
            }
          }
        }
      }
    }
    const Rect part{300, 500, 900, 1040};
    EXPECT_TRUE(same_pixels(read(**seeded, part, 0, 2).view(), View(found.view()).window(part)));
  }
  EXPECT_EQ(LabelSource::make_seeded(std::make_shared<Held>(PixelBuffer(DType::u16, 4, 4, 1)),
                                     Connectivity::four)
                .error()
                .code(),
            Code::invalid);
}

TEST(Regions, AreThoseOfEveryPixel) {
  const auto labels = LabelSource::make(random_mask(0.5, 1), Connectivity::four);
  PixelBuffer values(DType::f32, kHeight, kWidth, 1);
  std::mt19937 random(2);
  for (std::int64_t i = 0; i < kWidth * kHeight; ++i) {
    const float value = i % 17 == 0 ? NAN : static_cast<float>(random() % 1000) / 8;
    std::memcpy(values.data() + i * 4, &value, 4);
  }
  const Held image(std::move(values));
  const auto none = [](std::int64_t) {};
  const auto regions = measure_regions(**labels, 0, &image, 0, 3, nullptr, none);
  ASSERT_TRUE(regions.ok());
  ASSERT_EQ(regions->labels.size(), (*labels)->count(0));

  const PixelBuffer all = read(**labels, kAll, 0, 1), v = read(image, kAll, 0, 1);
  struct Plain {
    std::int64_t area = 0, numbers = 0;
    double x = 0, y = 0, sum = 0, least = 1e9;
  };
  std::vector<Plain> plain(regions->labels.size());
  for (std::int64_t y = 0; y < kHeight; ++y) {
    for (std::int64_t x = 0; x < kWidth; ++x) {
      std::uint32_t label;
      float value;
      std::memcpy(&label, all.view().at(y, x), 4);
      std::memcpy(&value, v.view().at(y, x), 4);
      if (label == 0) continue;
      Plain& p = plain[label - 1];
      ++p.area;
      p.x += static_cast<double>(x);
      p.y += static_cast<double>(y);
      if (std::isnan(value)) continue;
      ++p.numbers;
      p.sum += value;
      p.least = std::min(p.least, static_cast<double>(value));
    }
  }
  for (std::size_t i = 0; i < plain.size(); ++i) {
    const Plain& p = plain[i];
    ASSERT_EQ(regions->labels[i], i + 1);
    ASSERT_EQ(regions->area[i], p.area);
    ASSERT_NEAR(regions->center_x[i], p.x / static_cast<double>(p.area), 1e-6);
    ASSERT_NEAR(regions->center_y[i], p.y / static_cast<double>(p.area), 1e-6);
    if (p.numbers == 0) {
      ASSERT_TRUE(std::isnan(regions->mean[i]));
    } else {
      ASSERT_EQ(regions->mean[i], p.sum / static_cast<double>(p.numbers));  // eighths add exactly
      ASSERT_EQ(regions->least[i], p.least);
    }
  }
}

TEST(Regions, RefuseWhatCannotBe) {
  const auto mask = random_mask(0.5, 1);
  const Held small(PixelBuffer(DType::u8, 4, 4, 1)), floats(PixelBuffer(DType::f32, 4, 4, 1));
  PixelBuffer negative(DType::i8, 4, 4, 1);
  negative.data()[3] = std::byte{0xff};
  const Held below(std::move(negative));
  const auto none = [](std::int64_t) {};
  EXPECT_EQ(measure_regions(*mask, 0, &small, 0, 1, nullptr, none).error().code(), Code::invalid);
  EXPECT_EQ(measure_regions(floats, 0, nullptr, 0, 1, nullptr, none).error().code(), Code::invalid);
  EXPECT_EQ(measure_regions(*mask, 1, nullptr, 0, 1, nullptr, none).error().code(), Code::invalid);
  EXPECT_EQ(measure_regions(below, 0, nullptr, 0, 2, nullptr, none).error().code(), Code::invalid);
}

}  // namespace
}  // namespace pantile::label
