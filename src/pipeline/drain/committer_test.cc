#include "pipeline/drain/committer.h"

#include <gtest/gtest.h>

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
  Committer committer({&a, &b});
  for (std::int64_t x = 0; x < 10; ++x) {
    ASSERT_TRUE(committer.submit({0, x, 0}, x % 2 == 0 ? 0b11 : 0b01).ok());
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
  Committer committer({&sink});
  Status last;
  for (std::int64_t x = 0; x < 100 && last.ok(); ++x) last = committer.submit({0, x, 0}, 1);
  ASSERT_FALSE(last.ok()) << "it waits for room in the queue, so it must have heard of the failure";
  EXPECT_EQ(last.error().code(), Code::out_of_space);
  const Status end = committer.finish();
  ASSERT_FALSE(end.ok());
  EXPECT_EQ(end.error().message(), last.error().message());
  EXPECT_EQ(sink.unit_count(), 3u);
}

TEST(Committer, GoesAwayWithoutBeingFinished) {
  MemorySink sink;
  { Committer committer({&sink}); }
  {
    Committer committer({&sink});
    ASSERT_TRUE(committer.submit({0, 0, 0}, 1).ok());
  }
  EXPECT_LE(sink.unit_count(), 1u);
}

}  // namespace
}  // namespace pantile
