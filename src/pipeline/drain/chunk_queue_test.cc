#include "pipeline/drain/chunk_queue.h"

#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>

#include "pipeline/test_images.h"

namespace pantile {
namespace {

using testing_images::HashedSource;
using testing_images::MemorySink;
using testing_images::small_plan;

struct Queue {
  HashedSource source;
  SinkPlan plan;
  MemorySink sink;
  std::vector<TileSink*> sinks{&sink};
  ShardLayout layout;
  DrainPlan todo;
  ChunkQueue queue;

  Queue(std::int64_t size, std::int64_t window)
      : source(size, size),
        plan(small_plan(source)),
        layout(plan),
        todo(plan_drain(layout, sinks, -1, 1, {})),
        queue(layout, todo, window) {}
};

TEST(ChunkQueue, HandsOutEveryChunkOnceShardByShard) {
  Queue q(500, 1000);
  std::set<ChunkId> seen;
  std::vector<UnitId> order;
  while (const auto task = q.queue.next()) {
    EXPECT_TRUE(seen.insert(task->chunk).second);
    EXPECT_EQ(q.layout.unit_of(task->chunk), task->unit->id);
    if (order.empty() || order.back() != task->unit->id) order.push_back(task->unit->id);
    q.queue.done(task->sequence);
  }
  EXPECT_EQ(seen.size(), 64u);
  // Z-order: the four shards of one parent come together.
  ASSERT_EQ(order.size(), 16u);
  for (std::size_t i = 0; i < 16; i += 4) {
    for (std::size_t k = 1; k < 4; ++k) {
      EXPECT_EQ(order[i].x / 2, order[i + k].x / 2);
      EXPECT_EQ(order[i].y / 2, order[i + k].y / 2);
    }
  }
  EXPECT_TRUE(q.queue.exhausted());
}

TEST(ChunkQueue, NobodyRunsFurtherAheadThanTheWindow) {
  Queue q(500, 3);
  const auto first = q.queue.next();
  for (int i = 0; i < 2; ++i) q.queue.done(q.queue.next()->sequence);
  // The window is used up while the first is under way; finishing it opens the way again.
  std::atomic<bool> got{false};
  std::jthread waiter([&] { got = q.queue.next().has_value(); });
  EXPECT_FALSE(got);
  q.queue.done(first->sequence);
  waiter.join();
  EXPECT_TRUE(got);
}

TEST(ChunkQueue, StoppingCompletesTheUnitBegun) {
  Queue q(500, 1000);
  q.queue.done(q.queue.next()->sequence);
  q.queue.stop_after_begun_units();
  int more = 0;
  while (const auto task = q.queue.next()) {
    ++more;
    q.queue.done(task->sequence);
  }
  EXPECT_EQ(more, 3);  // of four chunks a shard
  EXPECT_FALSE(q.queue.exhausted());
}

TEST(ChunkQueue, StoppedNowMeansNow) {
  Queue q(500, 1000);
  q.queue.done(q.queue.next()->sequence);
  q.queue.stop_now();
  EXPECT_FALSE(q.queue.next().has_value());
}

}  // namespace
}  // namespace pantile
