#include "runtime/workers.h"

#include <sched.h>

#include <algorithm>
#include <cfenv>
#include <new>
#include <thread>
#include <vector>

#include "runtime/control_groups.h"

#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

namespace pantile {

int available_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  const int cores = sched_getaffinity(0, sizeof(set), &set) == 0
                        ? CPU_COUNT(&set)
                        : static_cast<int>(std::thread::hardware_concurrency());
  return std::max(1, std::min(cores, quota_cores().value_or(cores)));
}

void set_float_environment() {
  std::fesetround(FE_TONEAREST);
#if defined(__SSE2__)
  constexpr unsigned kFlushToZero = 0x8000, kDenormalsAreZero = 0x0040;
  _mm_setcsr(_mm_getcsr() & ~(kFlushToZero | kDenormalsAreZero));
#elif defined(__aarch64__)
  constexpr unsigned long kFlushToZero = 1ul << 24, kFlushHalfToZero = 1ul << 19;
  unsigned long control = 0;
  asm volatile("mrs %0, fpcr" : "=r"(control));
  asm volatile("msr fpcr, %0" : : "r"(control & ~(kFlushToZero | kFlushHalfToZero)));
#endif
}

FloatEnvironmentScope::FloatEnvironmentScope() {
  std::fegetenv(&before_);
  set_float_environment();
}

FloatEnvironmentScope::~FloatEnvironmentScope() { std::fesetenv(&before_); }

Status run_workers(int count, const std::function<Status(int worker)>& body) {
  std::vector<Status> results(static_cast<std::size_t>(count));
  {
    std::vector<std::jthread> threads;
    threads.reserve(results.size());
    for (int i = 0; i < count; ++i) {
      threads.emplace_back([&body, &results, i] {
        set_float_environment();
        Status& result = results[static_cast<std::size_t>(i)];
        try {
          result = body(i);
        } catch (const std::bad_alloc&) {
          result = Error(Code::out_of_memory, "the system refused a worker's allocation");
        }
      });
    }
  }
  for (Status& result : results) {
    if (!result.ok()) return result;
  }
  return {};
}

}  // namespace pantile
