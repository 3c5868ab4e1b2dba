#include "pipeline/drain/lane_feed.h"

#include <algorithm>
#include <chrono>
#include <deque>
#include <utility>

#include "pipeline/drain/lane_window.h"

namespace pantile {
namespace {

double now_s() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace

LaneFeed::LaneFeed(ChunkQueue& queue, const ShardLayout& layout, std::vector<TileLane*> lanes,
                   WorkDivision::Settings settings)
    : layout_(layout),
      lanes_(lanes),
      division_(queue, layout, std::move(lanes), std::move(settings)) {
  for (const TileLane* lane : lanes_) uses_.emplace_back(lane->name());
}

std::optional<LaneWork> LaneFeed::next() {
  std::unique_lock lock(mutex_);
  LaneWork work;
  while (true) {
    const ChunkQueue::Handed handed = division_.next(work);
    if (handed == ChunkQueue::Handed::task) return work;
    if (handed == ChunkQueue::Handed::none) return std::nullopt;
    const double begin = now_s();
    changed_.wait(lock);
    workers_idle_s_ += now_s() - begin;
  }
}

bool LaneFeed::drew(const LaneWork& work, double seconds) {
  const std::lock_guard lock(mutex_);
  changed_.notify_all();
  return division_.drew(work, seconds);
}

void LaneFeed::encoded(double seconds) {
  const std::lock_guard lock(mutex_);
  division_.limit().encoded(seconds);
}

void LaneFeed::waited(double seconds) {
  const std::lock_guard lock(mutex_);
  workers_idle_s_ += seconds;
}

void LaneFeed::stop() {
  const std::lock_guard lock(mutex_);
  division_.stop();
  changed_.notify_all();
}

void LaneFeed::queue_moved() {
  // Under the lock, so that nobody who has just looked misses it.
  const std::lock_guard lock(mutex_);
  changed_.notify_all();
}

/// Chunks for a batch. With Wait::yes at least one, unless there are no more.
std::vector<ChunkQueue::Task> LaneFeed::gather(std::size_t lane, Wait wait) {
  std::vector<ChunkQueue::Task> tasks;
  const double begin = now_s();
  std::unique_lock lock(mutex_);
  while (true) {
    const std::int64_t before = division_.handed_out();
    const ChunkQueue::Handed handed = division_.gather(lane, tasks);
    // There may be chunks for workers alone. Where nothing was handed out nobody is woken: lanes
    // that find nothing would wake each other again and again.
    if (division_.handed_out() != before) changed_.notify_all();
    if (handed != ChunkQueue::Handed::later || wait == Wait::no) break;
    changed_.wait(lock);
  }
  uses_[lane].idle_s += now_s() - begin;
  return tasks;
}

void LaneFeed::give_up(std::size_t lane, const std::vector<ChunkQueue::Task>& tasks,
                       const Error& why) {
  const std::lock_guard lock(mutex_);
  division_.give_up(tasks);
  if (uses_[lane].lost.empty()) uses_[lane].lost = why.message();
  changed_.notify_all();
}

/// Hands a batch to the workers when it is there.
Status LaneFeed::finish(std::size_t lane, Batch batch) {
  const double wait_s = now_s();
  PANTILE_TRY(batch.tiles->wait());
  const double there_s = now_s();
  const auto count = static_cast<std::int64_t>(batch.tasks.size());
  const std::lock_guard lock(mutex_);
  if (division_.stopped()) return {};
  division_.deliver(batch.tasks, batch.tiles);
  division_.limit().lane_read(lane, count, batch.begun_s, wait_s, there_s);
  uses_[lane].tiles += count;
  for (const ChunkQueue::Task& task : batch.tasks) {
    uses_[lane].pixels += layout_.chunk_rect(task.chunk).area();
  }
  changed_.notify_all();
  return {};
}

Result<LaneFeed::Batch> LaneFeed::begin(std::size_t lane,
                                        const std::vector<ChunkQueue::Task>& tasks) {
  const double wait_s = now_s();
  lanes_[lane]->wait_for_room();
  Batch batch{tasks, nullptr, now_s()};
  {
    const std::lock_guard lock(mutex_);
    uses_[lane].blocked_s += batch.begun_s - wait_s;
    division_.limit().lane_waited(lane, batch.begun_s - wait_s);
  }
  std::vector<Rect> rects;
  for (const ChunkQueue::Task& task : tasks) rects.push_back(layout_.chunk_rect(task.chunk));
  PANTILE_ASSIGN(batch.tiles, lanes_[lane]->begin(rects));
  return batch;
}

void LaneFeed::run_lane(std::size_t lane) {
  std::deque<Batch> under_way;
  bool lost = false;
  const auto finish_oldest = [&] {
    const std::vector<ChunkQueue::Task> tasks = under_way.front().tasks;
    const Status done = lost ? Status(Error(Code::io, "the device is lost"))
                             : finish(lane, std::move(under_way.front()));
    under_way.pop_front();
    if (done.ok()) return;
    give_up(lane, tasks, done.error());
    lost = true;
  };
  while (!lost) {
    const std::vector<ChunkQueue::Task> tasks =
        gather(lane, under_way.empty() ? Wait::yes : Wait::no);
    if (tasks.empty()) {
      if (under_way.empty()) break;
      finish_oldest();
      continue;
    }
    while (std::ssize(under_way) >= batches_under_way(lanes_[lane]->batches())) finish_oldest();
    auto begun = begin(lane, tasks);
    if (begun.ok()) {
      under_way.push_back(std::move(*begun));
    } else {
      give_up(lane, tasks, begun.error());
      lost = true;
    }
  }
  while (!under_way.empty()) finish_oldest();
  const std::lock_guard lock(mutex_);
  uses_[lane].memory_bytes = lanes_[lane]->peak_device_bytes();
  uses_[lane].note = lanes_[lane]->note();
  division_.lane_ended(lane);
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
