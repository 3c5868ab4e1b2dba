#pragma once
/// \file
/// A formula as loaded code on a GPU.

#include <cstdint>
#include <memory>
#include <span>

#include "compute/cuda/device.h"
#include "compute/cuda/kernel_compiler.h"
#include "ops/formula/formula_source.h"
#include "ops/formula/program.h"
#include "pantile/geometry.h"

namespace pantile::formula {

/// Where tiles are drawn on the device: one after the other, tile_px pixels a side, rows without
/// gaps, and zeros beyond their rects. `halves`: as many tiles of half the side; 0: none are
/// wanted.
struct TileMemory {
  /// Aligned to 16 bytes where tile_px is a multiple of 8, else as a sample.
  cuda::api::Address tiles = 0, halves = 0;
  std::int32_t tile_px = 0;  ///< Even where halves are wanted.
};

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
  /// Queues the drawing of the tiles at `rects`, at most kMostTiles, and their halving where that
  /// is wanted. Errors: out_of_memory, io; internal (too many tiles).
  virtual Status launch(const cuda::Stream& stream, const TileMemory& to,
                        std::span<const Rect> rects) const = 0;
  /// Memory of the device that it holds.
  virtual std::int64_t device_bytes() const = 0;
};

}  // namespace pantile::formula
