// Drains beside lanes: whatever a lane does, or fails to do, the picture is the same.
#include "pipeline/drain/lane_feed.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstring>
#include <thread>

#include "compute/cpu/reduce.h"
#include "core/buffer.h"
#include "pipeline/drain/drain.h"
#include "pipeline/test_images.h"

namespace pantile {
namespace {

using testing_images::HashedSource;
using testing_images::MemorySink;
using testing_images::small_plan;

/// Reads on the host, as a device would: in batches, a few of them at a time.
class HostLane : public TileLane {
 public:
  struct Behaviour {
    int batch_tiles = 5, batches = 3;
    int begins_left = 1 << 30, waits_left = 1 << 30;  ///< Then it is lost.
    bool halves = false;
    int wait_ms = 0;  ///< For every batch.
  };
  HostLane(const HashedSource& source, std::int64_t tile_px, Behaviour behaviour)
      : source_(source), tile_px_(tile_px), behaviour_(behaviour) {}

  const std::string& name() const override { return name_; }
  int batch_tiles() const override { return behaviour_.batch_tiles; }
  int batches() const override { return behaviour_.batches; }
  std::int64_t peak_device_bytes() const override { return 1000 + most_alive_; }
  std::string note() const override { return "it was " + std::to_string(most_alive_) + " deep"; }
  int most_alive() const { return most_alive_; }
  bool wrong_halves = false;

  void wait_for_room() override {
    std::unique_lock lock(mutex_);
    given_back_.wait(lock, [&] { return alive_ < behaviour_.batches; });
  }
  Result<std::unique_ptr<TileBatch>> begin(std::span<const Rect> rects) override {
    EXPECT_LE(rects.size(), static_cast<std::size_t>(behaviour_.batch_tiles));
    EXPECT_GE(rects.size(), 1u);
    wait_for_room();
    {
      const std::lock_guard lock(mutex_);
      most_alive_ = std::max(most_alive_, ++alive_);
    }
    if (behaviour_.begins_left-- <= 0) {
      give_back();
      return Error(Code::io, "the lane broke");
    }
    auto batch = std::make_unique<Batch>(*this);
    for (const Rect& rect : rects) {
      PixelBuffer& tile = batch->tiles.emplace_back(DType::u8, tile_px_, tile_px_, 3);
      std::memset(tile.data(), 0, tile.size_bytes());
      ReadContext context;
      EXPECT_TRUE(source_
                      .read(source_.spec().region(0, rect),
                            tile.view().window({0, 0, rect.width(), rect.height()}), context)
                      .ok());
      if (!behaviour_.halves) continue;
      const std::int64_t half_px = tile_px_ / 2;
      PixelBuffer& half = batch->halves.emplace_back(DType::u8, half_px, half_px, 3);
      std::memset(half.data(), 0xee, half.size_bytes());  // what lies beyond is nobody's business
      const std::int64_t w = (rect.width() + 1) / 2, h = (rect.height() + 1) / 2;
      EXPECT_TRUE(reduce_2x2(std::as_const(tile).view().window({0, 0, rect.width(), rect.height()}),
                             Kind::rgb, half.view().window({0, 0, w, h}))
                      .ok());
      if (wrong_halves) half.data()[0] ^= std::byte{1};
    }
    return std::unique_ptr<TileBatch>(std::move(batch));
  }

 private:
  struct Batch : TileBatch {
    explicit Batch(HostLane& owner) : lane(owner) {}
    ~Batch() override { lane.give_back(); }
    Status wait() override {
      if (lane.behaviour_.waits_left-- <= 0) return Error(Code::io, "the lane broke");
      std::this_thread::sleep_for(std::chrono::milliseconds(lane.behaviour_.wait_ms));
      return {};
    }
    View tile(std::size_t i) const override { return tiles[i].view(); }
    std::optional<View> half(std::size_t i) const override {
      if (halves.empty()) return std::nullopt;
      return halves[i].view();
    }
    HostLane& lane;
    std::vector<PixelBuffer> tiles, halves;
  };
  void give_back() {
    const std::lock_guard lock(mutex_);
    --alive_;
    given_back_.notify_all();
  }

  const HashedSource& source_;
  const std::int64_t tile_px_;
  Behaviour behaviour_;
  const std::string name_ = "a lane";
  std::mutex mutex_;
  std::condition_variable given_back_;
  int alive_ = 0, most_alive_ = 0;
};

struct Fixture {
  HashedSource source;
  SinkPlan plan;
  MemorySink sink;
  DrainJob job;
  DrainOptions options;
  std::vector<LaneUse> uses;

  Fixture(std::int64_t width, std::int64_t height)
      : source(width, height), plan(small_plan(source)) {
    EXPECT_TRUE(sink.begin(plan).ok());
    job.source = &source;
    job.sinks = {&sink};
    job.plan = plan;
    job.store = 0;
    job.stored = &sink;
    options.threads = 2;
    options.on_lane = [this](const LaneUse& use) { uses.push_back(use); };
  }
  Status run() {
    return drain(job,
                 plan_drain(ShardLayout(plan), job.sinks, job.store, matching_levels(source, plan),
                            job.share),
                 options);
  }
};

void expect_same_chunks(const MemorySink& made, const MemorySink& expected) {
  ASSERT_EQ(made.chunks().size(), expected.chunks().size());
  for (const auto& [id, bytes] : expected.chunks()) {
    const auto found = made.chunks().find(id);
    ASSERT_NE(found, made.chunks().end());
    EXPECT_TRUE(found->second == bytes) << "level " << id.level << " chunk " << id.x << "," << id.y;
  }
}

class DrainWithLanes : public testing::Test {
 protected:
  /// Drains with these lanes and compares with a drain without.
  void expect_same(std::vector<HostLane::Behaviour> behaviours, bool workers_read,
                   std::int64_t width = 1000, std::int64_t height = 777) {
    Fixture without(width, height), with(width, height);
    ASSERT_TRUE(without.run().ok());
    std::vector<std::unique_ptr<HostLane>> lanes;
    for (const auto& behaviour : behaviours) {
      lanes.push_back(std::make_unique<HostLane>(with.source, with.plan.chunk_px, behaviour));
      with.options.lanes.push_back(lanes.back().get());
    }
    with.options.workers_read = workers_read;
    std::atomic<std::int64_t> pixels{0};
    with.options.on_pixels = [&](std::int64_t n, const UnitWork&) { pixels += n; };
    const Status done = with.run();
    ASSERT_TRUE(done.ok()) << done.error().message();
    EXPECT_EQ(pixels, width * height);
    expect_same_chunks(with.sink, without.sink);
    uses_ = with.uses;
    for (const auto& lane : lanes) EXPECT_LE(lane->most_alive(), lane->batches());
  }
  std::vector<LaneUse> uses_;
};

TEST_F(DrainWithLanes, TheSamePictureBesideWorkersAndAlone) {
  for (const bool workers_read : {true, false}) {
    for (const HostLane::Behaviour behaviour :
         {HostLane::Behaviour{1, 1}, {5, 2}, {64, 3}, {1000, 4}}) {
      expect_same({behaviour}, workers_read);
      ASSERT_EQ(uses_.size(), 1u);
      EXPECT_EQ(uses_[0].name, "a lane");
      EXPECT_EQ(uses_[0].lost, "");
      // As they are in the end.
      EXPECT_EQ(uses_[0].note, "it was " + std::to_string(uses_[0].memory_bytes - 1000) + " deep");
      if (!workers_read) {
        EXPECT_EQ(uses_[0].tiles, 16 * 13);
      }
    }
  }
  expect_same({{5, 2}, {3, 3}, {64, 1}}, true);
  expect_same({{5, 2}, {3, 3}}, false, 1, 1);
}

TEST_F(DrainWithLanes, TheLanesHalvesAreThePyramid) {
  constexpr int kAlways = 1 << 30;
  for (const bool workers_read : {true, false}) {
    for (const auto& [width, height] : {std::pair(1000, 777), {65, 63}, {64, 1}, {1, 65}}) {
      expect_same({{5, 3, kAlways, kAlways, true}}, workers_read, width, height);
    }
    expect_same({{5, 3, 4, kAlways, true}, {3, 2}}, workers_read);
  }
  // They are what is used.
  Fixture without(500, 400), with(500, 400);
  ASSERT_TRUE(without.run().ok());
  HostLane lane(with.source, with.plan.chunk_px, {5, 3, kAlways, kAlways, true});
  lane.wrong_halves = true;
  with.options.lanes = {&lane};
  with.options.workers_read = false;
  ASSERT_TRUE(with.run().ok());
  const ChunkId leaf{0, 1, 1}, parent{1, 0, 0};
  EXPECT_TRUE(with.sink.chunks().at(leaf) == without.sink.chunks().at(leaf));
  EXPECT_FALSE(with.sink.chunks().at(parent) == without.sink.chunks().at(parent));
}

TEST(DrainWithALaneThatThrows, EndsWithAnError) {
  class Throwing final : public TileLane {
   public:
    const std::string& name() const override { return name_; }
    int batch_tiles() const override { return 4; }
    int batches() const override { return 2; }
    std::int64_t peak_device_bytes() const override { return 0; }
    std::string note() const override { return {}; }
    void wait_for_room() override {}
    Result<std::unique_ptr<TileBatch>> begin(std::span<const Rect>) override {
      throw std::bad_alloc();
    }

   private:
    const std::string name_ = "a lane without memory";
  };
  for (const bool workers_read : {true, false}) {
    Fixture fixture(1000, 777);
    Throwing lane;
    fixture.options.lanes = {&lane};
    fixture.options.workers_read = workers_read;
    const Status done = fixture.run();
    ASSERT_FALSE(done.ok());
    EXPECT_EQ(done.error().code(), Code::out_of_memory) << done.error().message();
  }
}

/// Says how often it was asked how much it takes, which is once whenever it looks for tiles.
class CountingLane final : public HostLane {
 public:
  using HostLane::HostLane;
  int batch_tiles() const override {
    ++asked;
    return HostLane::batch_tiles();
  }
  mutable std::atomic<int> asked{0};
};

TEST(LanesThatFindNothing, SleepUntilSomethingIsDone) {
  const Fixture f(1000, 777);
  const ShardLayout layout(f.plan);
  const DrainPlan todo =
      plan_drain(layout, f.job.sinks, f.job.store, matching_levels(f.source, f.plan), f.job.share);
  constexpr std::int64_t kWindow = 4;
  ChunkQueue queue(layout, todo, kWindow);
  std::vector<ChunkQueue::Task> in_hand(kWindow);
  for (ChunkQueue::Task& task : in_hand) {
    ASSERT_EQ(queue.try_next(task), ChunkQueue::Handed::task);
  }
  CountingLane lanes[] = {{f.source, f.plan.chunk_px, {1, 4}}, {f.source, f.plan.chunk_px, {1, 4}}};
  LaneFeed feed(
      queue, layout, {&lanes[0], &lanes[1]},
      {.workers = 1, .workers_read = false, .room_tiles = kWindow, .is_for_lanes = [](const auto&) {
         return true;
       }});
  lanes[0].asked = lanes[1].asked = 0;
  std::thread threads[] = {std::thread([&] { feed.run_lane(0); }),
                           std::thread([&] { feed.run_lane(1); })};
  const auto asked = [&] { return lanes[0].asked + lanes[1].asked; };
  while (lanes[0].asked == 0 || lanes[1].asked == 0) std::this_thread::yield();
  // Time enough to wake each other some thousand times.
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  EXPECT_LE(asked(), 10);
  // What is done wakes them, and somebody reads the next tile.
  queue.done(in_hand.front().sequence);
  feed.queue_moved();
  const std::optional<LaneWork> read = feed.next();
  ASSERT_TRUE(read && read->batch != nullptr);
  EXPECT_EQ(read->task.sequence, kWindow);
  queue.stop_now();
  feed.stop();
  for (std::thread& thread : threads) thread.join();
  for (const LaneUse& use : feed.uses()) EXPECT_GE(use.idle_s, 0.09) << "it had nothing to read";
}

TEST(TimesOfLanes, SayWhoWaitedForWhom) {
  {  // Workers who do not draw wait for a slow lane, …
    Fixture f(500, 400);
    HostLane lane(f.source, f.plan.chunk_px, {.batch_tiles = 64, .wait_ms = 100});
    f.options.lanes = {&lane};
    f.options.workers_read = false;
    double workers_idle_s = 0;
    f.options.on_workers_idle = [&](double seconds) { workers_idle_s = seconds; };
    ASSERT_TRUE(f.run().ok());
    EXPECT_GE(workers_idle_s, f.options.threads * 0.09);
  }
  {  // … and a lane of one batch for slow workers.
    Fixture f(500, 400);
    HostLane lane(f.source, f.plan.chunk_px, {.batch_tiles = 8, .batches = 1});
    f.options.lanes = {&lane};
    f.options.workers_read = false;
    f.options.on_pixels = [](std::int64_t, const UnitWork&) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    };
    ASSERT_TRUE(f.run().ok());
    ASSERT_EQ(f.uses.size(), 1U);
    EXPECT_GE(f.uses[0].blocked_s, 0.05);  // 56 tiles, of two workers
  }
  {  // Workers wait for a slow disk too: of 22 shards one may be in work and one waiting.
    Fixture f(500, 400);
    HostLane lane(f.source, f.plan.chunk_px, {});
    f.options.lanes = {&lane};
    f.options.threads = 1;
    f.options.workers_read = false;
    f.sink.before_commit = [](UnitId) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    };
    double workers_idle_s = 0;
    f.options.on_workers_idle = [&](double seconds) { workers_idle_s = seconds; };
    ASSERT_TRUE(f.run().ok());
    EXPECT_GE(workers_idle_s, 0.1);
  }
}

TEST_F(DrainWithLanes, ALostLaneDoesNotEndTheOthers) {
  constexpr int kAlways = 1 << 30;
  for (const auto& lost : {HostLane::Behaviour{5, 3, 1, kAlways}, {5, 3, kAlways, 1}}) {
    // (The other one is slow, so that it does not read all before the first has begun.)
    expect_same({lost, {.batch_tiles = 5, .wait_ms = 5}}, false);
    ASSERT_EQ(uses_.size(), 2U);
    EXPECT_EQ(uses_[0].lost, "the lane broke");
    EXPECT_EQ(uses_[1].lost, "");
    // Workers read only what the lost one had in hand.
    EXPECT_GE(uses_[0].tiles + uses_[1].tiles, 16 * 13 - 3 * 5);
  }
}

TEST_F(DrainWithLanes, ALostLaneIsReplacedByTheWorkers) {
  for (const int after : {0, 1, 4}) {
    for (const bool workers_read : {true, false}) {
      expect_same({{5, 3, after, 1 << 30}}, workers_read);
      if (!workers_read) {
        EXPECT_EQ(uses_[0].lost, "the lane broke");
      }
      expect_same({{5, 3, 1 << 30, after}}, workers_read);
      if (!workers_read) {
        EXPECT_EQ(uses_[0].lost, "the lane broke");
      }
      expect_same({{5, 3, 1 << 30, after}, {2, 2, after, 1 << 30}}, workers_read);
    }
  }
}

TEST_F(DrainWithLanes, AFailingSinkEndsTheLanesToo) {
  for (const std::int64_t commits : {0, 3, 17}) {
    for (const bool workers_read : {true, false}) {
      Fixture f(1000, 777);
      f.sink.commits_left = commits;
      HostLane lane(f.source, f.plan.chunk_px, {4, 2});
      f.options.lanes = {&lane};
      f.options.workers_read = workers_read;
      const Status done = f.run();
      ASSERT_FALSE(done.ok());
      EXPECT_EQ(done.error().code(), Code::out_of_space);
      // What is missing is done by a second run, beside a lane again.
      f.sink.abort();
      f.sink.commits_left = 1 << 30;
      ASSERT_TRUE(f.run().ok());
      Fixture without(1000, 777);
      ASSERT_TRUE(without.run().ok());
      expect_same_chunks(f.sink, without.sink);
    }
  }
}

TEST_F(DrainWithLanes, CancelledItCompletesTheUnitsBegun) {
  for (const bool workers_read : {true, false}) {
    Fixture f(1000, 777);
    HostLane lane(f.source, f.plan.chunk_px, {4, 2});
    f.options.lanes = {&lane};
    f.options.workers_read = workers_read;
    CancelToken cancel;
    f.options.cancel = &cancel;
    f.options.on_pixels = [&](std::int64_t, const UnitWork&) { cancel.cancel(); };
    const Status stopped = f.run();
    ASSERT_FALSE(stopped.ok());
    EXPECT_EQ(stopped.error().code(), Code::cancelled);
    EXPECT_GT(f.sink.unit_count(), 0u);
    f.sink.abort();
    f.options.cancel = nullptr;
    ASSERT_TRUE(f.run().ok());
    Fixture without(1000, 777);
    ASSERT_TRUE(without.run().ok());
    expect_same_chunks(f.sink, without.sink);
  }
}

}  // namespace
}  // namespace pantile
