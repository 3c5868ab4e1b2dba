#pragma once
/// \file
/// A program as C++ text over the scalar lane: what NVRTC and nvcc compile for GPUs, and the host
/// compiler for tests. The text needs pixel_kernel.h, and gives the bits of Evaluator.

#include <string>
#include <string_view>

#include "ops/formula/gpu/pixel_kernel.h"
#include "ops/formula/program.h"
#include "pantile/options.h"

namespace pantile::formula {

/// The kernels have an enum of their own, since no public header is among their texts.
constexpr PixelForm pixel_form(StoreKind store) {
  switch (store) {
    case StoreKind::rgb8: return PixelForm::rgb8;
    case StoreKind::value_u16: return PixelForm::u16;
    case StoreKind::value_f32: return PixelForm::f32;
  }
  return PixelForm::f32;
}

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

}  // namespace pantile::formula
