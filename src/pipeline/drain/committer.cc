#include "pipeline/drain/committer.h"

#include <chrono>
#include <new>
#include <utility>

namespace pantile {

Committer::Committer(std::vector<TileSink*> sinks, int committers)
    : sinks_(std::move(sinks)), most_open_(2 * static_cast<std::size_t>(committers)) {
  for (int i = 0; i < committers; ++i) {
    threads_.emplace_back([this](const std::stop_token& finishing) { run(finishing); });
  }
}

Status Committer::submit(UnitId unit, std::uint32_t mask, double& waited_s) {
  using Clock = std::chrono::steady_clock;
  std::unique_lock lock(mutex_);
  if (open_ >= most_open_ && status_.ok()) {
    const Clock::time_point begin = Clock::now();
    changed_.wait(lock, [this] { return open_ < most_open_ || !status_.ok(); });
    waited_s += std::chrono::duration<double>(Clock::now() - begin).count();
  }
  if (!status_.ok()) return status_;
  queue_.push_back({unit, mask});
  ++open_;
  lock.unlock();
  changed_.notify_all();
  return {};
}

Status Committer::finish() {
  for (std::jthread& thread : threads_) thread.request_stop();
  threads_.clear();
  return status_;
}

void Committer::run(const std::stop_token& finishing) {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, finishing, [this] { return !queue_.empty() || !status_.ok(); });
    if (queue_.empty() || !status_.ok()) return;
    const Item item = queue_.front();
    queue_.pop_front();
    lock.unlock();
    Status result;
    try {
      result = commit(item);
    } catch (const std::bad_alloc&) {
      result = Error(Code::out_of_memory, "the system refused memory while committing a shard");
    }
    lock.lock();
    --open_;
    if (!result.ok() && status_.ok()) status_ = std::move(result);
    changed_.notify_all();
  }
}

Status Committer::commit(const Item& item) {
  for (std::size_t i = 0; i < sinks_.size(); ++i) {
    if ((item.mask >> i & 1u) != 0) PANTILE_TRY(sinks_[i]->commit(item.unit));
  }
  return {};
}

}  // namespace pantile
