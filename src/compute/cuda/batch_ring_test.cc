#include "compute/cuda/batch_ring.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/fake_driver.h"

namespace pantile::cuda {
namespace {

constexpr std::int64_t kItemBytes = 256;

/// Every test holds of memory from a pool and of memory without one.
class Ring : public testing::TestWithParam<bool> {
 protected:
  Ring() {
    fake_.control().pools = GetParam();
    device_ = fake_.open_device();
    auto numbers = PinnedMemory::take(device_, 64 * kItemBytes);
    EXPECT_TRUE(numbers.ok());
    numbers_ = std::move(*numbers);
    for (int i = 0; i < 64; ++i) std::memset(numbers_.data() + i * kItemBytes, i, kItemBytes);
  }
  std::unique_ptr<BatchRing> ring(int items, int batches) {
    auto made = BatchRing::make(device_, {kItemBytes, items, batches});
    EXPECT_TRUE(made.ok()) << made.error().message();
    return std::move(*made);
  }
  /// Item i of the batch is made of the number `from` + i; through the device's memory.
  QueuePart numbers(int from) {
    return [this, from](const BatchPart& part) -> Status {
      EXPECT_LE(part.count, part.most);
      parts_.push_back(static_cast<int>(part.count));
      const std::int64_t bytes = part.count * kItemBytes;
      PANTILE_TRY(part.stream.copy_to_device(
          part.memory, numbers_.data() + (from + part.first) * kItemBytes, bytes));
      return part.stream.copy_to_host(part.host + part.first * kItemBytes, part.memory, bytes);
    };
  }
  static void expect_numbers(const BatchRing::Batch& batch, int from, int items) {
    for (int i = 0; i < items; ++i) {
      const std::string expected(kItemBytes, static_cast<char>(from + i));
      EXPECT_EQ(std::memcmp(batch.data() + i * kItemBytes, expected.data(), kItemBytes), 0) << i;
    }
  }
  testing_cuda::Control& control() { return fake_.control(); }

  testing_cuda::FakeDriver fake_{PANTILE_FAKE_CUDA};
  std::shared_ptr<const Device> device_;
  PinnedMemory numbers_;
  std::vector<int> parts_;  ///< Items of each that was queued.
};

TEST_P(Ring, BatchesLiveSideBySide) {
  const auto ring = this->ring(8, 3);
  EXPECT_EQ(ring->batch_items(), 8);
  EXPECT_EQ(ring->batches(), 3);
  EXPECT_EQ(ring->pinned_bytes(), 3 * 8 * kItemBytes);
  std::vector<BatchRing::Batch> batches;
  for (int b = 0; b < 3; ++b) {
    auto batch = ring->begin(8 - b, numbers(10 * b));
    ASSERT_TRUE(batch.ok());
    batches.push_back(std::move(*batch));
  }
  for (int b = 0; b < 3; ++b) {
    ASSERT_TRUE(batches[static_cast<std::size_t>(b)].wait().ok());
    expect_numbers(batches[static_cast<std::size_t>(b)], 10 * b, 8 - b);
  }
  EXPECT_EQ(parts_, (std::vector<int>{8, 7, 6}));
  EXPECT_LE(ring->peak_device_bytes(), 3 * 8 * kItemBytes);
  EXPECT_EQ(ring->peak_device_bytes(), control().device_peak_bytes);
}

TEST_P(Ring, WaitsForRoomUntilABatchEndsOnAnotherThread) {
  const auto ring = this->ring(2, 2);
  auto first = ring->begin(2, numbers(1));
  const auto second = ring->begin(2, numbers(3));
  ASSERT_TRUE(first.ok() && second.ok());
  std::thread reader([batch = std::move(*first)]() mutable {
    const BatchRing::Batch ended = std::move(batch);  // never waited for
  });
  const auto third = ring->begin(2, numbers(5));
  reader.join();
  ASSERT_TRUE(third.ok());
}

TEST_P(Ring, HalvesWhatDoesNotFitFromTheBeginning) {
  control().memory_bytes = (64 + 2 * 8 + 5) * kItemBytes;  // two batches of 8 pinned, and 5 items
  const auto ring = this->ring(16, 2);
  EXPECT_EQ(ring->batch_items(), 8);
  EXPECT_EQ(ring->part_items(), 4);
  auto batch = ring->begin(7, numbers(20));
  ASSERT_TRUE(batch.ok() && batch->wait().ok());
  expect_numbers(*batch, 20, 7);
  EXPECT_EQ(parts_, (std::vector<int>{4, 3}));

  control().memory_bytes = control().used_bytes;
  const auto none = BatchRing::make(device_, {kItemBytes, 16, 2});
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().code(), Code::out_of_memory);
}

TEST_P(Ring, MakesInSmallerPartsWhatFindsNoMemoryWhenItIsWaitedFor) {
  {
    const auto ring = this->ring(8, 2);
    auto batch = ring->begin(6, numbers(30));
    ASSERT_TRUE(batch.ok());
    control().fail_call = control().calls;
    control().fail_calls = 1;
    control().fail_outcome = 2;
    ASSERT_TRUE(batch->wait().ok());
    expect_numbers(*batch, 30, 6);
    EXPECT_EQ(parts_, (std::vector<int>{6, 3, 3}));
    EXPECT_EQ(ring->part_items(), 3);
  }
  // One item alone cannot be less.
  const auto ring = this->ring(8, 2);
  auto batch = ring->begin(1, numbers(30));
  ASSERT_TRUE(batch.ok());
  control().fail_call = control().calls;
  const Status none = batch->wait();
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().code(), Code::out_of_memory);
}

TEST_P(Ring, AnotherFailureEndsTheBatch) {
  const auto ring = this->ring(8, 2);
  {
    auto batch = ring->begin(6, numbers(30));
    ASSERT_TRUE(batch.ok());
    control().fail_call = control().calls;
    const Status lost = batch->wait();
    ASSERT_FALSE(lost.ok());
    EXPECT_EQ(lost.error().code(), Code::io);
    EXPECT_EQ(parts_.size(), 1U);
    control().fail_call = -1;
  }
  const auto refused = ring->begin(
      1, [](const BatchPart&) -> Status { return Error(Code::invalid, "not this one"); });
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), Code::invalid);
  // Both slots are free again.
  auto one = ring->begin(6, numbers(1)), other = ring->begin(6, numbers(7));
  ASSERT_TRUE(one.ok() && other.ok());
  ASSERT_TRUE(one->wait().ok() && other->wait().ok());
  expect_numbers(*other, 7, 6);
}

INSTANTIATE_TEST_SUITE_P(Memory, Ring, testing::Bool(), [](const auto& kind) {
  return std::string(kind.param ? "FromAPool" : "WithoutAPool");
});

}  // namespace
}  // namespace pantile::cuda
