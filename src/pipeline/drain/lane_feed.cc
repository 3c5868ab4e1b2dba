#include "pipeline/drain/lane_feed.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace pantile {
namespace {

using Clock = std::chrono::steady_clock;
double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

}  // namespace

LaneFeed::LaneFeed(ChunkQueue& queue, const ShardLayout& layout, std::vector<TileLane*> lanes,
                   bool workers_read, std::function<bool(const ChunkQueue::Task&)> is_for_lanes)
    : queue_(queue),
      layout_(layout),
      lanes_(std::move(lanes)),
      workers_read_(workers_read),
      is_for_lanes_(std::move(is_for_lanes)),
      lanes_at_work_(lanes_.size()) {
  for (const TileLane* lane : lanes_) uses_.emplace_back(lane->name());
}

std::optional<LaneFeed::Work> LaneFeed::next() {
  std::unique_lock lock(mutex_);
  while (!stopped_) {
    if (!ready_.empty()) {
      Work work = std::move(ready_.front());
      ready_.pop_front();
      return work;
    }
    if (!for_workers_.empty()) {
      const ChunkQueue::Task task = for_workers_.front();
      for_workers_.pop_front();
      return Work{task, nullptr, 0};
    }
    const bool reads = workers_read_ || lanes_at_work_ == 0;
    ChunkQueue::Task task;
    const auto handed = reads ? queue_.try_next(task) : ChunkQueue::Handed::later;
    if (handed == ChunkQueue::Handed::task) return Work{task, nullptr, 0};
    if (handed == ChunkQueue::Handed::none && lanes_at_work_ == 0) return std::nullopt;
    const auto begin = Clock::now();
    changed_.wait(lock);
    workers_idle_s_ += seconds_since(begin);
  }
  return std::nullopt;
}

void LaneFeed::stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  ready_.clear();  // a lane may wait for their memory
  changed_.notify_all();
}

void LaneFeed::queue_moved() {
  // Under the lock, so that nobody who has just looked misses it.
  const std::lock_guard lock(mutex_);
  changed_.notify_all();
}

/// Chunks for a batch: as many as it takes and there are. With Wait::yes at least one, unless there
/// are no more.
std::vector<ChunkQueue::Task> LaneFeed::gather(std::size_t lane, Wait wait) {
  const auto most = static_cast<std::size_t>(std::max(1, lanes_[lane]->batch_tiles()));
  std::vector<ChunkQueue::Task> tasks;
  const auto begin = Clock::now();
  std::unique_lock lock(mutex_);
  while (tasks.size() < most) {
    ChunkQueue::Task task;
    const auto handed = queue_.try_next(task);
    if (handed == ChunkQueue::Handed::none) break;
    if (handed == ChunkQueue::Handed::later) {
      if (!tasks.empty() || wait == Wait::no) break;
      changed_.wait(lock);
      continue;
    }
    if (is_for_lanes_(task)) {
      tasks.push_back(task);
    } else {
      for_workers_.push_back(task);
      changed_.notify_all();
    }
  }
  uses_[lane].idle_s += seconds_since(begin);
  return tasks;
}

void LaneFeed::deliver(std::size_t lane, Batch batch) {
  const std::lock_guard lock(mutex_);
  if (stopped_) return;
  for (std::size_t i = 0; i < batch.tasks.size(); ++i) {
    ready_.push_back({batch.tasks[i], batch.tiles, i});
  }
  uses_[lane].tiles += static_cast<std::int64_t>(batch.tasks.size());
  for (const ChunkQueue::Task& task : batch.tasks) {
    uses_[lane].pixels += layout_.chunk_rect(task.chunk).area();
  }
  changed_.notify_all();
}

void LaneFeed::give_up(std::size_t lane, const std::vector<ChunkQueue::Task>& tasks,
                       const Error& why) {
  const std::lock_guard lock(mutex_);
  for_workers_.insert(for_workers_.end(), tasks.begin(), tasks.end());
  if (uses_[lane].lost.empty()) uses_[lane].lost = why.message();
  changed_.notify_all();
}

void LaneFeed::run_lane(std::size_t lane) {
  std::deque<Batch> under_way;
  bool lost = false;
  const auto finish_oldest = [&] {
    Batch batch = std::move(under_way.front());
    under_way.pop_front();
    const Status done = lost ? Status(Error(Code::io, "the device is lost")) : batch.tiles->wait();
    if (done.ok()) {
      deliver(lane, std::move(batch));
    } else {
      give_up(lane, batch.tasks, done.error());
      lost = true;
    }
  };
  while (!lost) {
    // One batch is read while another is copied; what is ready belongs to the workers.
    std::vector<ChunkQueue::Task> tasks = gather(lane, under_way.empty() ? Wait::yes : Wait::no);
    if (tasks.empty()) {
      if (under_way.empty()) break;
      finish_oldest();
      continue;
    }
    std::vector<Rect> rects;
    for (const ChunkQueue::Task& task : tasks) rects.push_back(layout_.chunk_rect(task.chunk));
    while (static_cast<int>(under_way.size()) + 1 >= lanes_[lane]->batches() &&
           !under_way.empty()) {
      finish_oldest();
    }
    const auto begin = Clock::now();
    auto begun = lanes_[lane]->begin(rects);
    {
      const std::lock_guard lock(mutex_);
      uses_[lane].blocked_s += seconds_since(begin);
    }
    if (!begun.ok()) {
      give_up(lane, tasks, begun.error());
      lost = true;
      break;
    }
    under_way.push_back({std::move(tasks), std::move(*begun)});
  }
  while (!under_way.empty()) finish_oldest();
  const std::lock_guard lock(mutex_);
  uses_[lane].memory_bytes = lanes_[lane]->peak_device_bytes();
  uses_[lane].note = lanes_[lane]->note();
  --lanes_at_work_;
  changed_.notify_all();
}

double LaneFeed::workers_idle_s() const {
  const std::lock_guard lock(mutex_);
  return workers_idle_s_;
}

std::vector<LaneUse> LaneFeed::uses() const {
  const std::lock_guard lock(mutex_);
  return uses_;
}

}  // namespace pantile
