#include "pipeline/drain/memory_plan.h"

#include <fmt/format.h>

#include <algorithm>

#include "runtime/workers.h"

namespace pantile {
namespace {

constexpr std::int64_t kMiB = std::int64_t{1} << 20;

std::int64_t to_mib_up(std::int64_t bytes) { return (bytes + kMiB - 1) / kMiB; }

}  // namespace

int wanted_threads(const RunOptions& run) {
  return run.threads > 0 ? run.threads : available_cores();
}

std::int64_t wanted_budget_bytes(const RunOptions& run, std::int64_t available_bytes) {
  if (run.memory_bytes > 0) return run.memory_bytes;
  const std::int64_t usual = (192 + 160 * std::int64_t{wanted_threads(run)}) * kMiB;
  return std::min(usual, available_bytes / 2);
}

Result<MemoryPlan> plan_memory(const RunOptions& run,
                               const std::function<std::int64_t(int threads)>& working_bytes,
                               int sink_count, std::int64_t finish_bytes, std::string_view advice,
                               std::int64_t available_bytes) {
  if (run.threads < 0 || run.memory_bytes < 0) {
    return Error(Code::invalid, "threads and memory must not be negative");
  }
  MemoryPlan plan;
  const std::int64_t sinks = std::max(1, sink_count);
  const auto needed = [&](int threads) {
    return kBaseBytes + std::max(working_bytes(threads) + sinks * kLeastSpoolBytes, finish_bytes);
  };
  plan.least_bytes = needed(1);
  plan.budget_bytes = run.memory_bytes;
  if (plan.budget_bytes == 0) {
    if (plan.least_bytes > available_bytes) {
      return Error(Code::out_of_memory,
                   fmt::format("this job needs at least {} MiB of memory and {} MiB are free; "
                               "end other programs, or give {}",
                               to_mib_up(plan.least_bytes), available_bytes / kMiB, advice));
    }
    plan.budget_bytes = std::max(wanted_budget_bytes(run, available_bytes), plan.least_bytes);
  }
  if (plan.budget_bytes < plan.least_bytes) {
    return Error(Code::invalid,
                 fmt::format("--memory of {} bytes is too small for this job: it needs at least {} "
                             "MiB with one thread; give --memory {}MiB or more, or {}",
                             plan.budget_bytes, to_mib_up(plan.least_bytes),
                             to_mib_up(plan.least_bytes), advice));
  }
  plan.threads = wanted_threads(run);
  while (plan.threads > 1 && needed(plan.threads) > plan.budget_bytes) --plan.threads;
  const std::int64_t left = plan.budget_bytes - kBaseBytes - working_bytes(plan.threads);
  plan.spool_cap_bytes = std::max(kLeastSpoolBytes, left / sinks);
  return plan;
}

}  // namespace pantile
