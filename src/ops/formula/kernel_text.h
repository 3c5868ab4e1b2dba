#pragma once
/// \file
/// A program as C++ text over the scalar lane: what NVRTC and nvcc compile for GPUs, and the host
/// compiler for tests. The text needs pixel_kernel.h, and gives the bits of Evaluator.

#include <cstdint>
#include <string>
#include <string_view>

#include "ops/formula/formula_source.h"
#include "ops/formula/pixel_kernel.h"
#include "ops/formula/program.h"
#include "pantile/result.h"

namespace pantile::formula {

/// A struct `name` with the members that Block asks of a Formula.
struct FormulaText {
  std::string code;
  int row_values = 0, column_values = 0;
};
FormulaText formula_text(const Program& program, Precision precision, std::string_view name);

/// One translation unit for one formula: `kernel` draws it, `halve_kernel` halves what is drawn.
struct KernelText {
  std::string code, kernel, halve_kernel;
  int row_values = 0, column_values = 0;
};
KernelText kernel_text(const Program& program, Precision precision, PixelForm form,
                       bool one_sample);

/// How many pixels a block shares, so that the values of its rows and columns fit `shared_bytes`.
/// Errors: invalid (a formula of so many values that those of one pixel do not).
Result<BlockShape> block_shape(int row_values, int column_values, int samples, Precision precision,
                               std::int64_t shared_bytes);

/// The parameters of an image; `ramp` (of ColourMapper) must outlive them.
template <class T>
PixelParameters<T> pixel_parameters(const FormulaImage& image, const RampView<T>& ramp);

inline PixelForm pixel_form(Output output) {
  return output == Output::rgb8        ? PixelForm::rgb8
         : output == Output::value_u16 ? PixelForm::u16
                                       : PixelForm::f32;
}

}  // namespace pantile::formula
