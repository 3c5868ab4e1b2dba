#include "pipeline/process/statistics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

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
    const auto ranges =
        measure_quantiles(source, {0.25, 0.9}, MeasureRun{"statistics", threads, {}, stages});
    ASSERT_TRUE(ranges.ok());
    EXPECT_EQ(*ranges, expected);
    ASSERT_EQ(stages.size(), 1u);
    EXPECT_EQ(stages[0].amount, kWidth * kHeight);
  }
}

TEST(Statistics, MomentsAreTheSameBitsWhateverTheThreads) {
  constexpr std::int64_t kWidth = 1700, kHeight = 1100;
  const HashedSource source(kWidth, kHeight);
  std::vector<StageSummary> stages;
  const auto one = measure_moments(source, MeasureRun{"statistics", 1, {}, stages});
  ASSERT_TRUE(one.ok());
  for (int c = 0; c < 3; ++c) {
    double sum = 0, squares = 0;
    for (std::int64_t y = 0; y < kHeight; ++y) {
      for (std::int64_t x = 0; x < kWidth; ++x) {
        const double v = HashedSource::sample(x, y, c);
        sum += v;
        squares += v * v;
      }
    }
    const double count = kWidth * kHeight, mean = sum / count;
    const filter::Moments& found = (*one)[static_cast<std::size_t>(c)];
    EXPECT_EQ(found.count, kWidth * kHeight);
    EXPECT_NEAR(found.mean, mean, 1e-12 * mean);
    EXPECT_NEAR(found.deviation(), std::sqrt(squares / count - mean * mean), 1e-9 * mean);
    for (const int threads : {3, 16}) {
      const auto many = measure_moments(source, MeasureRun{"statistics", threads, {}, stages});
      ASSERT_TRUE(many.ok());
      EXPECT_EQ((*many)[static_cast<std::size_t>(c)].mean, found.mean);
      EXPECT_EQ((*many)[static_cast<std::size_t>(c)].squares, found.squares);
    }
  }
}

TEST(Statistics, HistogramsCountEverySample) {
  const HashedSource source(700, 600);
  std::vector<StageSummary> stages;
  const std::vector<filter::Bins> bins{filter::bins_of_values(DType::u8)};
  const auto found = measure_histograms(source, bins, MeasureRun{"statistics", 2, {}, stages});
  ASSERT_TRUE(found.ok());
  std::vector<std::uint64_t> expected(256, 0);
  for (std::int64_t y = 0; y < 600; ++y) {
    for (std::int64_t x = 0; x < 700; ++x) {
      ++expected[static_cast<std::size_t>(HashedSource::sample(x, y, 1))];
    }
  }
  EXPECT_EQ((*found)[1].counts(), expected);
}

TEST(Statistics, EndWithTheErrorOfTheSource) {
  HashedSource source(1100, 700);
  source.fail_at_x = 600;
  std::vector<StageSummary> stages;
  const auto ranges =
      measure_quantiles(source, {0.25, 0.9}, MeasureRun{"statistics", 2, {}, stages});
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
  const auto ranges =
      measure_quantiles(source, {0.25, 0.9}, MeasureRun{"statistics", 2, run, stages});
  ASSERT_FALSE(ranges.ok());
  EXPECT_EQ(ranges.error().code(), Code::cancelled);
  EXPECT_EQ(source.reads, 0);
}

}  // namespace
}  // namespace pantile
