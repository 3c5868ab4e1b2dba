// Whatever compiles can be rendered, and every SIMD target gives the bits of the scalar code.
//
// Input: a byte of choices, one for the scale, one for the centre, then the formula.
#include <cmath>
#include <cstdint>

#include "compute/math/kernels.h"
#include "core/buffer.h"
#include "core/copy.h"
#include "input.h"
#include "ops/formula/compile.h"
#include "ops/formula/formula_source.h"

namespace {

using pantile::require;
using pantile::formula::FormulaImage;
using pantile::formula::FormulaSource;
using pantile::formula::FormulaTables;
using pantile::formula::Output;
using pantile::formula::Precision;

constexpr std::int64_t kWidth = 17, kHeight = 2;  // not a whole number of vectors

FormulaTables scalar() {
  return {&pantile::math::scalar_kernels<double>(), &pantile::math::scalar_kernels<float>(),
          &pantile::scalar_colour_kernels<double>(), &pantile::scalar_colour_kernels<float>()};
}

FormulaImage image_of(pantile::Input& input) {
  const std::size_t choices = input.number();
  FormulaImage image;
  image.precision = (choices & 1) != 0 ? Precision::f32 : Precision::f64;
  constexpr Output kOutputs[] = {Output::rgb8, Output::value_u16, Output::value_f32, Output::rgb8};
  image.output = kOutputs[choices >> 1 & 3];
  image.frame.width = kWidth;
  image.frame.height = kHeight;
  image.frame.samples = (choices & 8) != 0 ? 2 : 1;
  image.frame.sampling =
      (choices & 16) != 0 ? pantile::Sampling::corner : pantile::Sampling::center;
  const int exponent = static_cast<int>(input.number()) - 128;
  image.frame.scale = std::ldexp(0.7, (choices & 32) != 0 ? exponent * 7 : exponent / 8);
  image.frame.center_x = static_cast<double>(input.number()) / 16 - 8;
  return image;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  pantile::Input input(data, size);
  const FormulaImage image = image_of(input);
  const auto program = pantile::formula::compile(input.text(), image.precision);
  if (!program.ok()) return 0;
  const auto wide = FormulaSource::make(*program, image);
  const auto reference = FormulaSource::make(*program, image, scalar());
  require(wide.ok() == reference.ok());
  if (!wide.ok()) return 0;

  const auto region = (*wide)->spec().region(0, {0, 0, kWidth, kHeight});
  const auto& spec = (*wide)->spec();
  pantile::PixelBuffer a(spec.dtype, kHeight, kWidth, spec.channels);
  pantile::PixelBuffer b(spec.dtype, kHeight, kWidth, spec.channels);
  pantile::ReadContext context;
  require((*wide)->read(region, a.view(), context).ok());
  require((*reference)->read(region, b.view(), context).ok());
  require(pantile::same_pixels(a.view(), b.view()));
  return 0;
}
