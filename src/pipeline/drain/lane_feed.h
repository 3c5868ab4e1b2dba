#pragma once
/// \file
/// Between a drain's workers and the lanes that read tiles beside them: one queue feeds both.

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/drain/chunk_queue.h"
#include "tile/tile_lane.h"

namespace pantile {

/// What a lane did in a drain.
struct LaneUse {
  explicit LaneUse(std::string lane) : name(std::move(lane)) {}

  std::string name;
  std::int64_t tiles = 0, pixels = 0;  ///< Pixels of the picture.
  std::int64_t memory_bytes = 0;       ///< Of the device, at the most.
  double idle_s = 0;                   ///< It had no tiles to read.
  double blocked_s = 0;                ///< Its tiles waited for workers.
  std::string lost;                    ///< Why it was given up; empty: it was not.
  std::string note;                    ///< What else it has to say.
};

/// Hands tiles that a lane has read, and chunks to be read, to workers. A lane that fails is given
/// up: the workers read what it had. Thread-safe.
class LaneFeed {
 public:
  /// `workers_read`: workers read chunks themselves whenever no tile of a lane is ready; else only
  /// when every lane is lost. `is_for_lanes`: false for chunks that lanes cannot read.
  LaneFeed(ChunkQueue& queue, const ShardLayout& layout, std::vector<TileLane*> lanes,
           bool workers_read, std::function<bool(const ChunkQueue::Task&)> is_for_lanes);

  /// A chunk, and its pixels where a lane has read them: tile `index` of `batch`, which lives as
  /// long as somebody holds it.
  struct Work {
    ChunkQueue::Task task;
    std::shared_ptr<const TileBatch> batch;
    std::size_t index = 0;
  };
  /// What a worker does next; nothing at the end.
  std::optional<Work> next();
  /// To be called after the queue's done(): somebody may go on.
  void queue_moved();
  /// Nothing more is handed out; lanes end after what they have begun. After the queue's
  /// stop_now().
  void stop();

  /// The life of lane `lane`, on a thread of its own.
  void run_lane(std::size_t lane);
  std::vector<LaneUse> uses() const;
  /// Seconds that workers waited in next(), all of them together.
  double workers_idle_s() const;

 private:
  struct Batch {
    std::vector<ChunkQueue::Task> tasks;
    std::shared_ptr<TileBatch> tiles;
  };
  enum class Wait { yes, no };
  std::vector<ChunkQueue::Task> gather(std::size_t lane, Wait wait);
  void deliver(std::size_t lane, Batch batch);
  void give_up(std::size_t lane, const std::vector<ChunkQueue::Task>& tasks, const Error& why);

  ChunkQueue& queue_;
  const ShardLayout& layout_;
  const std::vector<TileLane*> lanes_;
  const bool workers_read_;
  const std::function<bool(const ChunkQueue::Task&)> is_for_lanes_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Work> ready_;
  std::deque<ChunkQueue::Task> for_workers_;  ///< Handed out to lanes, to be read by workers.
  std::size_t lanes_at_work_;
  bool stopped_ = false;
  double workers_idle_s_ = 0;
  std::vector<LaneUse> uses_;
};

}  // namespace pantile
