#pragma once
/// \file
/// How many workers fit a memory budget, and what is left for encoded pixels that wait.

#include <cstdint>
#include <functional>
#include <string_view>

#include "pantile/job.h"
#include "pantile/result.h"
#include "runtime/memory.h"

namespace pantile {

struct MemoryPlan {
  int threads = 1;
  std::int64_t budget_bytes = 0;
  std::int64_t spool_cap_bytes = 0;  ///< For each sink.
  std::int64_t least_bytes = 0;      ///< The smallest budget that works.
};

/// What the program takes before it does anything: code, libraries, stacks, allocator slack.
inline constexpr std::int64_t kBaseBytes = std::int64_t{56} << 20;
/// Less room for waiting pixels than this makes every shard go through the disk twice.
inline constexpr std::int64_t kLeastSpoolBytes = std::int64_t{4} << 20;

/// Workers, as far as the budget lets them: what `run` says, or one for each core.
int wanted_threads(const RunOptions& run);
/// The budget, as long as the job needs no more: what `run` says, or 192 MiB and 160 MiB a worker,
/// but at most half of `available_bytes`.
std::int64_t wanted_budget_bytes(const RunOptions& run,
                                 std::int64_t available_bytes = memory_available_bytes());

/// What a job can do about a budget that is too small.
inline constexpr std::string_view kTakeLessAdvice = "a smaller --tile, or --tiff off";

/// `working_bytes(threads)` is what that many workers take besides the base and the spools; it
/// grows with threads. `finish_bytes`: what the job takes after the drain, when workers are gone.
/// Without a budget of the user's: wanted_budget_bytes(), or what it needs if that is more.
/// Uses fewer threads than wanted where the budget demands it. Errors: invalid (a budget too small,
/// with the least that works; threads < 0); out_of_memory (less is free than any budget needs);
/// their sentences end in `advice`.
Result<MemoryPlan> plan_memory(const RunOptions& run,
                               const std::function<std::int64_t(int threads)>& working_bytes,
                               int sink_count, std::int64_t finish_bytes,
                               std::string_view advice = kTakeLessAdvice,
                               std::int64_t available_bytes = memory_available_bytes());

}  // namespace pantile
