#include "grid/pyramid.h"

#include <gtest/gtest.h>

namespace pantile {
namespace {

TEST(HalvingLevels, OddSidesRoundUpUntilOneChunkHoldsAll) {
  const auto levels = halving_levels({101, 37, {}, {}}, 16);
  const std::vector<std::pair<std::int64_t, std::int64_t>> want{
      {101, 37}, {51, 19}, {26, 10}, {13, 5}};
  ASSERT_EQ(levels.size(), want.size());
  for (std::size_t i = 0; i < want.size(); ++i) {
    EXPECT_EQ(levels[i].width, want[i].first) << i;
    EXPECT_EQ(levels[i].height, want[i].second) << i;
  }
}

TEST(HalvingLevels, StopAsSoonAsTheLongerSideFits) {
  EXPECT_EQ(halving_levels({512, 512, {}, {}}, 512).size(), 1u);
  EXPECT_EQ(halving_levels({513, 1, {}, {}}, 512).size(), 2u);
  EXPECT_EQ(halving_levels({1, 1024, {}, {}}, 512).size(), 2u);
  EXPECT_EQ(halving_levels({1, 1025, {}, {}}, 512).size(), 3u);
  const auto one = halving_levels({1, 1, {2, 3}, {4, 5}}, 512);
  EXPECT_EQ(one, (std::vector<LevelInfo>{{1, 1, {2, 3}, {4, 5}}}));
}

TEST(HalvingLevels, AThinSideStaysOnePixel) {
  const auto levels = halving_levels({1 << 20, 1, {}, {}}, 512);
  ASSERT_EQ(levels.size(), 12u);
  EXPECT_EQ(levels.back().width, 512);
  for (const LevelInfo& level : levels) EXPECT_EQ(level.height, 1);
}

TEST(HalvingLevels, CentresOfPixelsStayWhereTheyAre) {
  const auto levels = halving_levels({1000, 1000, {2, 0.5}, {10, -20}}, 16);
  for (std::size_t n = 0; n < levels.size(); ++n) {
    const double factor = static_cast<double>(1 << n);
    EXPECT_EQ(levels[n].scale, (Scale2{2 * factor, 0.5 * factor})) << n;
    EXPECT_EQ(levels[n].offset, (Offset2{10 + 2 * (factor - 1) / 2, -20 + 0.5 * (factor - 1) / 2}))
        << n;
    // The outer edge of the first pixel is the same on every level.
    EXPECT_EQ(levels[n].offset.x - levels[n].scale.x / 2, 9) << n;
    EXPECT_EQ(levels[n].offset.y - levels[n].scale.y / 2, -20.25) << n;
  }
}

TEST(DefaultChunk, GrowsWithVeryLargeImages) {
  constexpr std::int64_t kMany = std::int64_t{1} << 19;
  EXPECT_EQ(default_chunk_px(1, 1), 512);
  EXPECT_EQ(default_chunk_px(kMany - 1, kMany - 1), 512);
  EXPECT_EQ(default_chunk_px(kMany, 1), 1024);
  EXPECT_EQ(default_chunk_px(1, kMany), 1024);
}

}  // namespace
}  // namespace pantile
