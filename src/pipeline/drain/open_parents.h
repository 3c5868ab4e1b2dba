#pragma once
/// \file
/// Chunks of higher pyramid levels that wait for the rest of their children.

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "core/buffer.h"
#include "tile/shard_layout.h"

namespace pantile {

/// Recycles chunk buffers of one size, so that none is allocated in the steady state. Thread-safe.
class ChunkBuffers {
 public:
  ChunkBuffers(DType dtype, std::int64_t chunk_px, int channels)
      : dtype_(dtype), chunk_px_(chunk_px), channels_(channels) {}

  /// A full chunk; its content is whatever was there before.
  PixelBuffer take();
  void give_back(PixelBuffer buffer);

 private:
  DType dtype_;
  std::int64_t chunk_px_;
  int channels_;
  std::mutex mutex_;
  std::vector<PixelBuffer> free_;
};

/// Halves finished chunks into their parents. Thread-safe.
class OpenParents {
 public:
  OpenParents(const ShardLayout& layout, Kind kind, ChunkBuffers& buffers)
      : layout_(layout), kind_(kind), buffers_(buffers) {}

  struct Finished {
    ChunkId chunk;
    PixelBuffer pixels;
  };
  /// Adds `child` (its full buffer) to its parent; returns the parent if it is now complete.
  /// `made`: the child halved, where somebody has done so. Errors: those of reduce_2x2.
  Result<std::optional<Finished>> add(ChunkId child, View pixels,
                                      const std::optional<View>& made = {});

 private:
  struct Parent {
    PixelBuffer pixels;
    std::atomic<int> remaining;
    Parent(PixelBuffer p, int n) : pixels(std::move(p)), remaining(n) {}
  };
  std::shared_ptr<Parent> parent_of(ChunkId id);

  const ShardLayout& layout_;
  const Kind kind_;
  ChunkBuffers& buffers_;
  std::mutex mutex_;
  std::map<ChunkId, std::shared_ptr<Parent>> open_;
};

}  // namespace pantile
