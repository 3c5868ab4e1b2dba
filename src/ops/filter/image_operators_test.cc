// Operators on channels and between images.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <string>

#include "ops/filter/graph.h"
#include "ops/filter/test_images.h"

namespace pantile::filter {
namespace {

constexpr std::int64_t kWidth = 300, kHeight = 90;

/// `text` over `first`; files are the images a, b, … of `others`.
Result<Graph> graph_of(const std::string& text, const std::shared_ptr<const TileSource>& first,
                       const std::vector<std::shared_ptr<const TileSource>>& others = {}) {
  PANTILE_ASSIGN(const Chain chain, parse_chain(text));
  return apply_chain(chain, Graph::leaf(first), [&](const std::string& path) -> Result<Graph> {
    return Graph::leaf(others[static_cast<std::size_t>(path[0] - 'a')]);
  });
}

std::shared_ptr<const TileSource> source_of(
    const std::string& text, const std::shared_ptr<const TileSource>& first,
    const std::vector<std::shared_ptr<const TileSource>>& others = {}) {
  const auto graph = graph_of(text, first, others);
  EXPECT_TRUE(graph.ok()) << (graph.ok() ? "" : graph.error().message());
  const auto made = compile_graph(*graph);
  EXPECT_TRUE(made.ok()) << (made.ok() ? "" : made.error().message());
  return *made;
}

PixelBuffer all_of(const TileSource& source) {
  return read_rect(source, source.spec().levels.front().bounds());
}
template <class T> T sample(const PixelBuffer& pixels, std::int64_t y, std::int64_t x, int c) {
  T v;
  std::memcpy(&v, View(pixels.view()).at(y, x, c), sizeof v);
  return v;
}

class TwoImages : public testing::TestWithParam<const char*> {};

TEST_P(TwoImages, TilesEqualTheWhole) {
  for (const DType dtype : {DType::u8, DType::u16, DType::f32, DType::f64}) {
    for (const auto& [width, height] : {std::pair(700, 90), std::pair(37, 211), std::pair(3, 2)}) {
      const auto image = noise(dtype, width, height, 3);
      const auto other = noise(dtype, width, height, 3, 9);
      const auto mask = noise(DType::u8, width, height, 1, 11);
      expect_tiles_equal_whole(*source_of(GetParam(), image, {other, mask}),
                               std::string(GetParam()) + " of " + std::string(dtype_name(dtype)));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Filter, TwoImages,
    testing::Values("select(2, 0)", "select(1) | gaussian(2, boundary=wrap)", "merge(\"a\")",
                    "cast(uint8) | merge([gaussian(1) | cast(uint8)], \"b\") | erode(3)",
                    "add(\"a\")", "subtract([gaussian(5)])", "multiply(\"b\")", "divide(\"a\")",
                    "minimum(\"a\")", "maximum([box(5, boundary=wrap)])", "minimum(0.4)",
                    "expression(\"(b1-b0)/(b1+b0) + if(b2 > 1, b2^2, sqrt(b0))\")",
                    "sobel | expression(\"max(b0, b1, b2)\") | gaussian(1)", "mask(\"b\", value=7)",
                    "gaussian(1.5) | mask([threshold(0.5)])", "nodata(3) | box(3)",
                    "flatfield(\"a\", mean=2)", "flatfield(\"a\", \"b\", mean=2) | sobel",
                    "hed | gaussian(1)", "convolve([1, 2, 3, 4, 5, 6, 7, 8, 9])",
                    "convolve([1, -1, 2], width=3)",
                    "separable([1, 2, 1], [1, 0, -1, 3, 4], boundary=constant, outside=2)"),
    [](const auto& test) { return "Chain" + std::to_string(test.index); });

TEST(Select, GivesTheSamplesAndWhatTheyAreCalled) {
  const auto image = noise(DType::f32, kWidth, kHeight, 5);
  const auto made = source_of("select(3, 1, 3)", image);
  EXPECT_EQ(made->spec().channels, 3);
  const PixelBuffer before = all_of(*image), after = all_of(*made);
  const int from[] = {3, 1, 3};
  for (int c = 0; c < 3; ++c) {
    EXPECT_TRUE(same_pixels(View(before.view()).select_channels(from[c], from[c] + 1),
                            View(after.view()).select_channels(c, c + 1)));
  }
}

/// Counts what is read of an image.
class Counted final : public TileSource {
 public:
  explicit Counted(std::shared_ptr<const TileSource> inner) : inner_(std::move(inner)) {}
  const ImageSpec& spec() const override { return inner_->spec(); }
  Cost cost(const Region& region) const override { return inner_->cost(region); }
  Status read(const Region& region, MutableView out, ReadContext& context) const override {
    samples += region.rect.area() * region.channels();
    return inner_->read(region, out, context);
  }
  Fingerprint fingerprint() const override { return inner_->fingerprint(); }
  mutable std::int64_t samples = 0;

 private:
  std::shared_ptr<const TileSource> inner_;
};

TEST(Select, ReadsNoOtherChannels) {
  const auto image = std::make_shared<Counted>(noise(DType::u16, 64, 32, 256));
  for (const char* text : {"select(77)", "select(77) | multiply(2)", "multiply(2) | select(77)",
                           "expression(\"b77 + 1\")", "sobel(boundary=nearest) | select(255)"}) {
    image->samples = 0;
    all_of(*source_of(text, image));
    EXPECT_EQ(image->samples, 64 * 32) << text;
  }
}

TEST(Select, KeepsWhatNoRowCanHold) {
  PixelBuffer pixels(DType::i64, 2, 2, 2);
  const std::int64_t values[] = {1, INT64_MAX, 2, INT64_MAX - 1, 3, INT64_MIN, 4, 7};
  std::memcpy(pixels.data(), values, sizeof values);
  const auto image = std::make_shared<MemorySource>(std::move(pixels), Kind::intensity);
  const PixelBuffer made = all_of(*source_of("select(1) | merge([select(0)])", image));
  EXPECT_EQ(sample<std::int64_t>(made, 0, 1, 0), INT64_MAX - 1);
}

TEST(Arithmetic, IsThatOfTheSamples) {
  const auto a = noise(DType::u8, kWidth, kHeight, 3), b = noise(DType::u8, kWidth, kHeight, 1, 8);
  const PixelBuffer first = all_of(*a), second = all_of(*b);
  const std::pair<const char*, std::function<float(float, float)>> cases[] = {
      {"add(\"a\")", [](float x, float y) { return x + y; }},
      {"subtract(\"a\")", [](float x, float y) { return x - y; }},
      {"multiply(\"a\")", [](float x, float y) { return x * y; }},
      {"divide(\"a\")", [](float x, float y) { return x / y; }}};
  for (const auto& [text, f] : cases) {
    const PixelBuffer made = all_of(*source_of(text, a, {b}));
    for (std::int64_t y = 0; y < kHeight; y += 7) {
      for (std::int64_t x = 0; x < kWidth; x += 3) {
        for (int c = 0; c < 3; ++c) {
          const float want =
              f(sample<std::uint8_t>(first, y, x, c), sample<std::uint8_t>(second, y, x, 0));
          const auto got = sample<float>(made, y, x, c);
          EXPECT_TRUE(got == want || (got != got && want != want)) << text;
        }
      }
    }
  }
  const auto least = source_of("minimum(\"a\")", b, {a});
  EXPECT_EQ(least->spec().dtype, DType::u8);
  EXPECT_EQ(least->spec().channels, 3);
  const PixelBuffer made = all_of(*least);
  EXPECT_EQ(sample<std::uint8_t>(made, 5, 6, 2),
            std::min(sample<std::uint8_t>(first, 5, 6, 2), sample<std::uint8_t>(second, 5, 6, 0)));
}

TEST(Expression, FollowsTheLanguage) {
  const auto image = noise(DType::f64, kWidth, kHeight, 3);
  const PixelBuffer before = all_of(*image);
  const PixelBuffer made =
      all_of(*source_of("expression(\"let s = b0 + b2 in b1^2 * s - s^-1 + b1^3\")", image));
  for (std::int64_t x = 0; x < kWidth; ++x) {
    const auto b = [&](int c) { return sample<double>(before, 4, x, c); };
    const double s = b(0) + b(2);
    const double want = b(1) * b(1) * s - 1 / s + b(1) * b(1) * b(1);
    const auto got = sample<double>(made, 4, x, 0);
    EXPECT_TRUE(got == want || (got != got && want != want)) << got << " " << want;
  }
}

TEST(Hed, StainsAreTakenApart) {
  // Light that a slide lets through which holds so much of each stain.
  const double stains[] = {0.11, 0.05, 0.03};
  const double vectors[3][3] = {{0.65, 0.70, 0.29}, {0.07, 0.99, 0.11}, {0.27, 0.57, 0.78}};
  PixelBuffer pixels(DType::f64, 1, 1, 3);
  for (int c = 0; c < 3; ++c) {
    double absorbed = 0;
    for (int s = 0; s < 3; ++s) absorbed += stains[s] * vectors[s][c];
    const double light = std::pow(1e-6, absorbed);
    std::memcpy(pixels.data() + 8 * c, &light, 8);
  }
  const auto image = std::make_shared<MemorySource>(std::move(pixels), Kind::rgb);
  const PixelBuffer made = all_of(*source_of("hed", image));
  for (int s = 0; s < 3; ++s) EXPECT_NEAR(sample<double>(made, 0, 0, s), stains[s], 1e-12);
}

TEST(ImageOperators, SayWhatDoesNotFit) {
  const auto image = noise(DType::u8, kWidth, kHeight, 3);
  const auto small = noise(DType::u8, 100, kHeight, 3);
  const auto two = noise(DType::u8, kWidth, kHeight, 2);
  const auto wide = noise(DType::u16, kWidth, kHeight, 3);
  const std::pair<const char*, const char*> wrong[] = {
      {"add(\"a\")", "300 x 90 pixels and the other 100 x 90"},
      {"add(\"b\")", "3 channels and the other 2"},
      {"merge(\"c\")", "uint8 and another uint16; make them one type with cast"},
      {"select(3)", "there is no channel 3; the image has 3 channels"},
      {"expression(\"b3\")", "there is no b3; the image has 3 channels, b0 to b2"},
      {"expression(\"x + b0\")", "'x' has no meaning here"},
      {"expression(\"rgb(b0, b1, b2)\")", "is a colour"},
      {"expression(\"b0 +\")", "expected a value"},
      {"select(0) | hed", "3 channels is needed, this one has 1"},
      {"hed([1, 0, 0, 1, 0, 0, 0, 1, 1])", "cannot be told apart"},
      {"hed([1])", "nine numbers"},
      {"mask(\"b\")", "3 channels and the other 2"},
      {"select(0) | mask(\"a\")", "pixels"},
      {"convolve([1, 2])", "2 weights are no kernel of odd height and width"},
      {"convolve([1, 2, 3, 4], width=3)", "no kernel"},
      {"separable([1, 2], [1])", "an odd number of weights"}};
  for (const auto& [text, expected] : wrong) {
    const auto graph = graph_of(text, image, {small, two, wide});
    ASSERT_FALSE(graph.ok()) << text;
    EXPECT_EQ(graph.error().code(), Code::invalid);
    EXPECT_NE(graph.error().message().find(expected), std::string::npos)
        << text << ": " << graph.error().message();
  }
  const auto none =
      apply_chain(*parse_chain("add(#2)"), Graph::leaf(image), {}, {Graph::leaf(two)});
  ASSERT_FALSE(none.ok());
  EXPECT_NE(none.error().message().find("there is no image #2; 1 are given"), std::string::npos);
  const auto no_files = apply_chain(*parse_chain("add(\"a\")"), Graph::leaf(image));
  ASSERT_FALSE(no_files.ok());
}

TEST(ImageOperators, AreWrittenAsTheyAreRead) {
  for (const char* text :
       {"add(value=\"a.tiff\")", "merge([\"a.tiff\" | sobel(boundary=wrap, outside=0)], \"b\")",
        "mask(image=#2, value=0)", "add(value=[#1 | abs])", "select(channels=[0, 2])",
        "expression(formula=\"b0 + 1\")",
        "subtract(value=[box(size=3, boundary=reflect, outside=0)])"}) {
    const auto chain = parse_chain(text);
    ASSERT_TRUE(chain.ok()) << text << chain.error().message();
    EXPECT_EQ(text_of(*chain), text);
  }
  const auto graph = graph_of("subtract([gaussian(1) | abs])", noise(DType::u8, kWidth, kHeight));
  EXPECT_NE(graph->text().find("subtract(value=[image | gaussian("), std::string::npos);
}

}  // namespace
}  // namespace pantile::filter
