#include "runtime/workers.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cfenv>
#include <limits>
#include <mutex>
#include <new>
#include <set>
#include <string>
#include <thread>

#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

namespace pantile {
namespace {

TEST(Workers, EachBodyRunsOnceOnItsOwnThread) {
  std::mutex mutex;
  std::set<int> numbers;
  std::set<std::thread::id> threads;
  std::atomic<int> calls{0}, arrived{0};
  const Status status = run_workers(5, [&](int worker) -> Status {
    ++calls;
    // All run at the same time: each waits for the others.
    ++arrived;
    while (arrived < 5) std::this_thread::yield();
    const std::lock_guard lock(mutex);
    numbers.insert(worker);
    threads.insert(std::this_thread::get_id());
    return {};
  });
  EXPECT_TRUE(status.ok());
  EXPECT_EQ(calls, 5);
  EXPECT_EQ(numbers, (std::set<int>{0, 1, 2, 3, 4}));
  EXPECT_EQ(threads.size(), 5u);
  EXPECT_TRUE(run_workers(0, [](int) { return Status(Error(Code::internal, "ran")); }).ok());
}

TEST(Workers, TheLowestFailedBodyIsReportedAndAllRunToTheirEnd) {
  std::atomic<int> ended{0};
  std::atomic<bool> later_failed{false};
  const Status status = run_workers(4, [&](int worker) -> Status {
    if (worker == 1) {
      while (!later_failed) std::this_thread::yield();  // so it is not the first in time
    }
    ++ended;
    if (worker == 3) later_failed = true;
    if (worker == 0 || worker == 2) return {};
    return Error(worker == 1 ? Code::io : Code::corrupt, "worker " + std::to_string(worker));
  });
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code(), Code::io);
  EXPECT_EQ(status.error().message(), "worker 1");
  EXPECT_EQ(ended, 4);
}

TEST(Workers, ARefusedAllocationIsAnError) {
  const Status status = run_workers(2, [](int worker) -> Status {
    if (worker == 1) throw std::bad_alloc();
    return {};
  });
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code(), Code::out_of_memory);
}

/// Puts the calling thread's float environment back at the end.
struct KeepFloatEnvironment {
  std::fenv_t kept;
  KeepFloatEnvironment() { std::fegetenv(&kept); }
  ~KeepFloatEnvironment() { std::fesetenv(&kept); }
};

/// 1 + 2^-54 is below the middle of 1 and its successor; upward, it is the successor.
double one_and_a_little() {
  volatile double one = 1, little = 0x1p-54;
  return one + little;
}

double half_of_the_smallest_normal() {
  volatile double smallest = std::numeric_limits<double>::min();
  return smallest * 0.5;
}

TEST(Workers, ComputeTheSameWhateverTheProgramAroundHasSet) {
  const KeepFloatEnvironment keep;
  std::fesetround(FE_UPWARD);
#if defined(__SSE2__)
  _mm_setcsr(_mm_getcsr() | 0x8040);  // flush to zero, subnormals are zero
  ASSERT_EQ(half_of_the_smallest_normal(), 0.0) << "the test changes nothing";
#endif
  ASSERT_NE(one_and_a_little(), 1.0) << "the test changes nothing";
  double sum = 0, subnormal = 0;
  ASSERT_TRUE(run_workers(1, [&](int) -> Status {
                sum = one_and_a_little();
                subnormal = half_of_the_smallest_normal();
                return {};
              }).ok());
  EXPECT_EQ(std::fegetround(), FE_UPWARD) << "the caller's own environment stays";
  std::fesetenv(&keep.kept);
  EXPECT_EQ(sum, 1.0);
  EXPECT_EQ(subnormal, 0x1p-1023);
}

TEST(Cores, AreAtLeastOneAndFollowTheMachine) {
  EXPECT_GE(available_cores(), 1);
  EXPECT_LE(available_cores(), 1 << 16);
}

}  // namespace
}  // namespace pantile
