#pragma once
/// \file
/// What each chunk of a higher level must be, from the chunks below it.

#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include "core/buffer.h"
#include "pipeline/drain/open_parents.h"
#include "tile/shard_layout.h"

namespace pantile {

/// A chunk that was read, or could not be, and what is known of its pixels.
struct CheckedChunk {
  ChunkId id;
  bool known = false;  ///< `pixels` are those stored, or what they must be.
  PixelBuffer pixels;
  /// What the pixels must be by the levels below, where that is something else; else empty.
  PixelBuffer truth;
};

/// What a chunk must be, quadrant by quadrant; quadrant 2·(y % 2) + (x % 2) comes from child (x,
/// y).
struct ExpectedChunk {
  ChunkId id;
  std::array<bool, 4> known{};  ///< The child could be read (false also where there is none).
  PixelBuffer by_stored;        ///< Halved from the stored children.
  PixelBuffer by_truth;         ///< Halved from what they must be; empty: the same.
};

/// Halves checked chunks into their parents. Thread-safe.
class CheckParents {
 public:
  CheckParents(const ShardLayout& layout, Kind kind, ChunkBuffers& buffers)
      : layout_(layout), kind_(kind), buffers_(buffers) {}

  /// Adds `child` to its parent, whose expectation is returned once it is complete.
  /// Errors: those of reduce_2x2.
  Result<std::optional<ExpectedChunk>> add(const CheckedChunk& child);

  /// Pixels of quadrant `q` of chunk `id` within the chunk; empty where there is no such child.
  Rect quadrant(ChunkId id, int q) const;

 private:
  struct Parent {
    std::mutex mutex;  // of by_truth's making
    ExpectedChunk expected;
    std::array<bool, 4> has_truth{};
    std::atomic<int> remaining{0};
  };
  std::shared_ptr<Parent> parent_of(ChunkId id);
  PixelBuffer take(ChunkId id);

  const ShardLayout& layout_;
  const Kind kind_;
  ChunkBuffers& buffers_;
  std::mutex mutex_;
  std::map<ChunkId, std::shared_ptr<Parent>> open_;
};

}  // namespace pantile
