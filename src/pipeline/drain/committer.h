#pragma once
/// \file
/// Commits complete units on a thread of its own, so that no worker waits for the disk.

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "pantile/result.h"
#include "pantile/tile_sink.h"

namespace pantile {

/// Thread-safe. Commits in the order of submission; after a failure it takes nothing more.
class Committer {
 public:
  explicit Committer(std::vector<TileSink*> sinks);
  ~Committer();
  Committer(const Committer&) = delete;
  Committer& operator=(const Committer&) = delete;

  /// Queues `unit` for the sinks in `mask`. Waits while too many units are queued, so that
  /// encoded pixels do not pile up when the disk is slower than the workers.
  /// Returns the error of an earlier commit, if one failed.
  Status submit(UnitId unit, std::uint32_t mask);
  /// Waits until all is committed; returns the first error. Nothing may be submitted after it.
  Status finish();

 private:
  struct Item {
    UnitId unit;
    std::uint32_t mask;
  };
  void run();
  Status commit(const Item& item);

  static constexpr std::size_t kMaxQueued = 2;

  std::vector<TileSink*> sinks_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Item> queue_;
  bool closed_ = false;
  Status status_;
  std::jthread thread_;  // last: it uses everything above
};

}  // namespace pantile
