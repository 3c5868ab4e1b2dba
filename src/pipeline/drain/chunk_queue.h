#pragma once
/// \file
/// Hands out the chunks of a drain in Z-order, never far ahead of the oldest unfinished one.

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <set>
#include <vector>

#include "pipeline/drain/plan.h"

namespace pantile {

/// A thread-safe queue. The window bounds how many parents of the pyramid can be open at once,
/// and so the memory of a drain, however slow one worker is.
class ChunkQueue {
 public:
  struct Task {
    std::int64_t sequence = 0;
    ChunkId chunk;
    const UnitWork* unit = nullptr;
  };

  /// `window`: chunks that may be under way beyond the oldest one, ≥ 1. The plan outlives us.
  ChunkQueue(const ShardLayout& layout, const DrainPlan& plan, std::int64_t window);

  /// The next chunk, or nothing when all are handed out or the queue was stopped.
  std::optional<Task> next();
  /// The same without waiting: `later` where the window is used up.
  enum class Handed { task, later, none };
  Handed try_next(Task& task);
  /// A chunk handed out is finished, parents fed.
  void done(std::int64_t sequence);
  /// Hands out nothing more, except what completes units already begun.
  void stop_after_begun_units();
  /// Hands out nothing more at all.
  void stop_now();
  /// True when every chunk has been handed out.
  bool exhausted() const;

 private:
  bool may_hand_out() const;  // mutex_ is held, as below
  Handed hand_out(Task& task);
  /// Fills cells_ with the chunks of the current leaf in Z-order.
  void open_leaf();

  const ShardLayout& layout_;
  const DrainPlan& plan_;
  const std::int64_t window_;

  mutable std::mutex mutex_;
  std::condition_variable moved_;
  std::size_t leaf_ = 0;
  std::vector<ChunkId> cells_;
  std::size_t cell_ = 0;
  std::int64_t next_sequence_ = 0;
  std::set<std::int64_t> under_way_;
  bool finish_begun_ = false, stopped_ = false;
};

}  // namespace pantile
