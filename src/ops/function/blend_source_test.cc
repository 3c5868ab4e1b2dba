#include "ops/function/blend_source.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <cstring>
#include <thread>
#include <vector>

#include "core/copy.h"
#include "ops/function/test_places.h"

namespace pantile {
namespace {

using test::Places;
using test::read;

/// Says of a window's pixel what depends on the window too.
class Opinion final : public TileFunction {
 public:
  std::string name() const override { return "opinion"; }
  Fingerprint fingerprint() const override { return hash_text("opinion"); }
  Status apply(const FunctionTile& tile, View in, MutableView out) const override {
    ++calls;
    for (std::int64_t y = 0; y < out.height(); ++y) {
      for (std::int64_t x = 0; x < out.width(); ++x) {
        std::int32_t sample = 0;
        std::memcpy(&sample, in.at(y, x), 4);
        const double value = said(tile, sample);
        std::memcpy(out.at(y, x), &value, 8);
      }
    }
    return {};
  }
  static double said(const FunctionTile& tile, std::int32_t sample) {
    return sample / 7.0 + 1000.0 * static_cast<double>(tile.row * 3 + tile.column);
  }
  mutable std::atomic<int> calls{0};
};

FunctionOptions windows(std::int64_t tile, std::int64_t overlap, Blend blend, int batch = 0) {
  FunctionOptions options;
  options.tile_px = tile;
  options.overlap_px = overlap;
  options.blend = blend;
  options.batch = batch;
  options.has_dtype = true;
  options.dtype = DType::f64;
  return options;
}

double sample(const PixelBuffer& pixels, std::int64_t y, std::int64_t x) {
  double value = 0;
  std::memcpy(&value, pixels.view().at(y, x), sizeof value);
  return value;
}

/// By the definition: window by window, pixel by pixel.
double by_definition(const FunctionOptions& o, std::int64_t y, std::int64_t x) {
  const FunctionGrid grid({0, 0, 100, 70}, o);
  const std::vector<double> weights = window_weights(o.blend, o.tile_px);
  double sum = 0, all = 0;
  for (std::int64_t row = 0; row < grid.rows(); ++row) {
    for (std::int64_t column = 0; column < grid.columns(); ++column) {
      const FunctionTile tile = grid.tile(column, row);
      if (!tile.core.contains({x, y, x + 1, y + 1})) continue;
      const double weight = weights[static_cast<std::size_t>(y - tile.core.y0)] *
                            weights[static_cast<std::size_t>(x - tile.core.x0)];
      sum += weight * Opinion::said(tile, static_cast<std::int32_t>(y * 1000 + x));
      all += weight;
    }
  }
  return sum / all;
}

TEST(BlendSource, IsTheWeightedMeanOfAllWindows) {
  for (const Blend blend : {Blend::mean, Blend::hann, Blend::gaussian}) {
    for (const auto& [tile, overlap] : {std::pair{20, 5}, {16, 8}, {30, 23}, {200, 50}, {1, 0}}) {
      const FunctionOptions options = windows(tile, overlap, blend);
      const auto source =
          apply_function(std::make_shared<Places>(), std::make_shared<Opinion>(), options);
      ASSERT_TRUE(source.ok());
      const PixelBuffer whole = read(**source, {0, 0, 100, 70});
      for (std::int64_t y = 0; y < 70; y += 3) {
        for (std::int64_t x = 0; x < 100; x += 3) {
          EXPECT_NEAR(sample(whole, y, x), by_definition(options, y, x), 1e-8) << y << ' ' << x;
        }
      }
      EXPECT_EQ(sample(whole, 0, 0), 0.0);
      const Rect part{11, 5, 93, 69};
      EXPECT_TRUE(same_pixels(read(**source, part).view(), whole.view().window(part)));
    }
  }
}

TEST(BlendSource, PredictsEveryWindowOnce) {
  for (const int batch : {0, 4}) {
    const auto opinion = std::make_shared<Opinion>();
    const auto source =
        apply_function(std::make_shared<Places>(), opinion, windows(20, 10, Blend::hann, batch));
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&source, i] {
        for (std::int64_t y = 0; y < 70; y += 10) {
          for (std::int64_t x = i * 10; x < 100; x += 40) read(**source, {x, y, x + 10, y + 10});
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(opinion->calls, 9 * 6);
  }
}

TEST(BlendSource, TakesTheNearestWindow) {
  for (const auto& [tile, overlap] : {std::pair{20, 5}, {16, 8}, {30, 23}, {17, 4}, {13, 12}}) {
    const FunctionOptions options = windows(tile, overlap, Blend::nearest);
    const FunctionGrid grid({0, 0, 100, 70}, options);
    const auto source =
        apply_function(std::make_shared<Places>(), std::make_shared<Opinion>(), options);
    const PixelBuffer whole = read(**source, {0, 0, 100, 70});
    const auto nearest = [&, edge = std::int64_t{tile}](std::int64_t at, std::int64_t count) {
      std::int64_t best = 0;
      for (std::int64_t k = 0; k < count; ++k) {
        const auto far = [&](std::int64_t w) {
          return std::abs(2 * at + 1 - (2 * w * grid.step_px() + edge));
        };
        if (far(k) < far(best)) best = k;
      }
      return best;
    };
    for (std::int64_t y = 0; y < 70; ++y) {
      for (std::int64_t x = 0; x < 100; ++x) {
        const FunctionTile window = grid.tile(nearest(x, grid.columns()), nearest(y, grid.rows()));
        EXPECT_EQ(sample(whole, y, x),
                  Opinion::said(window, static_cast<std::int32_t>(y * 1000 + x)));
      }
    }
  }
}

TEST(BlendSource, RoundsAndLimitsIntegers) {
  class Extreme final : public TileFunction {
   public:
    std::string name() const override { return "extreme"; }
    Fingerprint fingerprint() const override { return hash_text("extreme"); }
    Status apply(const FunctionTile& tile, View, MutableView out) const override {
      for (std::int64_t y = 0; y < out.height(); ++y) {
        for (std::int64_t x = 0; x < out.width(); ++x) {
          *out.at(y, x) = std::byte(tile.column == 0 ? 255 : 252);
        }
      }
      return {};
    }
  };
  FunctionOptions options = windows(20, 10, Blend::mean);
  options.dtype = DType::u8;
  const auto source =
      apply_function(std::make_shared<Places>(), std::make_shared<Extreme>(), options);
  const PixelBuffer pixels = read(**source, {0, 0, 100, 70});
  EXPECT_EQ(*pixels.view().at(0, 9), std::byte(255));
  EXPECT_EQ(*pixels.view().at(35, 10), std::byte(254));  // 253.5, to even
  EXPECT_EQ(*pixels.view().at(69, 99), std::byte(252));
}

TEST(BlendSource, RefusesWhatCannotBe) {
  const auto refused = [](const FunctionOptions& options) {
    const auto source =
        apply_function(std::make_shared<Places>(), std::make_shared<Opinion>(), options);
    return source.ok() ? std::string() : source.error().message();
  };
  EXPECT_EQ(refused(windows(20, 20, Blend::hann)), "opinion: overlap is 20: expected 0 to 19");
  EXPECT_EQ(refused(windows(20, -1, Blend::hann)), "opinion: overlap is -1: expected 0 to 19");
  FunctionOptions half = windows(20, 5, Blend::hann);
  half.dtype = DType::f16;
  EXPECT_EQ(refused(half), "opinion: predictions of float16 cannot be blended; ask for float32");
  half.blend = Blend::nearest;
  EXPECT_EQ(refused(half), "");
}

TEST(WindowWeights, AreThoseOfTheirFormulas) {
  const std::vector<double> hann = window_weights(Blend::hann, 4);
  EXPECT_NEAR(hann[0], std::pow(std::sin(std::acos(-1.0) / 8), 2), 1e-15);
  EXPECT_NEAR(hann[1], hann[2], 1e-15);
  const std::vector<double> gaussian = window_weights(Blend::gaussian, 16);
  EXPECT_NEAR(gaussian[0], std::exp(-0.5 * 3.75 * 3.75), 1e-15);
  EXPECT_EQ(gaussian[3], gaussian[12]);
  EXPECT_EQ(window_weights(Blend::mean, 2), (std::vector<double>{1, 1}));
}

}  // namespace
}  // namespace pantile
