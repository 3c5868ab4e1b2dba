#pragma once
/// \file
/// Commits complete units on threads of its own, so that no worker waits for the disk.

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

#include "pantile/result.h"
#include "pantile/tile_sink.h"

namespace pantile {

/// How many threads commit what so many workers encode. A worker makes some 70 MB/s of encoded
/// colours; a thread that writes and syncs one shard after another gets 430 MB/s or more to the
/// disk (bench/limits), most of which is waiting: so one is enough for four workers. It wins
/// nothing to have more than a disk can do at a time.
constexpr int committers_for(int workers) { return std::clamp((workers + 3) / 4, 1, 16); }

/// Thread-safe. Begins commits in the order of submission, up to `committers` at a time; they may
/// end in another. After a failure it takes nothing more and begins nothing more.
class Committer {
 public:
  Committer(std::vector<TileSink*> sinks, int committers);
  Committer(const Committer&) = delete;
  Committer& operator=(const Committer&) = delete;

  /// Queues `unit` for the sinks in `mask`. Waits while 2 × `committers` units are queued or in
  /// work, so that encoded pixels do not pile up when the disk is slower than the workers; adds the
  /// seconds of that to `waited_s`. Returns the error of an earlier commit, if one failed.
  Status submit(UnitId unit, std::uint32_t mask, double& waited_s);
  /// Waits until all is committed; returns the first error met. Nothing may be submitted after it.
  Status finish();

 private:
  struct Item {
    UnitId unit;
    std::uint32_t mask;
  };
  void run(const std::stop_token& finishing);
  Status commit(const Item& item);

  const std::vector<TileSink*> sinks_;
  /// Units that are queued or being committed. As many may wait as are in work: units become
  /// complete in bursts. What waits counts against the sinks' memory like all that they hold.
  const std::size_t most_open_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Item> queue_;
  std::size_t open_ = 0;
  Status status_;
  std::vector<std::jthread> threads_;  // last: they use everything above
};

}  // namespace pantile
