// Every SIMD table gives the scalar table's bits, on ordinary and special samples.
#include "compute/rows/row_kernels.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

namespace pantile {
namespace {

constexpr std::size_t kColumns = 21 * kRowAlign, kSlack = kRowAlign;

template <class T> std::vector<std::vector<T>> random_rows(std::size_t count) {
  std::mt19937_64 random(7);
  std::vector<std::vector<T>> rows(count, std::vector<T>(kColumns + 2 * kSlack));
  for (auto& row : rows) {
    for (T& sample : row) {
      const std::uint64_t bits = random();
      if constexpr (std::is_integral_v<T>) {
        sample = static_cast<T>(bits);
      } else {
        const T special[] = {0,
                             T(-0.0),
                             std::numeric_limits<T>::infinity(),
                             -std::numeric_limits<T>::infinity(),
                             std::numeric_limits<T>::max(),
                             std::numeric_limits<T>::denorm_min()};
        sample = bits % 64 == 0 ? special[bits / 64 % 6]
                                : static_cast<T>(static_cast<double>(bits >> 11) * 0x1p-53 - 0.5);
      }
    }
  }
  return rows;
}

template <class T> std::vector<const T*> taps_of(const std::vector<std::vector<T>>& rows) {
  std::vector<const T*> taps;
  for (const auto& row : rows) taps.push_back(row.data() + kSlack);
  return taps;
}

/// Equal, NaN equal to NaN whatever its sign and payload: only stored samples are made canonical.
template <class T> bool same(const std::vector<T>& a, const std::vector<T>& b) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (std::memcmp(&a[i], &b[i], sizeof(T)) == 0) continue;
    if (a[i] != a[i] && b[i] != b[i]) continue;
    return false;
  }
  return true;
}

template <class T> class RowKernelsTest : public testing::Test {};
using Floats = testing::Types<float, double>;
TYPED_TEST_SUITE(RowKernelsTest, Floats);

TYPED_TEST(RowKernelsTest, EveryTargetGivesTheScalarBits) {
  using T = TypeParam;
  const auto rows = random_rows<T>(11);
  const auto taps = taps_of(rows);
  const T weights[11] = {T(.3), T(.2), T(-.1), T(.05), T(7), T(1), T(.01), T(2), T(3), T(4), T(5)};
  const auto tables = all_row_kernels<T>();
  ASSERT_EQ(tables.back()->target, "scalar");
  const RowKernels<T>& scalar = *tables.back();
  std::vector<T> want(kColumns), got(kColumns);
  for (const RowKernels<T>* table : tables) {
    for (std::size_t r = 0; r <= 5; ++r) {
      scalar.symmetric(taps.data(), r, weights, want.data(), kColumns);
      table->symmetric(taps.data(), r, weights, got.data(), kColumns);
      EXPECT_TRUE(same(want, got)) << table->target << " symmetric " << r;
      scalar.weighted(taps.data(), 2 * r + 1, weights, want.data(), kColumns);
      table->weighted(taps.data(), 2 * r + 1, weights, got.data(), kColumns);
      EXPECT_TRUE(same(want, got)) << table->target << " weighted " << r;
      if (r == 0) continue;
      scalar.antisymmetric(taps.data(), r, weights, want.data(), kColumns);
      table->antisymmetric(taps.data(), r, weights, got.data(), kColumns);
      EXPECT_TRUE(same(want, got)) << table->target << " antisymmetric " << r;
    }
    scalar.gradient(taps[0], taps[1], taps[2], T(1), T(2), want.data(), kColumns);
    table->gradient(taps[0], taps[1], taps[2], T(1), T(2), got.data(), kColumns);
    EXPECT_TRUE(same(want, got)) << table->target << " gradient";
    std::vector<T> a = rows[0], line(kColumns), lowered(kColumns);
    for (std::size_t i = 0; i < a.size(); i += 41) a[i] = std::numeric_limits<T>::quiet_NaN();
    scalar.lower(a.data(), rows[1].data(), line.data(), kColumns);
    table->lower(a.data(), rows[1].data(), lowered.data(), kColumns);
    EXPECT_TRUE(same(line, lowered)) << table->target << " lower";
    constexpr std::size_t kMiddle = kColumns - 2 * kRowAlign;
    for (const bool seeded : {false, true}) {
      for (const std::size_t count : {1, 2, 11}) {
        scalar.roll(line.data() + kRowAlign, count, weights, seeded, want.data(), kMiddle);
        table->roll(line.data() + kRowAlign, count, weights, seeded, got.data(), kMiddle);
        EXPECT_TRUE(same(want, got)) << table->target << " roll of " << count;
      }
    }
  }
}

TYPED_TEST(RowKernelsTest, DoWhatTheySay) {
  using T = TypeParam;
  std::vector<T> row(3 * kRowAlign);
  for (std::size_t i = 0; i < row.size(); ++i) row[i] = static_cast<T>(i * i);
  const T* const middle = row.data() + kRowAlign;
  const T* const taps[] = {middle - 1, middle, middle + 1};
  const T weights[] = {T(2), T(0.5)};
  std::vector<T> out(kRowAlign);
  row_kernels<T>().symmetric(taps, 1, weights, out.data(), kRowAlign);
  EXPECT_EQ(out[3], T(2) * 67 * 67 + T(0.5) * (66 * 66 + 68 * 68));
  row_kernels<T>().antisymmetric(taps, 1, weights, out.data(), kRowAlign);
  EXPECT_EQ(out[3], T(0.5) * (68 * 68 - 66 * 66));
  row_kernels<T>().gradient(middle, middle, middle, T(1), T(2), out.data(), kRowAlign);
  EXPECT_EQ(out[3], T(4) * (68 * 68 - 66 * 66));
}

template <class T> class RankKernelsTest : public testing::Test {};
using Samples = testing::Types<std::uint8_t, std::uint16_t, float, double>;
TYPED_TEST_SUITE(RankKernelsTest, Samples);

TYPED_TEST(RankKernelsTest, EveryTargetGivesTheScalarBits) {
  using T = TypeParam;
  const auto rows = random_rows<T>(9);
  const auto taps = taps_of(rows);
  const auto tables = all_rank_kernels<T>();
  std::vector<T> want(kColumns), got(kColumns);
  for (const RankKernels<T>* table : tables) {
    for (const std::size_t count : {1, 2, 3, 9}) {
      tables.back()->minimum(taps.data(), count, want.data(), kColumns);
      table->minimum(taps.data(), count, got.data(), kColumns);
      EXPECT_TRUE(same(want, got)) << table->target << " minimum of " << count;
      tables.back()->maximum(taps.data(), count, want.data(), kColumns);
      table->maximum(taps.data(), count, got.data(), kColumns);
      EXPECT_TRUE(same(want, got)) << table->target << " maximum of " << count;
    }
  }
}

/// Samples of rows, some of them no numbers.
template <class T> std::vector<std::vector<T>> rows_with_nan(std::size_t count) {
  auto rows = random_rows<T>(count);
  if constexpr (std::is_floating_point_v<T>) {
    for (auto& row : rows) {
      for (std::size_t i = 0; i < row.size(); i += 37) {
        row[i] = std::numeric_limits<T>::quiet_NaN();
      }
    }
  }
  return rows;
}

TYPED_TEST(RankKernelsTest, MediansAreTheMiddleOfTheWindow) {
  using T = TypeParam;
  const auto rows = rows_with_nan<T>(5);
  const auto taps = taps_of(rows);
  constexpr std::size_t kCount = kColumns - kRowAlign;  // beyond them a row more is read
  std::vector<T> want(kCount), got(kCount);
  for (const std::size_t size : {3, 5}) {
    for (std::size_t i = 0; i < kCount; ++i) {
      std::vector<T> window;
      for (std::size_t y = 0; y < size; ++y) {
        for (std::size_t x = 0; x < size; ++x) {
          const T v = *(taps[y] + i + x - size / 2);
          window.push_back(v == v ? v : std::numeric_limits<T>::infinity());
        }
      }
      std::ranges::sort(window);
      want[i] = window[size * size / 2];
    }
    for (const RankKernels<T>* table : all_rank_kernels<T>()) {
      for (const std::size_t n : {kRowAlign, 3 * kRowAlign, kCount}) {
        // Nothing is written beyond the row.
        got.assign(kCount, T(77));
        (size == 3 ? table->median3 : table->median5)(taps.data(), got.data(), n);
        std::vector<T> expected = want;
        std::fill(expected.begin() + static_cast<std::ptrdiff_t>(n), expected.end(), T(77));
        EXPECT_EQ(expected, got) << table->target << " " << size;
      }
    }
  }
}

TYPED_TEST(RankKernelsTest, SelectGivesEveryRank) {
  using T = TypeParam;
  const auto rows = rows_with_nan<T>(13);
  const auto taps = taps_of(rows);
  const auto tables = all_rank_kernels<T>();
  std::vector<T> want(kColumns), got(kColumns);
  for (const std::size_t count : {1, 2, 13}) {
    for (std::size_t rank = 0; rank < count; ++rank) {
      tables.back()->select(taps.data(), count, rank, want.data(), kColumns);
      for (const RankKernels<T>* table : tables) {
        table->select(taps.data(), count, rank, got.data(), kColumns);
        EXPECT_TRUE(same(want, got)) << table->target << " " << rank << " of " << count;
      }
    }
  }
}

}  // namespace
}  // namespace pantile
