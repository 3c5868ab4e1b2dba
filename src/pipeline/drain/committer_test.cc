#include "pipeline/drain/committer.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "pipeline/test_images.h"

namespace pantile {
namespace {

using testing_images::HashedSource;
using testing_images::MemorySink;
using testing_images::small_plan;

TEST(Committer, CommitsInOrderAndOnlyWhereAsked) {
  MemorySink a("a"), b("b");
  std::vector<UnitId> order;
  a.on_commit = [&](UnitId unit) { order.push_back(unit); };
  Committer committer({&a, &b}, 1);
  double waited_s = 0;
  for (std::int64_t x = 0; x < 10; ++x) {
    ASSERT_TRUE(committer.submit({0, x, 0}, x % 2 == 0 ? 0b11 : 0b01, waited_s).ok());
  }
  ASSERT_TRUE(committer.finish().ok());
  ASSERT_EQ(order.size(), 10u);
  for (std::int64_t x = 0; x < 10; ++x) {
    EXPECT_EQ(order[static_cast<std::size_t>(x)], (UnitId{0, x, 0}));
    EXPECT_EQ(b.committed({0, x, 0}), x % 2 == 0);
  }
}

TEST(Committer, AfterAFailureItTakesNothingMoreAndSaysWhy) {
  MemorySink sink;
  sink.commits_left = 3;
  Committer committer({&sink}, 1);
  double waited_s = 0;
  Status last;
  for (std::int64_t x = 0; x < 100 && last.ok(); ++x) {
    last = committer.submit({0, x, 0}, 1, waited_s);
  }
  ASSERT_FALSE(last.ok()) << "it waits for room in the queue, so it must have heard of the failure";
  EXPECT_EQ(last.error().code(), Code::out_of_space);
  const Status end = committer.finish();
  ASSERT_FALSE(end.ok());
  EXPECT_EQ(end.error().message(), last.error().message());
  EXPECT_EQ(sink.unit_count(), 3u);
}

TEST(Committer, CommitsSeveralAtATimeAndAsManyWait) {
  constexpr int kCommitters = 3;
  MemorySink sink;
  std::mutex mutex;
  std::condition_variable changed;
  int begun = 0;
  bool may_end = false;
  sink.before_commit = [&](UnitId) {
    std::unique_lock lock(mutex);
    ++begun;
    changed.notify_all();
    changed.wait(lock, [&] { return may_end; });
  };
  Committer committer({&sink}, kCommitters);
  double waited_s = 0;
  for (std::int64_t x = 0; x < 2 * kCommitters; ++x) {
    ASSERT_TRUE(committer.submit({0, x, 0}, 1, waited_s).ok());
  }
  EXPECT_EQ(waited_s, 0) << "there was room";
  {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return begun == kCommitters; });
  }
  // Nobody takes the next one until a commit has ended.
  std::atomic<bool> is_taken = false;
  std::jthread another([&] {
    EXPECT_TRUE(committer.submit({0, 100, 0}, 1, waited_s).ok());
    is_taken = true;
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_FALSE(is_taken);
  {
    const std::lock_guard lock(mutex);
    EXPECT_EQ(begun, kCommitters);
    may_end = true;
  }
  changed.notify_all();
  another.join();
  EXPECT_GT(waited_s, 0);
  ASSERT_TRUE(committer.finish().ok());
  EXPECT_EQ(sink.unit_count(), 2u * kCommitters + 1);
}

TEST(Committer, SeveralReportTheFirstFailureAndBeginNothingAfterIt) {
  for (const std::int64_t good : {0, 1, 5}) {
    MemorySink sink;
    sink.commits_left = good;
    std::atomic<int> begun = 0;
    sink.before_commit = [&](UnitId) { ++begun; };
    Committer committer({&sink}, 4);
    double waited_s = 0;
    Status last;
    for (std::int64_t x = 0; x < 100 && last.ok(); ++x) {
      last = committer.submit({0, x, 0}, 1, waited_s);
    }
    ASSERT_FALSE(last.ok());
    const Status end = committer.finish();
    ASSERT_FALSE(end.ok());
    EXPECT_EQ(end.error().code(), Code::out_of_space);
    EXPECT_EQ(sink.unit_count(), static_cast<std::size_t>(good));
    EXPECT_LE(begun, good + 4) << "each met the full sink once at the most";
  }
}

TEST(Committer, AsManyAsWorkersCanKeepBusy) {
  EXPECT_EQ(committers_for(1), 1);
  EXPECT_EQ(committers_for(4), 1);
  EXPECT_EQ(committers_for(5), 2);
  EXPECT_EQ(committers_for(16), 4);
  EXPECT_EQ(committers_for(256), 16);
}

TEST(Committer, GoesAwayWithoutBeingFinished) {
  for (const int committers : {1, 4}) {
    MemorySink sink;
    { Committer committer({&sink}, committers); }
    {
      Committer committer({&sink}, committers);
      double waited_s = 0;
      ASSERT_TRUE(committer.submit({0, 0, 0}, 1, waited_s).ok());
    }
    EXPECT_LE(sink.unit_count(), 1u);
  }
}

}  // namespace
}  // namespace pantile
