#include "ops/proof/pixel_prover.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <string>

#include "core/buffer.h"
#include "ops/formula/compile.h"

namespace pantile::proof {
namespace {

using formula::FormulaImage;
using formula::FormulaSource;
using formula::Output;
using formula::Program;

Program compiled(const std::string& text, Precision precision = Precision::f64) {
  auto program = formula::compile(text, precision);
  EXPECT_TRUE(program.ok()) << text;
  return std::move(program).value();
}

StoredPixel pixel_of(const TileSource& source, std::int64_t x, std::int64_t y) {
  const ImageSpec& spec = source.spec();
  PixelBuffer buffer(spec.dtype, 1, 1, spec.channels);
  ReadContext ctx;
  Region region;
  region.c1 = spec.channels;
  region.rect = {x, y, x + 1, y + 1};
  EXPECT_TRUE(source.read(region, buffer.view(), ctx).ok());
  StoredPixel pixel{};
  for (int c = 0; c < spec.channels; ++c) {
    const std::byte* at = std::as_const(buffer).view().at(0, 0, c);
    switch (spec.dtype) {
      case DType::u8: pixel[static_cast<std::size_t>(c)] = std::to_integer<int>(*at); break;
      case DType::u16: pixel[0] = *reinterpret_cast<const std::uint16_t*>(at); break;
      default: pixel[0] = static_cast<double>(*reinterpret_cast<const float*>(at)); break;
    }
  }
  return pixel;
}

struct Counts {
  int same = 0, within = 0, beyond = 0, undecided = 0, values_outside = 0;
  double share = 0;
};

/// Proves `count` random pixels of `source` to be those of `program` in `image`.
Counts prove(const Program& program, const FormulaImage& image, const TileSource& source,
             int count) {
  const RealThread thread;
  PixelProver prover(program, image);
  std::mt19937_64 random(1);
  Counts counts;
  for (int k = 0; k < count; ++k) {
    const auto x =
        static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(image.frame.width));
    const auto y =
        static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(image.frame.height));
    const Verdict verdict = prover.prove(x, y, pixel_of(source, x, y));
    counts.same += verdict.outcome == Outcome::same;
    counts.within += verdict.outcome == Outcome::within;
    counts.beyond += verdict.outcome == Outcome::beyond;
    counts.undecided += verdict.outcome == Outcome::undecided;
    counts.values_outside += !verdict.values_within;
    counts.share = std::max(counts.share, verdict.share_of_bound);
    EXPECT_TRUE(verdict.outcome != Outcome::beyond || count > 500) << "at " << x << ", " << y;
  }
  return counts;
}

FormulaImage image_of(std::int64_t width, std::int64_t height, double scale) {
  FormulaImage image;
  image.frame.width = width;
  image.frame.height = height;
  image.frame.scale = scale;
  return image;
}

std::unique_ptr<FormulaSource> source_of(const Program& program, const FormulaImage& image,
                                         const formula::FormulaTables& kernels = {}) {
  auto source = FormulaSource::make(program, image, kernels);
  EXPECT_TRUE(source.ok()) << source.error().message();
  return std::move(source).value();
}

// Nearly every function of the language, smooth and not.
constexpr const char* kFormulas[] = {
    "complex",
    "simple",
    "gradient",
    "sin(5*theta + 9*log(r)) * smoothstep(0, 0.6, r)",
    ("let a = sin(pi*x), b = sin(pi*y), over = mod(floor(x) + floor(y), 2)"
     " in if(over > 0, abs(a)*(0.7 + 0.3*b), -abs(b)*(0.7 + 0.3*a))"),
    "erf(x) + erfc(y) + tan(x*y) + sinc(7*x) + tanh(3*y)",
    "fmod(3*x, y) + mod(x, 0.3) + fract(7*y) + round(x) + ceil(y) + trunc(3*x) + sign(y)",
    "asin(x) + acos(y/2) + atan(x) + asinh(y) + log1p(abs(x)) + expm1(y) + cbrt(x) + exp2(y)",
    "mix(cosh(x), sinh(y), step(0.5, u)) + hypot(x, 1e30*y)/1e30 + max(x, y, 0) - min(x, v)",
    "log(x*y) + sqrt(x) + 1/(y - x)",
    "x^y + (x - 0.5)^3.5 + clamp(10*x, -y, y)",
    "if(x > 0 and not (y > 0 or i < 7), acosh(1 + x*x), atanh(x/4) + log2(2 + y) + log10(3 + x))",
    "rgb(0.5 + 0.5*sin(9*x), 0.5 + 0.5*cos(9*y), fract(r))"};

TEST(PixelProver, FindsTheJobsPixelsRight) {
  for (const char* text : kFormulas) {
    for (const Precision precision : {Precision::f64, Precision::f32}) {
      for (const Output output : {Output::rgb8, Output::value_u16, Output::value_f32}) {
        for (const int samples : {1, 3}) {
          const Program program = compiled(text, precision);
          if (program.is_colour() && output != Output::rgb8) continue;
          FormulaImage image = image_of(1001, 701, 0.004);
          image.precision = precision;
          image.output = output;
          image.colormap = samples == 1 ? "viridis" : "blue-black-red";
          image.lo = -3;
          image.hi = 3.7;
          image.frame.samples = samples;
          const Counts counts =
              prove(program, image, *source_of(program, image), samples == 1 ? 100 : 20);
          SCOPED_TRACE(text);
          EXPECT_EQ(counts.beyond, 0);
          EXPECT_EQ(counts.undecided, 0);
          EXPECT_EQ(counts.values_outside, 0);
          EXPECT_LE(counts.share, 1);
        }
      }
    }
  }
}

TEST(PixelProver, FindsAConstantThatIsOffByOneInABillion) {
  const FormulaImage image = image_of(4000, 3000, 0.01);
  const Program right = compiled("sin(1000*x*y)");
  const Program wrong = compiled("sin(1000.000001*x*y)");
  EXPECT_EQ(prove(right, image, *source_of(right, image), 2000).beyond, 0);
  EXPECT_GT(prove(right, image, *source_of(wrong, image), 2000).beyond, 0);
}

TEST(PixelProver, FindsSwappedAxesAndAShift) {
  const FormulaImage image = image_of(2000, 2000, 0.005);
  const Program right = compiled("sin(3*x + y)");
  EXPECT_GT(prove(right, image, *source_of(compiled("sin(3*y + x)"), image), 600).beyond, 500);
  FormulaImage shifted = image;
  shifted.frame.center_x = 0.005;  // one pixel
  EXPECT_GT(prove(right, image, *source_of(right, shifted), 600).beyond, 200);
}

TEST(PixelProver, FindsABrokenKernel) {
  static const auto kSin = static_cast<std::size_t>(math::Unary::sin);
  math::Kernels<double> broken = math::kernels<double>();
  broken.unary[kSin] = [](const double* a, double* out, std::size_t n) {
    math::kernels<double>().unary[kSin](a, out, n);
    for (std::size_t k = 0; k < n; ++k) out[k] += 1e-5;
  };
  const FormulaImage image = image_of(2000, 2000, 0.005);
  const Program program = compiled("sin(3*x + y)");
  EXPECT_GT(prove(program, image, *source_of(program, image, {.f64 = &broken}), 5000).beyond, 0);
}

// 0.3 is a little less than three tenths, ten times it rounds to 3.
TEST(PixelProver, ToleratesWhatRoundingExplains) {
  FormulaImage image = image_of(1, 1, 1);
  image.frame.center_x = 0.3;
  image.output = Output::value_f32;
  const Program program = compiled("floor(x*10)");
  const auto source = source_of(program, image);
  ASSERT_EQ(pixel_of(*source, 0, 0)[0], 3);
  const RealThread thread;
  PixelProver prover(program, image);
  EXPECT_EQ(prover.prove(0, 0, {3}).outcome, Outcome::within);
  EXPECT_EQ(prover.prove(0, 0, {2}).outcome, Outcome::same);
  EXPECT_EQ(prover.prove(0, 0, {4}).outcome, Outcome::beyond);
}

// The two sides are equal, which no number of digits shows.
TEST(PixelProver, CountsWhatItCannotDecide) {
  FormulaImage image = image_of(1, 1, 1);
  image.frame.center_x = image.frame.center_y = 0.7;
  image.output = Output::value_f32;
  const Program program = compiled("if(hypot(x, y) > sqrt(x*x + y*y), 1, 2)");
  const RealThread thread;
  PixelProver prover(program, image);
  EXPECT_EQ(prover.prove(0, 0, {1}).outcome, Outcome::undecided);
  EXPECT_EQ(prover.prove(0, 0, {2}).outcome, Outcome::undecided);
  EXPECT_EQ(prover.prove(0, 0, {3}).outcome, Outcome::beyond);
}

// The sine of a number with 577 bits before the point.
TEST(PixelProver, RaisesThePrecisionUntilItKnows) {
  FormulaImage image = image_of(16, 16, 1e-3);
  image.frame.center_x = 400;
  const Program program = compiled("sin(exp(x))");
  const RealThread thread;
  PixelProver prover(program, image);
  const auto source = source_of(program, image);
  const Verdict verdict = prover.prove(3, 5, pixel_of(*source, 3, 5));
  EXPECT_GT(verdict.bits, 600);
  EXPECT_NE(verdict.outcome, Outcome::undecided);
  EXPECT_NE(verdict.outcome, Outcome::beyond);
}

}  // namespace
}  // namespace pantile::proof
