#include "ops/formula/formula_source.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "core/buffer.h"
#include "core/copy.h"
#include "ops/colormap/colour_mapper.h"
#include "ops/formula/compile.h"

namespace pantile::formula {
namespace {

using SourcePtr = std::unique_ptr<FormulaSource>;

SourcePtr make(const std::string& text, const FormulaImage& image,
               const FormulaTables& kernels = {}) {
  auto program = compile(text, image.precision);
  EXPECT_TRUE(program.ok()) << program.error().message();
  auto source = FormulaSource::make(*program, image, kernels);
  EXPECT_TRUE(source.ok()) << source.error().message();
  return std::move(source).value();
}

PixelBuffer read(const FormulaSource& source, const Rect& rect) {
  const ImageSpec& spec = source.spec();
  PixelBuffer pixels(spec.dtype, rect.height(), rect.width(), spec.channels);
  ReadContext ctx;
  const Status status = source.read(spec.region(0, rect), pixels.view(), ctx);
  EXPECT_TRUE(status.ok()) << status.error().message();
  return pixels;
}

PixelBuffer read_all(const FormulaSource& source) {
  return read(source, source.spec().levels[0].bounds());
}

Rgb8 pixel(const PixelBuffer& p, std::int64_t y, std::int64_t x) {
  const auto* at = reinterpret_cast<const std::uint8_t*>(p.view().at(y, x));
  return {at[0], at[1], at[2]};
}

FormulaImage image(std::int64_t width, std::int64_t height, double scale) {
  FormulaImage i;
  i.frame = {.width = width, .height = height, .scale = scale};
  i.lo = -3;
  i.hi = 3;
  return i;
}

// Formats, precisions, samplings worth trying together.
std::vector<std::pair<std::string, FormulaImage>> cases() {
  std::vector<std::pair<std::string, FormulaImage>> all;
  for (const Precision precision : {Precision::f64, Precision::f32}) {
    for (const Output output : {Output::rgb8, Output::value_u16, Output::value_f32}) {
      for (const int samples : {1, 3}) {
        FormulaImage i = image(300, 70, 0.02);
        i.precision = precision;
        i.output = output;
        i.frame.samples = samples;
        i.frame.sampling = samples == 1 ? Sampling::corner : Sampling::center;
        all.emplace_back("complex", i);
        all.emplace_back("log(x*y) + 1/y", i);
      }
    }
    FormulaImage i = image(300, 70, 0.02);
    i.precision = precision;
    i.colormap = "viridis";
    all.emplace_back("sin(x)*cos(y) + log(x)", i);
    i.frame.samples = 16;
    all.emplace_back("gradient", i);
  }
  return all;
}

TEST(FormulaSource, EveryTargetGivesTheScalarPixels) {
  for (const auto& [text, i] : cases()) {
    FormulaTables scalar{&math::scalar_kernels<double>(), &math::scalar_kernels<float>(),
                         &scalar_colour_kernels<double>(), &scalar_colour_kernels<float>()};
    const PixelBuffer want = read_all(*make(text, i, scalar));
    for (const auto* table : math::all_kernels<double>()) {
      const PixelBuffer got = read_all(*make(text, i, {.f64 = table}));
      EXPECT_TRUE(same_pixels(got.view(), want.view())) << text << " on " << table->target;
    }
    for (const auto* table : math::all_kernels<float>()) {
      const PixelBuffer got = read_all(*make(text, i, {.f32 = table}));
      EXPECT_TRUE(same_pixels(got.view(), want.view())) << text << " on " << table->target;
    }
  }
}

TEST(FormulaSource, TiledEqualsWhole) {
  for (const auto& [text, i] : cases()) {
    const SourcePtr source = make(text, i);
    const PixelBuffer whole = read_all(*source);
    for (const Rect& rect : {Rect{0, 0, 1, 1}, Rect{3, 5, 20, 60}, Rect{1, 1, 258, 2},
                             Rect{299, 69, 300, 70}, Rect{17, 0, 300, 70}}) {
      const PixelBuffer tile = read(*source, rect);
      EXPECT_TRUE(same_pixels(tile.view(), whole.view().window(rect))) << text;
    }
  }
}

// Values of rows and of columns are computed in blocks of their own lengths: a picture longer than
// every block, both ways, against its pixels read one by one, and against the formula's transpose.
TEST(FormulaSource, BlocksOfRowsAndColumnsDoNotShow) {
  const std::vector<std::pair<std::string, std::string>> transposed{
      {"if(y<0, 5, -5)", "if(x<0, 5, -5)"},
      {"clamp(y, -1, 1)", "clamp(x, -1, 1)"},
      {"mix(1, 2, y)", "mix(1, 2, x)"},
      {"mix(y, 1, 2)", "mix(x, 1, 2)"},
      {"smoothstep(-1, 1, y)", "smoothstep(-1, 1, x)"},
      {"if(j<700, 1, 0)", "if(i<700, 1, 0)"},
      {"x + if(y<0, 5, y)", "y + if(x<0, 5, x)"},
      {"sin(x*y)*if(sin(5*y)>0, 1, 2)", "sin(y*x)*if(sin(5*x)>0, 1, 2)"},
      {"max(if(y<0, 5, -5), x) - clamp(v, 0.25, 0.75)",
       "max(if(x<0, 5, -5), y) - clamp(u, 0.25, 0.75)"},
      {"atan2(y, 2) + pow(3, y) + hypot(1, y)", "atan2(x, 2) + pow(3, x) + hypot(1, x)"}};
  for (const Precision precision : {Precision::f64, Precision::f32}) {
    for (const int samples : {1, 2}) {
      FormulaImage i = image(1100, 1100, 0.01);
      i.precision = precision;
      i.output = Output::value_f32;
      i.frame.samples = samples;
      for (const auto& [down, across] : transposed) {
        const SourcePtr source = make(down, i), turned = make(across, i);
        const PixelBuffer whole = read_all(*source), other = read_all(*turned);
        for (std::int64_t y = 0; y < 1100; y += 7) {
          for (std::int64_t x = 0; x < 1100; x += 13) {
            const auto value = [](const PixelBuffer& p, std::int64_t r, std::int64_t c) {
              return *reinterpret_cast<const float*>(p.view().at(r, c));
            };
            if (samples == 1) {
              ASSERT_EQ(value(whole, y, x), value(other, x, y)) << down << " at " << x << "," << y;
            }
            if (x % 11 == 0 && y % 5 == 0) {
              const PixelBuffer alone = read(*source, {x, y, x + 1, y + 1});
              ASSERT_EQ(value(whole, y, x), value(alone, 0, 0)) << down << " at " << x << "," << y;
            }
          }
        }
      }
    }
  }
}

TEST(FormulaSource, AnyStridesAndChannels) {
  const SourcePtr source = make("complex", image(300, 70, 0.02));
  const PixelBuffer whole = read_all(*source);
  const Rect rect{10, 7, 290, 30};
  // Planar, bottom row first, with gaps.
  std::vector<std::byte> bytes(3 * 23 * 600);
  Layout l{DType::u8, 23, 280, 3, -600, 2, 23 * 600};
  const MutableView planar(bytes.data() + 22 * 600, l);
  ReadContext ctx;
  ASSERT_TRUE(source->read(source->spec().region(0, rect), planar, ctx).ok());
  EXPECT_TRUE(same_pixels(planar, whole.view().window(rect)));

  PixelBuffer green(DType::u8, rect.height(), rect.width(), 1);
  ASSERT_TRUE(source->read({0, 0, 0, 1, 2, rect}, green.view(), ctx).ok());
  EXPECT_TRUE(same_pixels(green.view(), whole.view().window(rect).select_channels(1, 2)));

  FormulaImage values = image(300, 70, 0.02);
  values.output = Output::value_f32;
  const SourcePtr odd = make("complex", values);
  std::vector<std::byte> unaligned(4 * 300 * 70 + 1);
  const MutableView view(unaligned.data() + 1, Layout::interleaved(DType::f32, 70, 300, 1));
  ASSERT_TRUE(odd->read(odd->spec().region(0, {0, 0, 300, 70}), view, ctx).ok());
  EXPECT_TRUE(same_pixels(view, read_all(*odd).view()));
}

TEST(FormulaSource, GradientIsExactlyThePosition) {
  const SourcePtr source = make("gradient", image(1000, 500, 1));
  const PixelBuffer p = read_all(*source);
  for (const std::int64_t y : {0, 1, 255, 499}) {
    for (const std::int64_t x : {0, 1, 256, 777, 999}) {
      const auto level = [](double v) { return static_cast<std::uint8_t>(v * 255 + 0.5); };
      EXPECT_EQ(pixel(p, y, x), (Rgb8{level((x + 0.5) / 1000), level((y + 0.5) / 500),
                                      static_cast<std::uint8_t>((x + y) % 256)}));
    }
  }
}

TEST(FormulaSource, SimpleAtKnownPoints) {
  // sin(xy) in [-1, 1]: at (0, 0) black, at xy = ±π/2 the two ends.
  FormulaImage i = image(1, 1, 1);
  i.lo = -1;
  i.hi = 1;
  EXPECT_EQ(pixel(read_all(*make("simple", i)), 0, 0), (Rgb8{0, 0, 0}));
  i.frame.center_x = 3.14159265358979 / 2;
  i.frame.center_y = 1;
  EXPECT_EQ(pixel(read_all(*make("simple", i)), 0, 0), (Rgb8{170, 25, 50}));
  i.frame.center_y = -1;
  EXPECT_EQ(pixel(read_all(*make("simple", i)), 0, 0), (Rgb8{20, 60, 170}));
}

// The seed's kernel with the C library's functions, the exponent's sign mended.
double plain_complex(double x, double y) {
  const double q = x * x + y * y;
  const double c = std::cos(q), s = std::sin(100 * std::sqrt(q + 1e-10));
  double term = 0;
  if (c > 0) {
    term = std::pow(c, s);
  } else if (c < 0 && std::abs(s - std::round(s)) < 1e-6) {
    term = std::pow(-c, s);
    if (std::lround(s) % 2 != 0) term = -term;
  }
  return std::clamp(std::sin(1000 * x * y) + term - 0.5, -3.0, 3.0);
}

TEST(FormulaSource, ComplexIsTheSeedsPicture) {
  for (const double scale : {6.0 / 512, 0.25}) {  // [-3, 3]² and far out
    const PixelBuffer p = read_all(*make("complex", image(512, 512, scale)));
    const ColourMapper<double> mapper(*find_colormap("blue-black-red"), -3, 3, {}, {}, {});
    int differing = 0;
    for (std::int64_t y = 0; y < 512; ++y) {
      for (std::int64_t x = 0; x < 512; ++x) {
        const double v = plain_complex((static_cast<double>(x) - 255.5) * scale,
                                       (static_cast<double>(y) - 255.5) * scale);
        std::uint8_t want[3];
        mapper.map(&v, want, 1);
        const Rgb8 got = pixel(p, y, x);
        const int most = std::max(
            {std::abs(got.r - want[0]), std::abs(got.g - want[1]), std::abs(got.b - want[2])});
        differing += most > 1;
      }
    }
    EXPECT_LT(differing, 512 * 512 * 1e-4) << "at " << scale << " a pixel";
  }
}

TEST(FormulaSource, SamplesAreAveraged) {
  FormulaImage i = image(40, 30, 0.1);
  i.frame.samples = 2;
  FormulaImage fine = image(80, 60, 0.05);
  const PixelBuffer got = read_all(*make("complex", i));
  const PixelBuffer samples = read_all(*make("complex", fine));
  for (std::int64_t y = 0; y < 30; ++y) {
    for (std::int64_t x = 0; x < 40; ++x) {
      const Rgb8 a = pixel(samples, 2 * y, 2 * x), b = pixel(samples, 2 * y, 2 * x + 1),
                 c = pixel(samples, 2 * y + 1, 2 * x), d = pixel(samples, 2 * y + 1, 2 * x + 1);
      const auto mean = [](int s) { return static_cast<std::uint8_t>((s + 2) / 4); };
      // Coordinates of the two pictures may differ in the last place: colours by one.
      EXPECT_NEAR(pixel(got, y, x).r, mean(a.r + b.r + c.r + d.r), 1);
      EXPECT_NEAR(pixel(got, y, x).b, mean(a.b + b.b + c.b + d.b), 1);
    }
  }
}

TEST(FormulaSource, ValueMeansLeaveOutNan) {
  FormulaImage i = image(2, 1, 1);
  i.output = Output::value_f32;
  i.frame.samples = 2;
  // Left pixel: x = -0.75, -0.25, NaN everywhere. Right pixel: 0.25 (NaN), 0.75.
  const PixelBuffer p = read_all(*make("if(x < 0.5, sqrt(-1), 4*x)", i));
  const auto* v = reinterpret_cast<const float*>(p.data());
  EXPECT_TRUE(std::isnan(v[0]));
  EXPECT_EQ(v[1], 3.0f);
}

TEST(FormulaSource, ReadsFromManyThreads) {
  const SourcePtr source = make("complex", image(300, 300, 0.02));
  const PixelBuffer whole = read_all(*source);
  std::vector<int> wrong(4, 0);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int k = 0; k < 8; ++k) {
        const Rect rect{k * 7, t * 50, k * 7 + 200, t * 50 + 100};
        wrong[static_cast<std::size_t>(t)] +=
            !same_pixels(read(*source, rect).view(), whole.view().window(rect));
      }
    });
  }
  for (std::thread& t : threads) t.join();
  EXPECT_EQ(wrong, std::vector<int>(4, 0));
}

TEST(FormulaSource, SpecSaysWhatIsStored) {
  FormulaImage i = image(300, 200, 0.5);
  i.frame.center_x = 10;
  EXPECT_EQ(make("complex", i)->spec().kind, Kind::rgb);
  EXPECT_EQ(make("complex", i)->spec().levels[0].offset, (Offset2{-64.75, -49.75}));
  EXPECT_EQ(make("complex", i)->spec().levels[0].scale, (Scale2{0.5, 0.5}));
  i.output = Output::value_f32;
  EXPECT_EQ(make("complex", i)->spec().dtype, DType::f32);
  EXPECT_EQ(make("complex", i)->spec().channel_info[0].window_start, -3);
  i.output = Output::value_u16;
  EXPECT_EQ(make("complex", i)->spec().channel_info[0].window_end, 65535);
}

TEST(FormulaSource, FingerprintNamesThePixels) {
  const FormulaImage base = image(300, 200, 0.5);
  const Fingerprint want = make("complex", base)->fingerprint();
  FormulaImage i = base;
  i.name = "another name";
  EXPECT_EQ(make("complex", i)->fingerprint(), want);
  EXPECT_NE(make("simple", base)->fingerprint(), want);
  const auto changed = [&](auto change) {
    FormulaImage c = base;
    change(c);
    EXPECT_NE(make("complex", c)->fingerprint(), want);
  };
  changed([](FormulaImage& c) { c.frame.width = 301; });
  changed([](FormulaImage& c) { c.frame.height = 201; });
  changed([](FormulaImage& c) { c.frame.scale = 0.25; });
  changed([](FormulaImage& c) { c.frame.center_x = 1; });
  changed([](FormulaImage& c) { c.frame.center_y = 1; });
  changed([](FormulaImage& c) { c.frame.samples = 2; });
  changed([](FormulaImage& c) { c.frame.sampling = Sampling::corner; });
  changed([](FormulaImage& c) { c.precision = Precision::f32; });
  changed([](FormulaImage& c) { c.output = Output::value_f32; });
  changed([](FormulaImage& c) { c.colormap = "magma"; });
  changed([](FormulaImage& c) { c.hi = 4; });
  changed([](FormulaImage& c) { c.nan = {1, 1, 1}; });
}

TEST(FormulaSource, RefusesWhatCannotBeDrawn) {
  auto program = compile("complex");
  auto colour = compile("gradient");
  ASSERT_TRUE(program.ok() && colour.ok());
  const double inf = std::numeric_limits<double>::infinity();
  const auto refused = [&](const Program& p, auto change) {
    FormulaImage i = image(300, 200, 0.5);
    change(i);
    auto source = FormulaSource::make(p, i);
    ASSERT_FALSE(source.ok());
    EXPECT_EQ(source.error().code(), Code::invalid);
  };
  refused(*program, [](FormulaImage& i) { i.frame.width = 0; });
  refused(*program, [](FormulaImage& i) { i.frame.height = std::int64_t{1} << 40; });
  refused(*program, [](FormulaImage& i) { i.frame.scale = 0; });
  refused(*program, [](FormulaImage& i) { i.frame.scale = std::nan(""); });
  refused(*program, [](FormulaImage& i) { i.frame.scale = 1e307; });
  refused(*program, [&](FormulaImage& i) { i.frame.center_x = inf; });
  refused(*program, [](FormulaImage& i) { i.frame.samples = 17; });
  refused(*program, [](FormulaImage& i) { i.colormap = "jet"; });
  refused(*program, [](FormulaImage& i) { i.lo = 3; });
  refused(*program, [](FormulaImage& i) {
    i.precision = Precision::f32;
    i.frame.scale = 1e38;
  });
  refused(*colour, [](FormulaImage& i) { i.output = Output::value_f32; });
}

TEST(FormulaSource, StopsWhenCancelledAndChecksRegions) {
  const SourcePtr source = make("complex", image(300, 200, 0.5));
  CancelToken token;
  token.cancel();
  ReadContext ctx{&token};
  PixelBuffer p(DType::u8, 200, 300, 3);
  const Status status = source->read(source->spec().region(0, {0, 0, 300, 200}), p.view(), ctx);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code(), Code::cancelled);
  ReadContext free;
  EXPECT_FALSE(source->read(source->spec().region(0, {1, 0, 301, 200}), p.view(), free).ok());
}

}  // namespace
}  // namespace pantile::formula
