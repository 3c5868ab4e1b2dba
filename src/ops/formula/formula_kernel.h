#pragma once
/// \file
/// A formula as loaded code on a GPU.

#include <cstdint>
#include <memory>

#include "compute/cuda/device.h"
#include "compute/cuda/kernel_compiler.h"
#include "ops/formula/formula_source.h"
#include "ops/formula/pixel_kernel.h"

namespace pantile::formula {

/// Immutable; its launches may come from any thread.
class FormulaKernel {
 public:
  virtual ~FormulaKernel() = default;
  /// `program` and `image` as for FormulaSource::make, which has accepted them. Errors: those of
  /// the compiler and the device; invalid (a formula of too many values).
  static Result<std::unique_ptr<FormulaKernel>> make(const Program& program,
                                                     const FormulaImage& image,
                                                     std::shared_ptr<const cuda::Device> device,
                                                     cuda::KernelCompiler& compiler);
  /// Queues the drawing of the first `tiles` of `batch`, and their halving where batch.half is
  /// set; fills in batch.columns and batch.rows. Errors: out_of_memory, io.
  virtual Status launch(const cuda::Stream& stream, PixelBatch& batch, unsigned tiles) const = 0;
  /// Memory of the device that it holds.
  virtual std::int64_t device_bytes() const = 0;
};

/// A rectangle of a picture that has at most 2^31 - 1 pixels a side.
inline PixelRect pixel_rect(const Rect& r) {
  return {static_cast<std::int32_t>(r.x0), static_cast<std::int32_t>(r.y0),
          static_cast<std::int32_t>(r.x1), static_cast<std::int32_t>(r.y1)};
}

}  // namespace pantile::formula
