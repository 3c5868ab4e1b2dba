#include "ops/filter/resample_source.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <numeric>

#include "ops/filter/test_images.h"

namespace pantile::filter {
namespace {

constexpr ResampleMethod kWeighted[] = {ResampleMethod::linear, ResampleMethod::cubic,
                                        ResampleMethod::lanczos, ResampleMethod::area};

TEST(ResamplingTaps, AddUpToOneAndLieInTheImage) {
  for (const ResampleMethod method : kWeighted) {
    for (const bool antialias : {true, false}) {
      for (const auto& [in, out] : {std::pair(7, 3), std::pair(3, 7), std::pair(1, 5),
                                    std::pair(1000, 1), std::pair(64, 64), std::pair(511, 512)}) {
        const Resampling how{out, out, method, antialias};
        for (int i = 0; i < out; ++i) {
          const Taps taps = resampling_taps(i, in, out, how);
          ASSERT_FALSE(taps.weights.empty());
          EXPECT_GE(taps.first, 0);
          EXPECT_LE(taps.first + static_cast<std::int64_t>(taps.weights.size()), in);
          const double sum = std::accumulate(taps.weights.begin(), taps.weights.end(), 0.0);
          EXPECT_NEAR(sum, 1, 1e-12) << in << " to " << out << ", " << i;
          if (in == out) {
            EXPECT_EQ(taps.weights, std::vector<double>{1});
            EXPECT_EQ(taps.first, i);
          }
        }
      }
    }
  }
}

TEST(ResamplingTaps, AreThoseOfTheFilters) {
  // The middle of pixels 0 and 1, half of each.
  EXPECT_EQ(resampling_taps(0, 4, 2, {2, 1, ResampleMethod::area, true}).weights,
            (std::vector<double>{0.5, 0.5}));
  EXPECT_EQ(resampling_taps(0, 4, 2, {2, 1, ResampleMethod::linear, false}).weights,
            (std::vector<double>{0.5, 0.5}));
  // Widened: a triangle of 2 to either side, of which 2 pixels at most are there.
  const Taps wide = resampling_taps(0, 4, 2, {2, 1, ResampleMethod::linear, true});
  ASSERT_EQ(wide.weights.size(), 3u);
  EXPECT_NEAR(wide.weights[0], 0.75 / 1.75, 1e-15);
  EXPECT_NEAR(wide.weights[2], 0.25 / 1.75, 1e-15);
  // Keys' cubic in the middle between two pixels.
  const Taps cubic = resampling_taps(7, 8, 16, {16, 1, ResampleMethod::cubic, true});
  ASSERT_EQ(cubic.weights.size(), 4u);
  EXPECT_NEAR(cubic.weights[1], 0.8671875, 1e-12);  // at a distance of a quarter
}

TEST(ResampleSource, KeepsEverySampleOfAnImageOfThatSize) {
  for (const DType dtype : {DType::u8, DType::i16, DType::u32, DType::f64}) {
    const auto image = noise(dtype, 300, 270);
    for (const char* method : {"nearest", "linear", "cubic", "lanczos", "area"}) {
      const auto made = filtered(image, std::string("resize(scale=1, method=") + method + ")");
      ASSERT_EQ(made->spec().dtype, dtype);
      if (dtype == DType::f64) continue;  // (some are no numbers, which spoil their neighbours)
      EXPECT_TRUE(same_pixels(read_rect(*made, {0, 0, 300, 270}).view(),
                              read_rect(*image, {0, 0, 300, 270}).view()))
          << method;
    }
  }
}

TEST(ResampleSource, IntegersAreRoundedAndLimited) {
  PixelBuffer pixels(DType::u8, 1, 4, 1);
  const std::uint8_t samples[] = {255, 255, 0, 0};
  std::memcpy(pixels.data(), samples, 4);
  const auto image = std::make_shared<MemorySource>(std::move(pixels), Kind::intensity);
  // Cubic goes beyond 255 and below 0 beside the edge.
  const auto made = filtered(image, "resize(16, 1, cubic)");
  const PixelBuffer found = read_rect(*made, {0, 0, 16, 1});
  const auto* const row = reinterpret_cast<const std::uint8_t*>(found.data());
  EXPECT_EQ(row[5], 255);
  EXPECT_EQ(row[10], 0);
  EXPECT_EQ(row[7] + row[8], 255);
}

TEST(ResampleSource, ThePixelsCoverTheSamePlace) {
  const auto made = filtered(noise(DType::u8, 40, 30), "resize(scale=0.5)");
  const LevelInfo& level = made->spec().levels.front();
  EXPECT_EQ(level.width, 20);
  EXPECT_EQ(level.height, 15);
  EXPECT_EQ(level.scale, (Scale2{2, 2}));
  EXPECT_EQ(level.offset, (Offset2{0.5, 0.5}));
}

/// An image that no memory holds.
class Endless final : public TileSource {
 public:
  Endless() {
    spec_.dtype = DType::u8;
    spec_.levels = {{300'000'000, 400'000'000, {}, {}}};
  }
  const ImageSpec& spec() const override { return spec_; }
  Cost cost(const Region&) const override { return {}; }
  Status read(const Region& r, MutableView out, ReadContext&) const override {
    PANTILE_TRY(check_read(spec_, r, out));
    most = std::max(most.load(), r.rect.area());
    for (std::int64_t y = 0; y < out.height(); ++y) std::memset(out.at(y, 0), 7, out.width());
    return {};
  }
  Fingerprint fingerprint() const override { return {}; }
  mutable std::atomic<std::int64_t> most{0};

 private:
  ImageSpec spec_;
};

TEST(ResampleSource, ReadsPiecesHoweverLargeTheImageIs) {
  const auto image = std::make_shared<Endless>();
  for (const char* text : {"resize(scale=0.001)", "resize(scale=0.01, method=area)",
                           "resize(scale=0.002, method=nearest)", "resize(scale=0.5)"}) {
    image->most = 0;
    const auto made = filtered(image, text);
    const PixelBuffer found = read_rect(*made, {1000, 2000, 1040, 2003});
    EXPECT_EQ(found.data()[17], std::byte{7}) << text;
    EXPECT_LE(image->most, std::int64_t{1} << 21) << text;
  }
}

TEST(ResampleSource, SaysWhatCannotBe) {
  const auto refused = [](const char* text, const std::shared_ptr<const TileSource>& image) {
    const auto graph = apply_chain(*parse_chain(text), Graph::leaf(image));
    return graph.ok() ? std::string() : graph.error().message();
  };
  EXPECT_NE(refused("resize(scale=1000)", std::make_shared<Endless>()).find("an edge may have"),
            std::string::npos);
  EXPECT_NE(refused("label(4) | resize(scale=0.5)", noise(DType::u8, 9, 9)).find("method=nearest"),
            std::string::npos);
}

}  // namespace
}  // namespace pantile::filter
