// Any rectangle of a filtered image has the bits of the whole, for every operator and rule.
#include "ops/filter/filter_source.h"

#include <gtest/gtest.h>

#include <string>

#include "ops/filter/test_images.h"

namespace pantile::filter {
namespace {

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
        "open(5, @)", "close(3, @)", "tophat(7, @)", "open(15, @)", "dilate(21, @)", "median(3, @)",
        "median(5, @)", "median(7, @)", "median(17, @)", "rank(3, 0.2, @) | rank(5, 0.9, @)",
        "adaptive(9, 0.1, @)", "adaptive(5, mean=box, @) | median(3)",
        "gaussian(1, @) | sobel(boundary=nearest) | threshold(0.3)",
        "rescale(range=0:1) | gaussian(2, @) | sobel(@) | threshold(0.2)",
        "sobel(@) | gaussian(1.4, boundary=wrap) | box(3, boundary=reflect) | erode(3, @)",
        "cast(float64) | gaussian(1, @) | cast(uint8)", "rolling_ball(4, @)",
        "rolling_ball(2.5, difference, @)", "threshold(0.4) | distance(9)",
        "resize(90, 51) | gaussian(1, @)", "resize(scale=0.23, method=cubic)",
        "sobel(@) | resize(scale=2.6, method=lanczos) | box(3, @)", "resize(width=31, method=area)",
        "resize(scale=3.1, method=nearest) | erode(3, @)", "resize(height=20, antialias=off)",
        "gaussian(1, @) | hysteresis(0.4, 0.6) | dilate(3, @)",
        "threshold(0.5) | label(8) | resize(scale=2, method=nearest)",
        "watershed([threshold(0.8) | label], [median(3) | threshold(0.3)], 8) | dilate(3, @)",
        "gaussian(1, @) | mask([median(5) | threshold(0.55)], 0.25) | box(3, @)",
        "tissue(3, 0.4) | erode(3, @)",
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
      {"rescale(0:1, q=0:1)", "either range=a:b or quantiles"},
      {"sobel |", "character 8: expected an operator's name, found the end"},
      {"sobel gaussian(1)", "expected '|' or the end, found 'g'"},
      {"sobel(boundary=nearest", "expected ',' or ')', found the end"},
      {"add(nan)", "value of add has to be a number"},
      {"add(1e999)", "expected a number"},
      {"invert(1, 2)", "invert takes 1 values"},
      {"add(\"\")", "a number, or another image"},
      {"add(sobel)", "a number, or another image"},
      {"gamma(\"a\")", "exponent of gamma has to be a number"},
      {"separable(1, 2)", "separable needs 'x'"},
      {"add([sobl])", "did you mean sobel?"},
      {"add(\"a.tiff)", "a text whose quotes are closed"},
      {"add([sobel)", "expected '|' or ']', found ')'"},
      {"add([sobel | [)", "expected an operator's name"},
      {"select", "select needs 'channels'"},
      {"select(0.5)", "a list of whole numbers"},
      {"select(-1)", "from 0 to 65535; it is '-1'"},
      {"merge(1)", "another image"},
      {"mask(3)", "image of mask has to be another image"},
      {"expression(3)", "a text in double quotes"},
      {"convolve([1], 3, wrap, 1, 1)", "convolve takes 4 values"},
      {"convolve([])", "expected a number"},
      {"resize", "resize takes either scale, or width and height or one of them"},
      {"resize(10, scale=2)", "resize takes either scale"},
      {"resize(0)", "width of resize has to be a whole number from 1"},
      {"resize(10, method=best)", "one of nearest linear cubic lanczos area"},
      {"hysteresis(3, 2)", "hysteresis: low is 3, above high, 2"},
      {"label(6)", "connectivity of label has to be 4 or 8; it is 6"},
      {"hysteresis(1, 2, 5)", "connectivity of hysteresis has to be 4 or 8; it is 5"},
      {"watershed([label], connectivity=6)", "connectivity of watershed has to be 4 or 8; it is 6"},
      {"watershed([label], max=100)",
       "max of watershed has to be a whole number from 512 to 16384"},
      {"watershed", "watershed needs 'markers'"},
      {"distance(0)", "max of distance has to be a number from 1 to 1024"},
      {"rolling_ball(0.5)", "radius of rolling_ball has to be a number from 1 to 256"},
      {"convolve([1, 2", "expected ',' or ']'"}};
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
