#pragma once
/// \file
/// A formula drawn by a GPU: the tiles of FormulaSource, bit for bit, many at a time.

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "compute/cuda/batch_ring.h"
#include "compute/cuda/device.h"
#include "compute/cuda/kernel_compiler.h"
#include "ops/formula/formula_source.h"
#include "ops/formula/gpu/formula_kernel.h"
#include "ops/formula/gpu/pixel_kernel.h"
#include "tile/tile_lane.h"

namespace pantile::formula {

/// Whether a lane halves its tiles, for the pyramid's next level.
enum class Halves { no, yes };

struct FormulaLaneOptions {
  std::int32_t tile_px = 512;
  /// Of a batch, on the device and again in pinned host memory; less where there is less.
  std::int64_t batch_bytes = std::int64_t{32} << 20;
  /// Batches that live at a time: one drawn, one copied, the others in the hands of the workers.
  int batches = 4;
  Halves halves = Halves::no;  ///< With `yes`, tile_px is even.
};

class FormulaLane final : public TileLane {
 public:
  /// `program` and `image` as for FormulaSource::make, which has accepted them. Errors: those of
  /// the compiler and the device; invalid (a formula of too many values); out_of_memory (not even
  /// one tile fits).
  static Result<std::unique_ptr<FormulaLane>> make(const Program& program,
                                                   const FormulaImage& image,
                                                   std::shared_ptr<const cuda::Device> device,
                                                   cuda::KernelCompiler& compiler,
                                                   const FormulaLaneOptions& options);
  /// What a tile takes in a batch, on the device and in the host's memory: its half included.
  static std::int64_t bytes_of_tile(const FormulaImage& image, std::int32_t tile_px, Halves halves);
  ~FormulaLane() override;

  const std::string& name() const override { return name_; }
  int batch_tiles() const override { return ring_->batch_items(); }
  int batches() const override { return ring_->batches(); }
  void wait_for_room() override { ring_->wait_for_room(); }
  /// Where the device runs out of memory, fewer tiles are drawn at a time from then on, in the same
  /// memory one after the other. Errors: out_of_memory (not even one tile fits any more), io.
  Result<std::unique_ptr<TileBatch>> begin(std::span<const Rect> rects) override;

  std::int64_t peak_device_bytes() const override;
  std::string note() const override;
  std::int64_t pinned_bytes() const { return ring_->pinned_bytes(); }

 private:
  class Batch;
  FormulaLane();
  /// Of a tile, and of its half: none where it is not wanted.
  std::int64_t tile_bytes() const { return static_cast<std::int64_t>(tile_layout_.packed_bytes()); }
  std::int64_t half_bytes() const { return static_cast<std::int64_t>(half_layout_.packed_bytes()); }
  Status queue(const cuda::BatchPart& part, std::span<const Rect> rects) const;
  std::byte* halves_of(std::byte* batch) const { return batch + batch_tiles() * tile_bytes(); }

  std::string name_;
  Layout tile_layout_, half_layout_;
  std::unique_ptr<const FormulaKernel> kernel_;
  std::unique_ptr<cuda::BatchRing> ring_;
};

}  // namespace pantile::formula
