#pragma once
/// \file
/// The pixels of a store: every chunk read once, every level held against the level below.

#include <functional>
#include <memory>

#include "pantile/tile_source.h"
#include "pipeline/check/store.h"

namespace pantile {

/// Hears of every chunk as it lies in the store, so that others can be compared with it while its
/// pixels are at hand. visit() comes from any thread.
class ChunkVisitor {
 public:
  using Scratch = ChunkCodec::Scratch;
  virtual ~ChunkVisitor() = default;
  virtual std::unique_ptr<Scratch> make_scratch() const = 0;
  /// `stored` is the full chunk, or null where it could not be read or is wrong.
  virtual Status visit(ChunkId id, const View* stored, Scratch& scratch) = 0;
};

struct LevelCheckOptions {
  int threads = 1;
  const CancelToken* cancel = nullptr;
  ChunkVisitor* visitor = nullptr;
  /// Pixels of a chunk that was done, in bytes, from any worker; `sound`: as they lie there.
  std::function<void(std::int64_t bytes, bool sound)> on_bytes;
};

/// Reads all chunks of all levels, level 0 in Z-order and the others as they become complete, so
/// that few are held. What is wrong goes to the store's log. Errors: cancelled, io.
Status check_levels(StoreCheck& store, const LevelCheckOptions& options);

/// Upper bound of the memory that check_levels() takes.
std::int64_t level_check_bytes(const SinkPlan& plan, int threads);

}  // namespace pantile
