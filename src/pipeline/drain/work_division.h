#pragma once
/// \file
/// Who does what next in a drain beside lanes: the decisions alone, without threads or clocks.

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "core/buffer.h"
#include "pipeline/drain/chunk_queue.h"
#include "pipeline/drain/draw_limit.h"
#include "tile/tile_lane.h"

namespace pantile {

/// A chunk that workers draw together, band by band.
struct Drawing {
  ChunkQueue::Task task;
  std::int64_t rows = 0;  ///< Of the picture, in the chunk.
  std::once_flag begun;   ///< For whoever draws first, to take `pixels`.
  PixelBuffer pixels;

 private:
  friend class WorkDivision;
  std::int64_t next_row = 0, rows_drawn = 0;
};

/// What a worker does next: a tile that a lane has read, part of a drawing, or a chunk as a whole.
struct LaneWork {
  ChunkQueue::Task task;
  /// The tile is number `index` of `batch`, which lives as long as somebody holds it.
  std::shared_ptr<const TileBatch> batch = {};
  std::size_t index = 0;
  /// Rows [first_row, first_row + rows) of the drawing are to be drawn.
  std::shared_ptr<Drawing> drawing = {};
  std::int64_t first_row = 0, rows = 0;
};

/// Tiles that lanes have read come first. Beside that, all workers who may draw (DrawLimit) draw
/// the same chunk, so that it is soon done: lanes cannot go further ahead of it than the queue's
/// window. If that is about to happen, it comes before everything.
/// Not thread-safe.
class WorkDivision {
 public:
  struct Settings {
    int workers = 1;
    /// Beside lanes; else workers draw only when every lane is lost.
    bool workers_read = true;
    /// Of the queue's window, what lanes can go ahead of a drawing.
    std::int64_t room_tiles = 0;
    /// False for chunks that lanes cannot read.
    std::function<bool(const ChunkQueue::Task&)> is_for_lanes;
  };
  WorkDivision(ChunkQueue& queue, const ShardLayout& layout, std::vector<TileLane*> lanes,
               Settings settings);

  /// What a worker does next. `later`: nothing now; to be asked again after every other call.
  ChunkQueue::Handed next(LaneWork& work);
  /// A band was drawn. True where it was the last: the caller goes on with the drawing's pixels.
  bool drew(const LaneWork& work, double seconds);
  /// Nothing is handed out to workers any more.
  void stop();

  /// Chunks for a batch of `lane`: as many as it takes and there are. Without any: `later` or
  /// `none`.
  ChunkQueue::Handed gather(std::size_t lane, std::vector<ChunkQueue::Task>& tasks);
  void deliver(const std::vector<ChunkQueue::Task>& tasks, const std::shared_ptr<TileBatch>& batch);
  /// What `lane` had in hand is for the workers.
  void give_up(const std::vector<ChunkQueue::Task>& tasks);
  void lane_ended(std::size_t lane);

  /// Chunks that have left the queue.
  std::int64_t handed_out() const { return handed_out_; }
  /// What is measured goes there.
  DrawLimit& limit() { return limit_; }
  bool stopped() const { return stopped_; }

 private:
  ChunkQueue::Handed hand_out(ChunkQueue::Task& task);
  bool take_band(LaneWork& work);
  ChunkQueue::Handed begin_drawing(LaneWork& work);

  ChunkQueue& queue_;
  const ShardLayout& layout_;
  const std::vector<TileLane*> lanes_;
  const Settings settings_;
  DrawLimit limit_;
  std::deque<LaneWork> ready_;
  std::deque<ChunkQueue::Task> for_workers_;  ///< Handed out to lanes, to be read by workers.
  std::shared_ptr<Drawing> drawing_;          ///< The one that has rows left to be taken.
  int drawing_now_ = 0;                       ///< Workers.
  std::int64_t latest_sequence_ = 0, handed_out_ = 0;
  std::size_t lanes_at_work_;
  bool stopped_ = false;
};

}  // namespace pantile
