#include "compute/cuda/arena.h"

#include <gtest/gtest.h>

#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "support/fake_driver.h"

namespace pantile::cuda {
namespace {

/// Every test holds of memory from a pool and of memory without one.
class Arena : public testing::TestWithParam<bool> {
 protected:
  Arena() {
    fake_.control().pools = GetParam();
    device_ = fake_.open_device();
    EXPECT_EQ(device_->facts().has_memory_pools, GetParam());
  }
  std::shared_ptr<DeviceArena> arena(std::int64_t budget_bytes) {
    auto made = DeviceArena::make(device_, budget_bytes);
    EXPECT_TRUE(made.ok()) << made.error().message();
    return *made;
  }
  Stream stream() {
    auto made = Stream::make(device_);
    EXPECT_TRUE(made.ok());
    return std::move(*made);
  }
  testing_cuda::Control& control() { return fake_.control(); }

  testing_cuda::FakeDriver fake_{PANTILE_FAKE_CUDA};
  std::shared_ptr<const Device> device_;
};

TEST_P(Arena, BlocksHoldWhatIsCopiedThroughThem) {
  const auto arena = this->arena(1 << 20);
  const Stream stream = this->stream();
  const auto from = PinnedMemory::take(device_, 1000), to = PinnedMemory::take(device_, 1000);
  ASSERT_TRUE(from.ok() && to.ok());
  for (int round = 0; round < 5; ++round) {
    std::memset(from->data(), 10 + round, 1000);
    {
      const auto block = arena->take(stream, 1000);
      ASSERT_TRUE(block.ok());
      EXPECT_EQ(block->bytes(), 1000);
      ASSERT_TRUE(stream.copy_to_device(block->address(), from->data(), 1000).ok());
      ASSERT_TRUE(stream.copy_to_host(to->data(), block->address(), 1000).ok());
    }
    // The block is gone; what was queued on it is not.
    ASSERT_TRUE(stream.wait().ok());
    EXPECT_EQ(std::memcmp(to->data(), from->data(), 1000), 0);
  }
  EXPECT_EQ(arena->peak_bytes(), 1000);
  EXPECT_EQ(control().device_peak_bytes, 1000);
}

TEST_P(Arena, MemoryIsInUseUntilTheStreamHasPassed) {
  const auto arena = this->arena(1 << 20);
  const Stream stream = this->stream();
  ASSERT_TRUE(arena->take(stream, 600).ok());  // given back at once, but not passed
  ASSERT_TRUE(arena->take(stream, 700).ok());
  EXPECT_EQ(arena->peak_bytes(), 1300);
  ASSERT_TRUE(stream.wait().ok());
  ASSERT_TRUE(arena->take(stream, 600).ok());
  EXPECT_EQ(arena->peak_bytes(), 1300);
  EXPECT_EQ(control().device_peak_bytes, 1300);
}

TEST_P(Arena, TheBudgetWaitsForBlocksOnTheirWayBack) {
  const auto arena = this->arena(1000);
  const Stream one = this->stream(), other = this->stream();
  auto held = arena->take(one, 300);
  ASSERT_TRUE(held.ok());
  ASSERT_TRUE(arena->take(one, 300).ok());
  ASSERT_TRUE(arena->take(other, 400).ok());
  // Nothing is left; what was given back comes once its stream has passed.
  const auto next = arena->take(one, 700);
  ASSERT_TRUE(next.ok()) << next.error().message();
  const auto none = arena->take(one, 1);
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().code(), Code::out_of_memory);
  EXPECT_EQ(none.error().message(),
            "GPU 0 (Fake): 1 bytes are wanted; of the 1000 that may be used, 1000 are taken");
  EXPECT_EQ(arena->peak_bytes(), 1000);
  EXPECT_LE(control().device_peak_bytes, 1000);
  EXPECT_EQ(arena->take(one, 1001).error().code(), Code::out_of_memory);
}

TEST_P(Arena, TheDeviceWaitsForBlocksOnTheirWayBack) {
  control().memory_bytes = 1000;
  const auto arena = this->arena(1 << 20);
  const Stream stream = this->stream();
  ASSERT_TRUE(arena->take(stream, 600).ok());
  ASSERT_TRUE(arena->take(stream, 700).ok());  // only after the first is back
  ASSERT_TRUE(arena->take(stream, 1000).ok());
  const auto none = arena->take(stream, 1001);
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().code(), Code::out_of_memory);
  EXPECT_NE(none.error().message().find("1001 bytes"), std::string::npos);
}

TEST_P(Arena, AFailureToTakeLeavesItUsable) {
  const auto arena = this->arena(1 << 20);
  const Stream stream = this->stream();
  control().memory_call = 0;
  EXPECT_EQ(arena->take(stream, 100).error().code(), Code::out_of_memory);
  auto block = arena->take(stream, 100);
  ASSERT_TRUE(block.ok());
  EXPECT_EQ(arena->peak_bytes(), 100);
  // One that is lost on the way is taken again, since there is something to wait for.
  ASSERT_TRUE(arena->take(stream, 200).ok());
  control().memory_call = control().memory_calls;
  EXPECT_TRUE(arena->take(stream, 300).ok());
}

TEST_P(Arena, BlocksMoveAndOutliveTheArenasOwner) {
  auto arena = this->arena(1000);
  const Stream stream = this->stream();
  ArenaBlock kept;
  {
    auto first = arena->take(stream, 400);
    ASSERT_TRUE(first.ok());
    const api::Address address = first->address();
    kept = std::move(*first);
    EXPECT_EQ(kept.address(), address);
  }
  auto second = arena->take(stream, 600);
  ASSERT_TRUE(second.ok());
  kept = std::move(*second);
  second = ArenaBlock();  // what `kept` held before
  ASSERT_TRUE(arena->take(stream, 400).ok());
  arena.reset();
  EXPECT_EQ(kept.bytes(), 600);
}

TEST_P(Arena, ALostDeviceLosesNothingOfTheHost) {
  const auto arena = this->arena(1000);
  const Stream stream = this->stream();
  for (int i = 0; i < 3; ++i) {
    if (i == 1) control().fail_call = 0;
    static_cast<void>(arena->take(stream, 700));
    static_cast<void>(stream.wait());
  }
}

INSTANTIATE_TEST_SUITE_P(Memory, Arena, testing::Bool(), [](const auto& kind) {
  return kind.param ? std::string("FromAPool") : std::string("Plain");
});

TEST(ArenaWithoutAPool, UsesMemoryAgainRatherThanTakeItAnew) {
  testing_cuda::FakeDriver fake(PANTILE_FAKE_CUDA);
  fake.control().pools = false;
  const auto device = fake.open_device();
  const auto arena = DeviceArena::make(device, 1000);
  const auto stream = Stream::make(device);
  ASSERT_TRUE(arena.ok() && stream.ok());
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE((*arena)->take(*stream, 500).ok());
    ASSERT_TRUE(stream->wait().ok());
  }
  EXPECT_EQ(fake.control().memory_calls, 1);
  ASSERT_TRUE((*arena)->take(*stream, 800).ok());  // for which the other has to go
  EXPECT_EQ(fake.control().device_peak_bytes, 800);
}

}  // namespace
}  // namespace pantile::cuda
