#include "ops/label/overlap_merge.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>

#include "core/buffer.h"
#include "ops/label/block_labels.h"

namespace pantile::label {
namespace {

using Table = std::vector<std::uint32_t>;

TEST(OverlapMerge, NumbersByWindowsAndJoinsAlongChains) {
  OverlapMerge merge(4);
  merge.set(2, {true, true}, {{2, 1, 1}, {1, 0, 2}});
  merge.set(0, {true, true}, {});
  merge.set(3, {true}, {{1, 2, 2}});
  merge.set(1, {true, true}, {{1, 0, 1}});
  ASSERT_TRUE(merge.finish().ok());
  EXPECT_EQ(merge.count(), 3U);
  EXPECT_EQ(merge.table(0), (Table{0, 1, 2}));
  EXPECT_EQ(merge.table(1), (Table{0, 1, 3}));
  EXPECT_EQ(merge.table(2), (Table{0, 2, 1}));
  EXPECT_EQ(merge.table(3), (Table{0, 1}));
}

TEST(OverlapMerge, GivesNoNumberToWhatIsNotKept) {
  OverlapMerge merge(2);
  merge.set(0, {false, true, false}, {});
  merge.set(1, {true, true}, {{2, 0, 3}});
  ASSERT_TRUE(merge.finish().ok());
  EXPECT_EQ(merge.count(), 3U);
  EXPECT_EQ(merge.table(0), (Table{0, 0, 1, 3}));
  EXPECT_EQ(merge.table(1), (Table{0, 2, 3}));
}

TEST(BlockLabels, TakesLabelsThatOthersFound) {
  PixelBuffer pixels(DType::u32, 3, 5, 1), out(DType::u32, 2, 4, 1);
  const std::uint32_t values[] = {7, 7, 0, 900, 900,         //
                                  7, 3, 3, 0,   4000000000,  //
                                  0, 0, 0, 0,   7};
  std::copy(std::begin(values), std::end(values), reinterpret_cast<std::uint32_t*>(pixels.data()));
  const BlockLabels labels(pixels.view());
  EXPECT_EQ(labels.count(), 4U);
  labels.write({1, 0, 5, 2}, {0, 10, 20, 30, 40}, out.view());
  const auto* const got = reinterpret_cast<const std::uint32_t*>(out.data());
  EXPECT_EQ(Table(got, got + 8), (Table{20, 0, 30, 30, 10, 10, 0, 40}));
}

}  // namespace
}  // namespace pantile::label
