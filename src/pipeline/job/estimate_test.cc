#include "pipeline/job/estimate.h"

#include <gtest/gtest.h>

#include <set>

namespace pantile {
namespace {

TEST(Estimate, SamplesLieInManyRowsAndColumns) {
  for (const std::int64_t side : {8, 31, 32, 64, 127, 128, 512}) {
    const TileGrid grid{side * 512, side * 512, 512};
    std::set<std::int64_t> columns, rows;
    for (std::int64_t k = 0; k < 32; ++k) {
      const ChunkId chunk = sample_chunk(grid, k, 32);
      ASSERT_LT(chunk.x, side);
      ASSERT_LT(chunk.y, side);
      columns.insert(chunk.x);
      rows.insert(chunk.y);
    }
    const auto wanted = static_cast<std::size_t>(std::min<std::int64_t>(side, 32));
    EXPECT_EQ(rows.size(), wanted) << side;
    EXPECT_GE(columns.size(), wanted * 3 / 4) << side;
  }
}

TEST(Estimate, OfFewChunksAllAreSamples) {
  const TileGrid grid{7 * 512 - 5, 3 * 512, 512};
  std::set<ChunkId> all;
  for (std::int64_t k = 0; k < 21; ++k) all.insert(sample_chunk(grid, k, 21));
  EXPECT_EQ(all.size(), 21U);
}

}  // namespace
}  // namespace pantile
