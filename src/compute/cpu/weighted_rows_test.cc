#include "compute/cpu/weighted_rows.h"

#include <gtest/gtest.h>
#include <hwy/highway.h>

#include <cstdint>
#include <limits>
#include <vector>

namespace pantile {
namespace {

template <class T> void expect_sums_of_the_formula() {
  for (const std::size_t count :
       {std::size_t{0}, std::size_t{1}, std::size_t{15}, std::size_t{77}}) {
    std::vector<T> row(count);
    std::vector<std::uint32_t> sums(count + 1), want(count + 1);
    for (std::size_t i = 0; i < count; ++i) {
      row[i] = i % 5 == 0 ? std::numeric_limits<T>::max() : static_cast<T>(i * 40503u);
      want[i] = sums[i] = static_cast<std::uint32_t>(i * 2654435761u);
    }
    want[count] = sums[count] = 7;  // stays
    for (const std::uint32_t weight : {1u, 10192u, 65537u}) {
      for (std::size_t i = 0; i < count; ++i) want[i] += weight * row[i];
      add_weighted_row(row.data(), weight, sums.data(), count);
      EXPECT_EQ(sums, want) << count << " samples, weight " << weight;
    }
  }
}

TEST(WeightedRows, EveryTargetGivesTheFormula) {
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    SCOPED_TRACE(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    expect_sums_of_the_formula<std::uint8_t>();
    expect_sums_of_the_formula<std::uint16_t>();
  }
  hwy::SetSupportedTargetsForTest(0);
}

}  // namespace
}  // namespace pantile
