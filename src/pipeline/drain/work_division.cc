#include "pipeline/drain/work_division.h"

#include <algorithm>
#include <utility>

namespace pantile {
namespace {

using Handed = ChunkQueue::Handed;

/// What a band has at least, since the values of its columns are computed anew.
constexpr std::int64_t kBandRows = 16;

std::vector<DrawLimit::Lane> limits_of(const std::vector<TileLane*>& lanes) {
  std::vector<DrawLimit::Lane> limits;
  for (const TileLane* lane : lanes) limits.push_back({lane->batch_tiles(), lane->batches()});
  return limits;
}

}  // namespace

WorkDivision::WorkDivision(ChunkQueue& queue, const ShardLayout& layout,
                           std::vector<TileLane*> lanes, Settings settings)
    : queue_(queue),
      layout_(layout),
      lanes_(std::move(lanes)),
      settings_(std::move(settings)),
      limit_(settings_.workers, limits_of(lanes_), settings_.room_tiles),
      lanes_at_work_(lanes_.size()) {}

Handed WorkDivision::hand_out(ChunkQueue::Task& task) {
  const Handed handed = queue_.try_next(task);
  if (handed == Handed::task) {
    latest_sequence_ = task.sequence;
    ++handed_out_;
  }
  return handed;
}

Handed WorkDivision::next(LaneWork& work) {
  work = {};
  if (stopped_) return Handed::none;
  const bool is_late =
      drawing_ != nullptr && latest_sequence_ - drawing_->task.sequence > settings_.room_tiles / 2;
  if (is_late && take_band(work)) return Handed::task;
  if (!ready_.empty()) {
    work = std::move(ready_.front());
    ready_.pop_front();
    return Handed::task;
  }
  if (!for_workers_.empty()) {
    work.task = for_workers_.front();
    for_workers_.pop_front();
    return Handed::task;
  }
  if (drawing_ != nullptr) return take_band(work) ? Handed::task : Handed::later;
  if (lanes_at_work_ == 0) return hand_out(work.task);
  return settings_.workers_read ? begin_drawing(work) : Handed::later;
}

/// Of the drawing that is there. Whoever begins one has it ended: somebody always may go on.
bool WorkDivision::take_band(LaneWork& work) {
  const std::int64_t left = drawing_->rows - drawing_->next_row;
  const std::int64_t short_rows = limit_.short_rows() / kBandRows * kBandRows;
  const bool in_time = short_rows >= std::min(kBandRows, left);
  if (!in_time && drawing_now_ >= std::max(1, limit_.drawers()) && lanes_at_work_ > 0) return false;
  const std::int64_t quarter = drawing_->rows / 4;
  work.task = drawing_->task;
  work.drawing = drawing_;
  work.first_row = drawing_->next_row;
  work.rows = std::min(left, std::max(kBandRows, std::min(short_rows, quarter)));
  drawing_->next_row += work.rows;
  ++drawing_now_;
  if (drawing_->next_row == drawing_->rows) drawing_.reset();
  return true;
}

Handed WorkDivision::begin_drawing(LaneWork& work) {
  const std::int64_t rows = layout_.chunk_px();
  const bool in_time = limit_.short_rows() >= kBandRows;
  if ((!in_time && drawing_now_ >= limit_.drawers()) || limit_.is_too_slow(rows)) {
    return Handed::later;
  }
  ChunkQueue::Task task;
  const Handed handed = hand_out(task);
  // At the end of the queue somebody still waits for what lanes have under way.
  if (handed != Handed::task) return Handed::later;
  if (!settings_.is_for_lanes(task)) {
    work.task = task;
    return Handed::task;
  }
  drawing_ = std::make_shared<Drawing>();
  drawing_->task = task;
  drawing_->rows = layout_.chunk_rect(task.chunk).height();
  return take_band(work) ? Handed::task : Handed::later;
}

bool WorkDivision::drew(const LaneWork& work, double seconds) {
  --drawing_now_;
  limit_.drew(work.rows, seconds);
  work.drawing->rows_drawn += work.rows;
  return work.drawing->rows_drawn == work.drawing->rows;
}

void WorkDivision::stop() {
  stopped_ = true;
  ready_.clear();  // a lane may wait for their memory
  drawing_.reset();
}

Handed WorkDivision::gather(std::size_t lane, std::vector<ChunkQueue::Task>& tasks) {
  const auto most = static_cast<std::size_t>(std::max(1, lanes_[lane]->batch_tiles()));
  Handed handed = Handed::task;
  while (tasks.size() < most && handed == Handed::task) {
    ChunkQueue::Task task;
    handed = hand_out(task);
    if (handed == Handed::task) {
      if (settings_.is_for_lanes(task)) {
        tasks.push_back(task);
      } else {
        for_workers_.push_back(task);
      }
    }
  }
  return tasks.empty() ? handed : Handed::task;
}

void WorkDivision::deliver(const std::vector<ChunkQueue::Task>& tasks,
                           const std::shared_ptr<TileBatch>& batch) {
  if (stopped_) return;
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    ready_.push_back({.task = tasks[i], .batch = batch, .index = i});
  }
}

void WorkDivision::give_up(const std::vector<ChunkQueue::Task>& tasks) {
  for_workers_.insert(for_workers_.end(), tasks.begin(), tasks.end());
}

void WorkDivision::lane_ended(std::size_t lane) {
  limit_.lane_ended(lane);
  --lanes_at_work_;
}

}  // namespace pantile
