#include "pipeline/drain/committer.h"

#include <new>
#include <utility>

namespace pantile {

Committer::Committer(std::vector<TileSink*> sinks)
    : sinks_(std::move(sinks)), thread_([this] { run(); }) {}

Committer::~Committer() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  changed_.notify_all();
}

Status Committer::submit(UnitId unit, std::uint32_t mask) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return queue_.size() < kMaxQueued || !status_.ok(); });
  if (!status_.ok()) return status_;
  queue_.push_back({unit, mask});
  lock.unlock();
  changed_.notify_all();
  return {};
}

Status Committer::finish() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
  return status_;
}

void Committer::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return !queue_.empty() || closed_; });
    if (queue_.empty() || !status_.ok()) return;
    const Item item = queue_.front();
    lock.unlock();
    Status result;
    try {
      result = commit(item);
    } catch (const std::bad_alloc&) {
      result = Error(Code::out_of_memory, "the system refused memory while committing a shard");
    }
    lock.lock();
    queue_.pop_front();  // only now: what is being committed still counts as queued
    if (!result.ok()) status_ = std::move(result);
    changed_.notify_all();
    if (!status_.ok()) return;
  }
}

Status Committer::commit(const Item& item) {
  for (std::size_t i = 0; i < sinks_.size(); ++i) {
    if ((item.mask >> i & 1u) != 0) PANTILE_TRY(sinks_[i]->commit(item.unit));
  }
  return {};
}

}  // namespace pantile
