// The code that kernel_text() writes, compiled for the host: its pixels are those of FormulaSource.
#include "ops/formula/gpu/kernel_text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "compute/math/apply-inl.h"
#include "core/buffer.h"
#include "ops/colormap/colour_mapper.h"
#include "ops/formula/compile.h"
#include "ops/formula/formula_source.h"
#include "ops/formula/gpu/kernel_arguments.h"

namespace pantile::formula {
namespace {

#include "kernel_samples.inc"

constexpr std::int32_t kTilePx = 128;

/// Draws tiles as a launch of the kernel would, its blocks and threads one after the other.
template <class Formula, PixelForm form, bool one_sample>
void draw_on_host(const FormulaImage& image, std::span<const PixelRect> tiles, std::uint8_t* out) {
  using T = typename Formula::Value;
  const ColourMapper<T> mapper(*find_colormap(image.colormap), image.lo, image.hi, image.nan,
                               image.neg_inf, image.pos_inf);
  const PixelParameters<T> parameters = pixel_parameters<T>(image, mapper.ramp());
  const Precision precision = sizeof(T) == 8 ? Precision::f64 : Precision::f32;
  const auto shape = block_shape(Formula::kRowValues, Formula::kColumnValues, image.frame.samples,
                                 precision, 4096);
  ASSERT_TRUE(shape.ok()) << shape.error().message();
  PixelBatch batch{};
  batch.out = out;
  batch.tile_px = kTilePx;
  batch.set_blocks(shape->column_bits, shape->rows, form);
  using DrawnBlock = Block<Formula, one_sample>;
  std::ranges::copy(tiles, batch.tiles);
  std::vector<T> shared(static_cast<std::size_t>(shape->shared_bytes) / sizeof(T) + 1);
  for (std::int32_t tile = 0; tile < static_cast<std::int32_t>(tiles.size()); ++tile) {
    for (std::int32_t y = 0; y < kTilePx; y += shape->rows) {
      for (std::int32_t x = 0; x < kTilePx; x += shape->columns()) {
        const auto each = [&](auto&& call) {
          for (std::int32_t thread = 0; thread < kBlockThreads; ++thread) {
            call(DrawnBlock{parameters, batch, tile, x, y, shared.data(), thread});
          }
        };
        each([](const DrawnBlock& block) { block.prepare(); });
        each([](const DrawnBlock& block) { block.template draw<form>(); });
      }
    }
  }
}

constexpr std::int32_t kGiantPx = 2'147'483'000;

FormulaImage picture(int samples, Output output, Precision precision) {
  FormulaImage image;
  image.frame = {301,    207, 0.3, -0.2, 0.013, samples == 2 ? Sampling::corner : Sampling::center,
                 samples};
  image.output = output;
  image.precision = precision;
  image.lo = -2;
  image.hi = 3;
  image.nan = {1, 2, 3};
  image.neg_inf = {4, 5, 6};
  image.pos_inf = {7, 8, 9};
  return image;
}

template <class Formula, PixelForm form, bool one_sample>
void expect_equal(std::string_view formula, const FormulaImage& image,
                  std::span<const PixelRect> tiles) {
  const auto program = compile(formula, image.precision);
  ASSERT_TRUE(program.ok());
  const auto source = FormulaSource::make(*program, image);
  ASSERT_TRUE(source.ok()) << source.error().message();
  const ImageSpec& spec = (*source)->spec();
  std::vector<std::uint8_t> made(tiles.size() * kTilePx * kTilePx * bytes_of(form), 0xaa);
  draw_on_host<Formula, form, one_sample>(image, tiles, made.data());
  const std::uint8_t* at = made.data();
  for (const PixelRect& tile : tiles) {
    PixelBuffer expected(spec.dtype, kTilePx, kTilePx, spec.channels);
    std::memset(expected.data(), 0, expected.size_bytes());
    ReadContext context;
    const Rect rect{tile.x0, tile.y0, tile.x1, tile.y1};
    ASSERT_TRUE((*source)
                    ->read(spec.region(0, rect),
                           expected.view().window({0, 0, rect.width(), rect.height()}), context)
                    .ok());
    EXPECT_EQ(std::memcmp(expected.data(), at, expected.size_bytes()), 0)
        << formula << " as " << word_for(image.output) << " of " << word_for(image.precision)
        << ", " << image.frame.samples << " samples, from " << tile.x0 << "," << tile.y0;
    at += expected.size_bytes();
  }
}

/// As large as a picture may be, which 32 bits of sample numbers do not reach.
FormulaImage giant(int samples, Precision precision) {
  FormulaImage image = picture(samples, Output::rgb8, precision);
  image.frame.width = image.frame.height = kGiantPx;
  image.frame.scale = 6.0 / kGiantPx;
  return image;
}

template <class Formula> void expect_equal_in_every_form(std::string_view formula) {
  const Precision precision =
      sizeof(typename Formula::Value) == 8 ? Precision::f64 : Precision::f32;
  const PixelRect whole[] = {{0, 0, 128, 128}, {128, 0, 256, 128}, {256, 128, 301, 207}};
  const PixelRect part[] = {{97, 50, 220, 99}};
  expect_equal<Formula, PixelForm::rgb8, true>(formula, picture(1, Output::rgb8, precision), whole);
  for (const int samples : {1, 2, 3}) {
    expect_equal<Formula, PixelForm::rgb8, false>(formula,
                                                  picture(samples, Output::rgb8, precision), part);
    if constexpr (Formula::kOutputs == 1) {
      expect_equal<Formula, PixelForm::u16, false>(
          formula, picture(samples, Output::value_u16, precision), part);
      expect_equal<Formula, PixelForm::f32, false>(
          formula, picture(samples, Output::value_f32, precision), part);
    }
  }
  const PixelRect corner[] = {{kGiantPx - 120, kGiantPx - 30, kGiantPx, kGiantPx}};
  expect_equal<Formula, PixelForm::rgb8, true>(formula, giant(1, precision), corner);
  expect_equal<Formula, PixelForm::rgb8, false>(formula, giant(3, precision), corner);
  if constexpr (Formula::kOutputs == 1) {
    expect_equal<Formula, PixelForm::u16, true>(formula, picture(1, Output::value_u16, precision),
                                                part);
    expect_equal<Formula, PixelForm::f32, true>(formula, picture(1, Output::value_f32, precision),
                                                part);
  }
}

TEST(KernelText, EveryPixelIsThatOfFormulaSource){
#define PANTILE_EXPECT_EQUAL(sample, formula) expect_equal_in_every_form<sample>(formula);
    PANTILE_SAMPLES(PANTILE_EXPECT_EQUAL)
#undef PANTILE_EXPECT_EQUAL
}

std::string text_of(std::string_view formula) {
  const auto program = compile(formula, Precision::f64);
  EXPECT_TRUE(program.ok());
  return formula_text(*program, Precision::f64, "Formula").code;
}

TEST(KernelText, CostlyStepsOfOneBranchAreDoneWhereTheyAreNeeded) {
  const auto is_conditional = [](std::string_view formula, std::string_view step) {
    const std::string text = text_of(formula), call = "math::" + std::string(step) + ", Value>(";
    EXPECT_NE(text.find(call), std::string::npos) << text;
    return text.find(".v ? math::scalar::apply<" + call) != std::string::npos;
  };
  EXPECT_TRUE(is_conditional("complex", "Binary::pow"));
  EXPECT_FALSE(is_conditional("complex", "Unary::cos"));
  EXPECT_TRUE(is_conditional("if(x*y > 0, exp(x*y), log(-x*y))", "Unary::exp"));
  EXPECT_TRUE(is_conditional("if(x*y > 0, exp(x*y), log(-x*y))", "Unary::log"));
  EXPECT_FALSE(is_conditional("if(x*y > 0, exp(x*y), 0) + exp(x*y)", "Unary::exp"));
  EXPECT_FALSE(is_conditional("if(x*y > 0, abs(x*y), 0)", "Unary::abs")) << "a branch costs more";
}

TEST(BlockShape, FitsWhatABlockShares) {
  const auto all = block_shape(2, 3, 1, Precision::f64, 48 << 10);
  ASSERT_TRUE(all.ok());
  EXPECT_EQ(all->columns(), 128);
  EXPECT_EQ(all->rows, 32);
  EXPECT_EQ(all->shared_bytes, 8 * (2 * 32 + 3 * 128));
  const auto many = block_shape(20, 30, 16, Precision::f64, 48 << 10);
  ASSERT_TRUE(many.ok());
  EXPECT_LE(many->shared_bytes, 48 << 10);
  EXPECT_GE(many->columns() * many->rows, 16);
  EXPECT_EQ(block_shape(0, 0, 16, Precision::f32, 48 << 10)->shared_bytes, 0);
  const auto none = block_shape(400, 1, 16, Precision::f64, 48 << 10);
  ASSERT_FALSE(none.ok());
  EXPECT_NE(none.error().message().find("401 values"), std::string::npos);
}

}  // namespace
}  // namespace pantile::formula
