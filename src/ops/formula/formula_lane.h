#pragma once
/// \file
/// A formula drawn by a GPU: the tiles of FormulaSource, bit for bit, many at a time.

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "compute/cuda/arena.h"
#include "compute/cuda/device.h"
#include "compute/cuda/kernel_compiler.h"
#include "ops/formula/formula_kernel.h"
#include "ops/formula/formula_source.h"
#include "ops/formula/pixel_kernel.h"
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
  int batch_tiles() const override { return batch_tiles_; }
  int batches() const override { return static_cast<int>(slots_.size()); }
  void wait_for_room() override;
  /// Where the device runs out of memory, fewer tiles are drawn at a time from then on, in the same
  /// memory one after the other. Errors: out_of_memory (not even one tile fits any more), io.
  Result<std::unique_ptr<TileBatch>> begin(std::span<const Rect> rects) override;

  std::int64_t peak_device_bytes() const override;
  std::string note() const override;
  std::int64_t pinned_bytes() const;

 private:
  struct Slot;
  class Batch;
  FormulaLane();
  /// Of a tile, and of its half: none where it is not wanted.
  std::int64_t tile_bytes() const { return static_cast<std::int64_t>(tile_layout_.packed_bytes()); }
  std::int64_t half_bytes() const { return static_cast<std::int64_t>(half_layout_.packed_bytes()); }
  std::int64_t bytes_of(std::int64_t tiles) const { return tiles * (tile_bytes() + half_bytes()); }
  Status take_pinned_memory(const FormulaLaneOptions& options);
  Status try_device_memory();
  Status queue_batch(Slot& slot, std::span<const Rect> rects);
  Status queue_parts(Slot& slot, std::span<const Rect> rects, int part_tiles, std::size_t& queued);
  std::byte* halves_of(const Slot& slot) const;
  Slot& take_slot();
  void give_back(Slot& slot);

  std::shared_ptr<const cuda::Device> device_;
  std::string name_;
  Layout tile_layout_, half_layout_;
  int batch_tiles_ = 0;
  int part_tiles_ = 0;  ///< Of a batch, drawn at a time: fewer where the device is short of memory.
  std::shared_ptr<cuda::DeviceArena> arena_;
  std::unique_ptr<const FormulaKernel> kernel_;
  std::vector<std::unique_ptr<Slot>> slots_;
  std::mutex mutex_;
  std::condition_variable given_back_;
};

}  // namespace pantile::formula
