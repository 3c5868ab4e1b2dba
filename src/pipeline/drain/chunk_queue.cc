#include "pipeline/drain/chunk_queue.h"

#include <algorithm>

#include "grid/morton.h"

namespace pantile {

ChunkQueue::ChunkQueue(const ShardLayout& layout, const DrainPlan& plan, std::int64_t window)
    : layout_(layout), plan_(plan), window_(window) {
  open_leaf();
}

void ChunkQueue::open_leaf() {
  cells_.clear();
  cell_ = 0;
  if (leaf_ >= plan_.leaves.size()) return;
  const UnitId unit = plan_.leaves[leaf_];
  const Rect cells = layout_.chunk_cells(unit);
  for (std::int64_t y = cells.y0; y < cells.y1; ++y) {
    for (std::int64_t x = cells.x0; x < cells.x1; ++x) {
      cells_.push_back({unit.level, x, y, unit.group});
    }
  }
  std::sort(cells_.begin(), cells_.end(), [](const ChunkId& a, const ChunkId& b) {
    return morton_key(static_cast<std::uint64_t>(a.x), static_cast<std::uint64_t>(a.y)) <
           morton_key(static_cast<std::uint64_t>(b.x), static_cast<std::uint64_t>(b.y));
  });
}

bool ChunkQueue::may_hand_out() const {
  return stopped_ || under_way_.empty() || next_sequence_ < *under_way_.begin() + window_;
}

ChunkQueue::Handed ChunkQueue::hand_out(Task& task) {
  const bool at_unit_border = cell_ == 0;
  if (stopped_ || cells_.empty() || (finish_begun_ && at_unit_border)) return Handed::none;
  if (!may_hand_out()) return Handed::later;
  task = {next_sequence_++, cells_[cell_], &plan_.units.at(plan_.leaves[leaf_])};
  under_way_.insert(task.sequence);
  if (++cell_ == cells_.size()) {
    ++leaf_;
    open_leaf();
  }
  return Handed::task;
}

std::optional<ChunkQueue::Task> ChunkQueue::next() {
  std::unique_lock lock(mutex_);
  moved_.wait(lock, [this] { return may_hand_out(); });
  Task task;
  if (hand_out(task) != Handed::task) return std::nullopt;
  return task;
}

ChunkQueue::Handed ChunkQueue::try_next(Task& task) {
  const std::lock_guard lock(mutex_);
  return hand_out(task);
}

void ChunkQueue::done(std::int64_t sequence) {
  {
    const std::lock_guard lock(mutex_);
    under_way_.erase(sequence);
  }
  moved_.notify_all();
}

void ChunkQueue::stop_after_begun_units() {
  const std::lock_guard lock(mutex_);
  finish_begun_ = true;
}

void ChunkQueue::stop_now() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  moved_.notify_all();
}

bool ChunkQueue::exhausted() const {
  const std::lock_guard lock(mutex_);
  return cells_.empty();
}

}  // namespace pantile
