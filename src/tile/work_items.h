#pragma once
/// \file
/// A row of equal pieces of work that several threads share.

#include <atomic>
#include <cstdint>

#include "pantile/result.h"
#include "pantile/tile_source.h"

namespace pantile {

/// Numbers 0 … count − 1, each handed out once, in order.
///
///     WorkItems items(blocks, cancel);
///     const auto work = [&](int) {
///       PixelBuffer mine(…);
///       return items.each([&](std::int64_t i) -> Status { … });
///     };
///     PANTILE_TRY(run_workers(threads, work));
class WorkItems {
 public:
  /// `cancel` may be null, and outlives us.
  WorkItems(std::int64_t count, const CancelToken* cancel) : count_(count), cancel_(cancel) {}

  /// Calls body(item) for one item after the other, until none is left or some thread's body has
  /// failed. Thread-safe. Errors: that of its own body; cancelled, where items are left.
  template <class Body> Status each(Body body) {
    for (std::int64_t i = next_++; i < count_ && !failed_; i = next_++) {
      Status done = cancel_ != nullptr && cancel_->cancelled()
                        ? Status(Error(Code::cancelled, "stopped on request"))
                        : body(i);
      if (done.ok()) continue;
      failed_ = true;
      return done;
    }
    return {};
  }

 private:
  const std::int64_t count_;
  const CancelToken* const cancel_;
  std::atomic<std::int64_t> next_{0};
  std::atomic<bool> failed_{false};
};

}  // namespace pantile
