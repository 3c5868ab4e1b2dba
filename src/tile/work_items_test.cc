#include "tile/work_items.h"

#include <gtest/gtest.h>

#include <atomic>
#include <vector>

#include "runtime/workers.h"

namespace pantile {
namespace {

TEST(WorkItems, EachIsTakenOnce) {
  std::vector<std::atomic<int>> taken(1000);
  WorkItems items(1000, nullptr);
  const Status done = run_workers(4, [&](int) {
    return items.each([&](std::int64_t i) -> Status {
      ++taken[static_cast<std::size_t>(i)];
      return {};
    });
  });
  ASSERT_TRUE(done.ok());
  for (const auto& count : taken) EXPECT_EQ(count, 1);
}

TEST(WorkItems, NoneFollowsAFailure) {
  WorkItems items(10, nullptr);
  int calls = 0;
  const auto body = [&](std::int64_t i) -> Status {
    ++calls;
    if (i == 3) return Error(Code::io, "item 3");
    return {};
  };
  EXPECT_EQ(items.each(body).error().message(), "item 3");
  EXPECT_TRUE(items.each(body).ok()) << "another thread just stops";
  EXPECT_EQ(calls, 4);
}

TEST(WorkItems, ACancelIsAnErrorOnlyWhileItemsAreLeft) {
  CancelToken cancel;
  WorkItems items(2, &cancel);
  const auto body = [&](std::int64_t i) -> Status {
    if (i == 1) cancel.cancel();
    return {};
  };
  EXPECT_TRUE(items.each(body).ok());
  WorkItems more(1, &cancel);
  EXPECT_EQ(more.each(body).error().code(), Code::cancelled);
}

}  // namespace
}  // namespace pantile
