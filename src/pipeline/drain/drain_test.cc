#include "pipeline/drain/drain.h"

#include <gtest/gtest.h>

#include <cstring>
#include <utility>

#include "compute/cpu/reduce.h"
#include "pipeline/test_images.h"

namespace pantile {
namespace {

using testing_images::HashedSource;
using testing_images::MemorySink;
using testing_images::small_plan;

/// Whole levels, made without tiles: the definition that the drain is held to.
std::vector<PixelBuffer> whole_pyramid(const HashedSource& source, const SinkPlan& plan) {
  std::vector<PixelBuffer> levels;
  for (const LevelInfo& l : plan.spec.levels) {
    PixelBuffer level(DType::u8, l.height, l.width, 3);
    if (levels.empty()) {
      ReadContext context;
      EXPECT_TRUE(source.read(source.spec().region(0, l.bounds()), level.view(), context).ok());
    } else {
      EXPECT_TRUE(reduce_2x2(std::as_const(levels.back()).view(), Kind::rgb, level.view()).ok());
    }
    levels.push_back(std::move(level));
  }
  return levels;
}

/// Every chunk of every level equals the whole level there, and is zero beyond the image.
void expect_complete(const MemorySink& sink, const HashedSource& source, const SinkPlan& plan) {
  const std::vector<PixelBuffer> levels = whole_pyramid(source, plan);
  const ShardLayout layout(plan);
  std::size_t chunks = 0;
  for (int l = 0; l < layout.level_count(); ++l) {
    const TileGrid grid = layout.chunks(l);
    chunks += static_cast<std::size_t>(grid.count());
    for (std::int64_t cy = 0; cy < grid.rows(); ++cy) {
      for (std::int64_t cx = 0; cx < grid.columns(); ++cx) {
        PixelBuffer expected(DType::u8, plan.chunk_px, plan.chunk_px, 3);
        const Rect r = grid.rect(cx, cy);
        copy_pixels(std::as_const(levels[static_cast<std::size_t>(l)]).view().window(r),
                    expected.view().window({0, 0, r.width(), r.height()}));
        const auto found = sink.chunks().find({l, cx, cy});
        ASSERT_NE(found, sink.chunks().end()) << "level " << l << " chunk " << cx << "," << cy;
        ASSERT_EQ(0, std::memcmp(found->second.data(), expected.data(), expected.size_bytes()))
            << "level " << l << " chunk " << cx << "," << cy;
      }
    }
  }
  EXPECT_EQ(sink.chunks().size(), chunks);
}

struct Fixture {
  HashedSource source;
  SinkPlan plan;
  MemorySink sink;
  DrainJob job;
  DrainOptions options;

  Fixture(std::int64_t width, std::int64_t height) : source(width, height) {
    plan = small_plan(source);
    EXPECT_TRUE(sink.begin(plan).ok());
    job.source = &source;
    job.sinks = {&sink};
    job.plan = plan;
    job.store = 0;
    job.stored = &sink;
    options.threads = 3;
  }
  DrainPlan todo() const {
    return plan_drain(ShardLayout(plan), job.sinks, job.store, matching_levels(source, plan),
                      job.share);
  }
  Status run() { return drain(job, todo(), options); }
};

class DrainSizes : public testing::TestWithParam<std::pair<std::int64_t, std::int64_t>> {};

TEST_P(DrainSizes, EveryLevelEqualsTheWholeImage) {
  for (const int threads : {1, 4, 16}) {
    Fixture f(GetParam().first, GetParam().second);
    f.options.threads = threads;
    std::atomic<std::int64_t> pixels{0};
    f.options.on_pixels = [&](std::int64_t n, const UnitWork&) { pixels += n; };
    ASSERT_TRUE(f.run().ok());
    EXPECT_EQ(pixels, GetParam().first * GetParam().second);
    EXPECT_EQ(f.source.reads, GetParam().first * GetParam().second);
    expect_complete(f.sink, f.source, f.plan);
  }
}

INSTANTIATE_TEST_SUITE_P(Drain, DrainSizes,
                         testing::Values(std::pair(1, 1), std::pair(64, 64), std::pair(65, 1),
                                         std::pair(1, 200), std::pair(129, 127),
                                         std::pair(513, 300), std::pair(1000, 777),
                                         std::pair(2049, 130)));

TEST(Drain, AfterAFailureOnlyWhatIsMissingIsDone) {
  for (const std::int64_t commits : {0, 1, 5, 17, 40}) {
    Fixture f(1000, 777);
    f.sink.commits_left = commits;
    const Status first = f.run();
    ASSERT_FALSE(first.ok());
    EXPECT_EQ(first.error().code(), Code::out_of_space);
    EXPECT_EQ(f.sink.unit_count(), static_cast<std::size_t>(commits));
    f.sink.abort();
    f.sink.commits_left = 1 << 30;
    const std::int64_t before = f.source.reads;
    const std::int64_t planned = f.todo().source_pixels;
    ASSERT_TRUE(f.run().ok());
    EXPECT_EQ(f.source.reads - before, planned);
    EXPECT_LE(planned, 1000 * 777);
    expect_complete(f.sink, f.source, f.plan);
  }
}

TEST(Drain, OfSeveralCommittersTheFirstFailureStopsTheJobAndTheRestCanBeDone) {
  for (const std::int64_t commits : {0, 1, 17, 40}) {
    Fixture f(1000, 777);
    f.options.threads = 16;
    f.sink.commits_left = commits;
    const Status first = f.run();
    ASSERT_FALSE(first.ok());
    EXPECT_EQ(first.error().message(), "the sink is full as told");
    EXPECT_EQ(f.sink.unit_count(), static_cast<std::size_t>(commits));
    f.sink.abort();
    f.sink.commits_left = 1 << 30;
    ASSERT_TRUE(f.run().ok());
    expect_complete(f.sink, f.source, f.plan);
  }
}

TEST(Drain, ALostUnitAloneIsMadeAgain) {
  Fixture f(1000, 777);
  ASSERT_TRUE(f.run().ok());
  const std::int64_t before = f.source.reads;
  f.sink.lose({0, 2, 1});
  f.sink.lose({2, 0, 0});
  ASSERT_TRUE(f.run().ok());
  // Level 0 comes from the source, the coarser one from stored children; nothing else is touched.
  EXPECT_EQ(f.source.reads - before, 128 * 128);
  EXPECT_EQ(f.sink.read_back, 256 * 256);
  expect_complete(f.sink, f.source, f.plan);
}

TEST(Drain, NothingIsDoneTwice) {
  Fixture f(300, 300);
  ASSERT_TRUE(f.run().ok());
  EXPECT_TRUE(f.todo().leaves.empty());
  EXPECT_TRUE(f.todo().units.empty());
}

TEST(Drain, ASecondSinkIsFilledFromTheFirst) {
  Fixture f(700, 500);
  ASSERT_TRUE(f.run().ok());
  const std::int64_t before = f.source.reads;
  MemorySink later("later");
  ASSERT_TRUE(later.begin(f.plan).ok());
  f.job.sinks.push_back(&later);
  ASSERT_TRUE(f.run().ok());
  EXPECT_EQ(f.source.reads, before);
  expect_complete(later, f.source, f.plan);
}

TEST(Drain, CancellingCompletesTheUnitsBegun) {
  Fixture f(2000, 2000);
  CancelToken cancel;
  f.options.cancel = &cancel;
  f.sink.on_commit = [&](UnitId) { cancel.cancel(); };
  const Status stopped = f.run();
  ASSERT_FALSE(stopped.ok());
  EXPECT_EQ(stopped.error().code(), Code::cancelled);
  EXPECT_GE(f.sink.unit_count(), 1u);
  // Every pixel that was read reached a committed unit.
  std::int64_t committed = 0;
  for (std::int64_t y = 0; y < 16; ++y) {
    for (std::int64_t x = 0; x < 16; ++x) {
      if (f.sink.committed({0, x, y})) committed += ShardLayout(f.plan).shards(0).rect(x, y).area();
    }
  }
  EXPECT_EQ(f.source.reads, committed);
  EXPECT_LT(committed, 2000 * 2000);
  f.options.cancel = nullptr;
  f.sink.abort();
  ASSERT_TRUE(f.run().ok());
  expect_complete(f.sink, f.source, f.plan);
}

TEST(Drain, ASourceThatFailsStopsTheJobWithItsError) {
  Fixture f(1000, 500);
  f.source.fail_at_x = 600;
  const Status failed = f.run();
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().message(), "the source failed as told");
  f.sink.abort();
  f.source.fail_at_x = -1;
  ASSERT_TRUE(f.run().ok());
  expect_complete(f.sink, f.source, f.plan);
}

TEST(Drain, SharesTogetherDoEverythingAndTheRestIsLittle) {
  Fixture f(1500, 1100);
  const std::int64_t pixels = 1500 * 1100;
  for (int i = 0; i < 3; ++i) {
    f.job.share = {i, 3};
    const std::int64_t before = f.source.reads;
    ASSERT_TRUE(f.run().ok());
    EXPECT_GT(f.source.reads, before);
  }
  EXPECT_EQ(f.source.reads, pixels);
  f.job.share = {};
  ASSERT_TRUE(f.run().ok());
  EXPECT_EQ(f.source.reads, pixels) << "completing the pyramid reads nothing from the source";
  expect_complete(f.sink, f.source, f.plan);
}

}  // namespace
}  // namespace pantile
