// Any rectangle of a filtered image has the bits of the whole, for every operator and rule.
#include "ops/filter/filter_source.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <random>
#include <string>

#include "core/buffer.h"
#include "core/copy.h"

namespace pantile::filter {
namespace {

/// Samples in memory.
class MemorySource final : public TileSource {
 public:
  MemorySource(PixelBuffer pixels, Kind kind) : pixels_(std::move(pixels)) {
    const Layout l = pixels_.view().layout();
    spec_.dtype = l.dtype;
    spec_.channels = l.channels;
    spec_.kind = kind;
    spec_.levels = {{l.width, l.height, {}, {}}};
  }
  const ImageSpec& spec() const override { return spec_; }
  Cost cost(const Region&) const override { return {}; }
  Status read(const Region& r, MutableView out, ReadContext&) const override {
    PANTILE_TRY(check_read(spec_, r, out));
    copy_pixels(View(pixels_.view()).window(r.rect).select_channels(r.c0, r.c1), out);
    return {};
  }
  Fingerprint fingerprint() const override { return {}; }

 private:
  PixelBuffer pixels_;
  ImageSpec spec_;
};

std::shared_ptr<const TileSource> noise(DType dtype, std::int64_t width, std::int64_t height,
                                        int channels = 1) {
  PixelBuffer pixels(dtype, height, width, channels);
  std::mt19937_64 random(5);
  const std::size_t sample = dtype_bytes(dtype);
  for (std::size_t i = 0; i < pixels.size_bytes() / sample; ++i) {
    const std::uint64_t bits = random();
    if (dtype == DType::f32 || dtype == DType::f64) {
      double v = static_cast<double>(bits >> 11) * 0x1p-53 * 2 - 0.5;
      if (bits % 997 == 0) v = std::nan("");
      if (bits % 991 == 0) v = HUGE_VAL;
      if (dtype == DType::f32) {
        reinterpret_cast<float*>(pixels.data())[i] = static_cast<float>(v);
      } else {
        reinterpret_cast<double*>(pixels.data())[i] = v;
      }
    } else {
      std::memcpy(pixels.data() + i * sample, &bits, sample);
    }
  }
  return std::make_shared<MemorySource>(std::move(pixels), Kind::intensity);
}

std::unique_ptr<FilterSource> filtered(std::shared_ptr<const TileSource> inner,
                                       const std::string& text) {
  const auto chain = parse_chain(text);
  EXPECT_TRUE(chain.ok()) << (chain.ok() ? "" : chain.error().message());
  auto made = FilterSource::make(std::move(inner), *chain);
  EXPECT_TRUE(made.ok()) << (made.ok() ? "" : made.error().message());
  return std::move(*made);
}

PixelBuffer read_rect(const TileSource& source, const Rect& rect) {
  const ImageSpec& spec = source.spec();
  PixelBuffer out(spec.dtype, rect.height(), rect.width(), spec.channels);
  ReadContext context;
  const Status done = source.read(spec.region(0, rect), out.view(), context);
  EXPECT_TRUE(done.ok()) << (done.ok() ? "" : done.error().message());
  return out;
}

void expect_tiles_equal_whole(const TileSource& source, const std::string& what) {
  const Rect all = source.spec().levels.front().bounds();
  const PixelBuffer whole = read_rect(source, all);
  std::mt19937_64 random(3);
  for (int k = 0; k < 25; ++k) {
    const auto pick = [&](std::int64_t n) {
      const auto a = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(n));
      const std::int64_t most = k % 3 == 0 ? n : 17;
      const auto b = a + 1 + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(most));
      return std::pair(a, std::min(b, n));
    };
    const auto [x0, x1] = pick(all.x1);
    const auto [y0, y1] = pick(all.y1);
    const Rect rect{x0, y0, x1, y1};
    const PixelBuffer part = read_rect(source, rect);
    ASSERT_TRUE(same_pixels(part.view(), View(whole.view()).window(rect)))
        << what << " at " << x0 << ", " << y0 << " to " << x1 << ", " << y1;
  }
}

TEST(FilterSource, ChannelsMayHaveNumbersOfTheirOwn) {
  const auto inner = noise(DType::f32, 300, 80, 3);
  const std::vector<std::string> texts{"rescale(0:0.5) | gaussian(2)",
                                       "rescale(0.1:1) | gaussian(2)",
                                       "rescale(-1:2) | gaussian(2)"};
  std::vector<Chain> chains;
  for (const std::string& text : texts) chains.push_back(*parse_chain(text));
  const auto made = FilterSource::make(inner, chains);
  ASSERT_TRUE(made.ok());
  const Rect all = inner->spec().levels.front().bounds();
  const PixelBuffer together = read_rect(**made, all);
  for (int c = 0; c < 3; ++c) {
    const auto alone = filtered(inner, texts[static_cast<std::size_t>(c)]);
    EXPECT_TRUE(same_pixels(View(read_rect(*alone, all).view()).select_channels(c, c + 1),
                            View(together.view()).select_channels(c, c + 1)));
    EXPECT_NE((*made)->fingerprint(), alone->fingerprint());
  }
  expect_tiles_equal_whole(**made, "three chains");
  EXPECT_FALSE(FilterSource::make(inner, std::vector<Chain>(2, chains[0])).ok());
}

class EveryOperator : public testing::TestWithParam<const char*> {};

TEST_P(EveryOperator, TilesEqualTheWhole) {
  for (const char* boundary : {"reflect", "nearest", "constant, outside=0.25", "wrap"}) {
    std::string text = GetParam();
    for (std::size_t at; (at = text.find('@')) != std::string::npos;) {
      text.replace(at, 1, std::string("boundary=") + boundary);
    }
    for (const DType dtype : {DType::u8, DType::u16, DType::f32, DType::f64}) {
      for (const auto& [width, height] :
           {std::pair(700, 90), std::pair(37, 611), std::pair(3, 2)}) {
        expect_tiles_equal_whole(*filtered(noise(dtype, width, height), text),
                                 text + " of " + std::string(dtype_name(dtype)));
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Filter, EveryOperator,
    testing::Values(
        "gaussian(2, @)", "gaussian(0)", "box(5, @)", "sobel(@)", "scharr(@)", "laplacian(@)",
        "log(1.5, @)", "dog(1, 2.5, @)", "unsharp(1.2, 0.7, @)", "erode(3, @)", "dilate(5, @)",
        "open(5, @)", "close(3, @)", "tophat(7, @)",
        "gaussian(1, @) | sobel(boundary=nearest) | threshold(0.3)",
        "rescale(range=0:1) | gaussian(2, @) | sobel(@) | threshold(0.2)",
        "sobel(@) | gaussian(1.4, boundary=wrap) | box(3, boundary=reflect) | erode(3, @)",
        "cast(float64) | gaussian(1, @) | cast(uint8)",
        "clip(0:0.5) | gamma(0.7) | invert | abs | sqrt | multiply(255) | cast(int16)"),
    [](const auto& test) { return "Chain" + std::to_string(test.index); });

TEST(FilterSource, ChannelsAreFilteredByThemselves) {
  const auto inner = noise(DType::f32, 300, 40, 6);
  const auto all = filtered(inner, "gaussian(1.5) | sobel");
  expect_tiles_equal_whole(*all, "six channels");
  const Rect rect{5, 3, 290, 33};
  const PixelBuffer together = read_rect(*all, rect);
  for (int c = 0; c < 6; ++c) {
    PixelBuffer one(DType::f32, rect.height(), rect.width(), 1);
    ReadContext context;
    ASSERT_TRUE(all->read({0, 0, 0, c, c + 1, rect}, one.view(), context).ok());
    EXPECT_TRUE(same_pixels(one.view(), View(together.view()).select_channels(c, c + 1)));
  }
}

TEST(FilterSource, TheResultHasItsOwnType) {
  const auto inner = noise(DType::u16, 20, 20);
  const auto type_of = [&](const char* text) { return filtered(inner, text)->spec().dtype; };
  EXPECT_EQ(type_of("erode(3)"), DType::u16);
  EXPECT_EQ(type_of("gaussian(1)"), DType::f32);
  EXPECT_EQ(type_of("cast(int32)"), DType::i32);
  EXPECT_EQ(type_of("threshold(7)"), DType::u8);
  EXPECT_EQ(filtered(inner, "threshold(7)")->spec().kind, Kind::mask);
  EXPECT_EQ(filtered(inner, "tophat(3)")->spec().dtype, DType::u16);
}

TEST(FilterSource, TheFingerprintIsThatOfImageAndOperators) {
  const auto inner = noise(DType::u8, 20, 20);
  const auto print = [&](const char* text) { return filtered(inner, text)->fingerprint(); };
  EXPECT_EQ(print("gaussian(2)").hex(), print(" gaussian( sigma = 2, truncate=4 ) ").hex());
  EXPECT_NE(print("gaussian(2)").hex(), print("gaussian(2.5)").hex());
  EXPECT_NE(print("gaussian(2)").hex(), print("gaussian(2, boundary=wrap)").hex());
}

TEST(ParseChain, SaysWhatIsWrong) {
  const std::pair<const char*, const char*> wrong[] = {
      {"gausian(2)", "did you mean gaussian?"},
      {"gaussian", "gaussian needs 'sigma'"},
      {"gaussian(-1)", "sigma of gaussian has to be a number from 0 to 256; it is '-1'"},
      {"gaussian(1, width=2)", "gaussian has no 'width'; it has: sigma, truncate"},
      {"gaussian(1, sigma=2)", "sigma of gaussian is given twice"},
      {"box(4)", "an odd whole number"},
      {"box(3, boundary=mirror)", "one of reflect nearest constant wrap"},
      {"clip(2:1)", "two numbers a:b, a < b"},
      {"rescale", "either range=a:b or quantiles"},
      {"rescale(0:1, q=0:1)", "either range=a:b or quantiles"},
      {"sobel |", "character 8: expected an operator's name, found the end"},
      {"sobel gaussian(1)", "expected '|' or the end, found 'g'"},
      {"sobel(boundary=nearest", "expected ',' or ')', found the end"},
      {"add(nan)", "value of add has to be a number"},
      {"add(1e999)", "expected a number"},
      {"invert(1, 2)", "invert takes 1 values"}};
  for (const auto& [text, expected] : wrong) {
    const auto chain = parse_chain(text);
    ASSERT_FALSE(chain.ok()) << text;
    EXPECT_EQ(chain.error().code(), Code::invalid);
    EXPECT_NE(chain.error().message().find(expected), std::string::npos)
        << text << ": " << chain.error().message();
  }
}

}  // namespace
}  // namespace pantile::filter
