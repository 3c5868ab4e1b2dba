#include "ops/cache/tile_cache.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace pantile {
namespace {

TEST(TileCache, KeepsNoMoreThanItsCapacity) {
  TileCache cache(1000);
  int made = 0;
  const auto make = [&]() -> Result<PixelBuffer> {
    ++made;
    return PixelBuffer(DType::u8, 20, 20, 1);
  };
  ASSERT_TRUE(cache.get({0, 0}, make).ok());
  ASSERT_TRUE(cache.get({0, 1}, make).ok());
  ASSERT_TRUE(cache.get({0, 0}, make).ok());
  EXPECT_EQ(made, 2);
  ASSERT_TRUE(cache.get({0, 2}, make).ok());  // (0, 1) was used longest ago
  ASSERT_TRUE(cache.get({0, 0}, make).ok());
  EXPECT_EQ(made, 3);
  ASSERT_TRUE(cache.get({0, 1}, make).ok());
  EXPECT_EQ(made, 4);
}

TEST(TileCache, MakesATileOnceForAllWhoWait) {
  TileCache cache(1 << 20);
  std::atomic<int> made{0};
  const auto make = [&]() -> Result<PixelBuffer> {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    ++made;
    return PixelBuffer(DType::u8, 20, 20, 1);
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] { EXPECT_TRUE(cache.get({1, 2}, make).ok()); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(made, 1);
}

TEST(TileCache, LetsOthersTryWhatFailed) {
  TileCache cache(1 << 20);
  EXPECT_FALSE(cache.get({1}, [] { return Result<PixelBuffer>(Error(Code::io, "no")); }).ok());
  const auto make = []() -> Result<PixelBuffer> { return PixelBuffer(DType::u8, 2, 2, 1); };
  EXPECT_TRUE(cache.get({1}, make).ok());
}

}  // namespace
}  // namespace pantile
