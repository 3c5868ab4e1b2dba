#include "pipeline/process/statistics.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "pipeline/test_images.h"

namespace pantile {
namespace {

using testing_images::HashedSource;

TEST(Statistics, AreThoseOfAllPixelsWhateverTheThreads) {
  constexpr std::int64_t kWidth = 1100, kHeight = 700;
  const HashedSource source(kWidth, kHeight);
  Ranges expected;
  for (int c = 0; c < 3; ++c) {
    std::vector<double> all;
    for (std::int64_t y = 0; y < kHeight; ++y) {
      for (std::int64_t x = 0; x < kWidth; ++x) all.push_back(HashedSource::sample(x, y, c));
    }
    std::ranges::sort(all);
    const auto place = [&](double q) {
      return all[static_cast<std::size_t>(q * static_cast<double>(all.size() - 1))];
    };
    expected.emplace_back(place(0.25), place(0.9));
  }
  for (const int threads : {1, 3, 16}) {
    std::vector<StageSummary> stages;
    const auto ranges = measure_quantiles(source, {0.25, 0.9}, "statistics", threads, {}, stages);
    ASSERT_TRUE(ranges.ok());
    EXPECT_EQ(*ranges, expected);
    ASSERT_EQ(stages.size(), 1u);
    EXPECT_EQ(stages[0].amount, kWidth * kHeight);
  }
}

TEST(Statistics, EndWithTheErrorOfTheSource) {
  HashedSource source(1100, 700);
  source.fail_at_x = 600;
  std::vector<StageSummary> stages;
  const auto ranges = measure_quantiles(source, {0.25, 0.9}, "statistics", 2, {}, stages);
  ASSERT_FALSE(ranges.ok());
  EXPECT_EQ(ranges.error().code(), Code::io);
}

TEST(Statistics, StopOnRequest) {
  const HashedSource source(1100, 700);
  CancelToken cancel;
  cancel.cancel();
  RunOptions run;
  run.cancel = &cancel;
  std::vector<StageSummary> stages;
  const auto ranges = measure_quantiles(source, {0.25, 0.9}, "statistics", 2, run, stages);
  ASSERT_FALSE(ranges.ok());
  EXPECT_EQ(ranges.error().code(), Code::cancelled);
  EXPECT_EQ(source.reads, 0);
}

}  // namespace
}  // namespace pantile
