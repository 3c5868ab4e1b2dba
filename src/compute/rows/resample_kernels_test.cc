// Every target gives the bits of the plain definition.
#include "compute/rows/resample_kernels.h"

#include <gtest/gtest.h>
#include <hwy/highway.h>

#include <cstring>
#include <random>
#include <type_traits>
#include <vector>

namespace pantile {
namespace {

/// Calls check() as every target that this machine has.
template <class Check> void on_every_target(Check check) {
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    SCOPED_TRACE(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    check();
  }
  hwy::SetSupportedTargetsForTest(0);
}

template <class T> std::vector<std::vector<T>> random_rows(std::size_t rows, std::size_t n) {
  std::mt19937 random(5);
  std::vector<std::vector<T>> all(rows, std::vector<T>(n));
  for (auto& row : all) {
    for (T& sample : row) {
      if constexpr (std::is_integral_v<T>) {
        sample = static_cast<T>(random());
      } else {
        sample = static_cast<T>(static_cast<double>(random()) / 3e9 - 0.5);
      }
    }
  }
  return all;
}

template <class Sample, class T> void expect_sums() {
  const std::vector<T> weights{T(0.3), T(-0.21), T(1.7), T(0.013), T(0.9)};
  for (const std::size_t n : {1, 3, 16, 65, 131}) {
    const auto rows = random_rows<Sample>(weights.size(), n);
    const std::vector<T> seed = random_rows<T>(1, n).front();
    std::vector<const Sample*> taps;
    for (const auto& row : rows) taps.push_back(row.data());
    for (const bool is_seeded : {false, true}) {
      for (std::size_t count = 1; count <= weights.size(); ++count) {
        std::vector<T> expected(n), found(n + 1, T(7));
        for (std::size_t i = 0; i < n; ++i) {
          T sum = is_seeded ? seed[i] : weights[0] * static_cast<T>(rows[0][i]);
          for (std::size_t k = is_seeded ? 0 : 1; k < count; ++k) {
            sum += weights[k] * static_cast<T>(rows[k][i]);
          }
          expected[i] = sum;
        }
        // The result may take the seed's place.
        if (is_seeded) std::copy(seed.begin(), seed.end(), found.begin());
        sum_rows(taps.data(), count, weights.data(), is_seeded ? found.data() : nullptr,
                 found.data(), n);
        EXPECT_EQ(std::memcmp(found.data(), expected.data(), n * sizeof(T)), 0) << n;
        EXPECT_EQ(found[n], T(7));
      }
    }
  }
}

template <class T> void expect_resampled() {
  for (const std::size_t n : {4, 20, 132}) {
    const auto rows = random_rows<T>(kResampledRows, n);
    // New samples of one to four old ones, forwards and back, of a row that begins with sample 9.
    std::vector<std::int64_t> first;
    std::vector<std::size_t> at{0};
    std::vector<T> weights;
    std::mt19937 random(8);
    const std::size_t count = n == 4 ? 4 : 52;
    for (std::size_t k = 0; k < count; ++k) {
      const std::size_t taps = 1 + k % 4;
      first.push_back(static_cast<std::int64_t>(9 + random() % (n - taps + 1)));
      for (std::size_t j = 0; j < taps; ++j) weights.push_back(static_cast<T>(random() % 97) / 31);
      at.push_back(weights.size());
    }
    std::vector<const T*> from;
    for (const auto& row : rows) from.push_back(row.data());
    std::vector<std::vector<T>> found(kResampledRows, std::vector<T>(count + 1, T(7)));
    std::vector<T*> to;
    for (auto& row : found) to.push_back(row.data());
    std::vector<T> memory((n + count) * kResampledRows);
    resample_rows(from.data(), n, {first.data(), at.data(), weights.data(), count, 9},
                  memory.data(), to.data());
    for (std::size_t r = 0; r < kResampledRows; ++r) {
      for (std::size_t k = 0; k < count; ++k) {
        const T* const samples = from[r] + (first[k] - 9);
        T sum = weights[at[k]] * samples[0];
        for (std::size_t j = 1; j < at[k + 1] - at[k]; ++j) sum += weights[at[k] + j] * samples[j];
        ASSERT_EQ(std::memcmp(&found[r][k], &sum, sizeof sum), 0) << r << ", " << k;
      }
      EXPECT_EQ(found[r][count], T(7));
    }
  }
}

TEST(ResampleKernels, SumRowsAsDefined) {
  on_every_target([] {
    expect_sums<std::uint8_t, float>();
    expect_sums<std::uint16_t, float>();
    expect_sums<float, float>();
    expect_sums<double, double>();
  });
}

TEST(ResampleKernels, ResampleRowsAsDefined) {
  on_every_target([] {
    expect_resampled<float>();
    expect_resampled<double>();
  });
}

}  // namespace
}  // namespace pantile
