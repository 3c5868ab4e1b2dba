#pragma once
/// \file
/// Between a drain's workers and the lanes that read tiles beside them: one queue feeds both.

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/drain/chunk_queue.h"
#include "pipeline/drain/work_division.h"
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

/// Hands tiles that a lane has read, and chunks to be read, to workers: WorkDivision, for threads.
/// A lane that fails is given up: the workers read what it had. The lanes have to outlive the feed
/// and all work that it has handed out, whose batches are theirs. Thread-safe.
class LaneFeed {
 public:
  LaneFeed(ChunkQueue& queue, const ShardLayout& layout, std::vector<TileLane*> lanes,
           WorkDivision::Settings settings);

  /// What a worker does next; nothing at the end.
  std::optional<LaneWork> next();
  /// A band of a drawing took so long. True where it was the last one: the caller goes on with the
  /// drawing's pixels.
  bool drew(const LaneWork& work, double seconds);
  /// A lane's tile took so long.
  void encoded(double seconds);
  /// A worker waited so long elsewhere than in next().
  void waited(double seconds);
  /// To be called after the queue's done(): somebody may go on.
  void queue_moved();
  /// Nothing more is handed out; lanes end after what they have begun. After the queue's
  /// stop_now().
  void stop();

  /// The life of lane `lane`, on a thread of its own.
  void run_lane(std::size_t lane);
  std::vector<LaneUse> uses() const;
  /// Seconds that workers waited, all of them together.
  double workers_idle_s() const;

 private:
  struct Batch {
    std::vector<ChunkQueue::Task> tasks;
    std::shared_ptr<TileBatch> tiles;
    double begun_s = 0;
  };
  enum class Wait { yes, no };
  std::vector<ChunkQueue::Task> gather(std::size_t lane, Wait wait);
  Status finish(std::size_t lane, Batch batch);
  Result<Batch> begin(std::size_t lane, const std::vector<ChunkQueue::Task>& tasks);
  void give_up(std::size_t lane, const std::vector<ChunkQueue::Task>& tasks, const Error& why);

  const ShardLayout& layout_;
  const std::vector<TileLane*> lanes_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  WorkDivision division_;
  double workers_idle_s_ = 0;
  std::vector<LaneUse> uses_;
};

}  // namespace pantile
