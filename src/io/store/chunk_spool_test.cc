#include "io/store/chunk_spool.h"

#include <gtest/gtest.h>

#include "io/store/memory_store.h"
#include "support/fault_store.h"

namespace pantile {
namespace {

Bytes filled(std::size_t size, int value) { return Bytes(size, static_cast<std::byte>(value)); }

/// (index, size, first byte) of every chunk.
std::vector<std::array<std::int64_t, 3>> contents(const ChunkSpool::Unit& unit) {
  std::vector<std::array<std::int64_t, 3>> out;
  EXPECT_TRUE(unit.for_each([&](std::int64_t index, std::span<const std::byte> b) -> Status {
                    out.push_back({index, static_cast<std::int64_t>(b.size()),
                                   b.empty() ? -1 : static_cast<std::int64_t>(b[0])});
                    return {};
                  })
                  .ok());
  return out;
}

TEST(ChunkSpool, GivesChunksBackInOrderFromMemoryAndDisk) {
  for (const std::int64_t cap : {std::int64_t{0}, std::int64_t{150}, std::int64_t{1} << 20}) {
    ChunkSpool spool(std::make_shared<MemoryStore>(), cap);
    const UnitId a{0, 0, 0}, b{3, 1, 2};
    ASSERT_TRUE(spool.put(a, 9, filled(100, 1)).ok());
    ASSERT_TRUE(spool.put(b, 5, filled(70, 2)).ok());
    ASSERT_TRUE(spool.put(a, 2, filled(50, 3)).ok());
    ASSERT_TRUE(spool.put(a, 9, filled(60, 4)).ok());  // replaces the first
    EXPECT_LE(spool.held_bytes(), cap);
    EXPECT_EQ(contents(*spool.take(a)),
              (std::vector<std::array<std::int64_t, 3>>{{2, 50, 3}, {9, 60, 4}}));
    EXPECT_EQ(spool.take(a)->count(), 0u);
    EXPECT_EQ(contents(*spool.take(b)), (std::vector<std::array<std::int64_t, 3>>{{5, 70, 2}}));
    EXPECT_EQ(spool.held_bytes(), 0);
  }
}

TEST(ChunkSpool, CoarseLevelsGoToDiskFirst) {
  const auto store = std::make_shared<FaultStore>(std::make_shared<MemoryStore>());
  ChunkSpool spool(store, 100);
  ASSERT_TRUE(spool.put({2, 0, 0}, 0, filled(60, 1)).ok());
  ASSERT_TRUE(spool.put({0, 0, 0}, 0, filled(60, 2)).ok());
  EXPECT_EQ(spool.held_bytes(), 60) << "the coarse one left";
  ASSERT_TRUE(spool.put({0, 0, 0}, 1, filled(30, 2)).ok());
  EXPECT_EQ(store->calls(FaultStore::Call::spool), 1);
}

TEST(ChunkSpool, WhatIsTakenCountsUntilItIsConsumed) {
  ChunkSpool spool(std::make_shared<MemoryStore>(), 100);
  const UnitId a{0, 0, 0}, b{0, 1, 0};
  ASSERT_TRUE(spool.put(a, 0, filled(60, 1)).ok());
  ASSERT_TRUE(spool.put(a, 1, filled(30, 2)).ok());
  auto taken = spool.take(a);
  EXPECT_EQ(spool.held_bytes(), 90);
  ASSERT_TRUE(spool.put(b, 0, filled(20, 3)).ok());
  EXPECT_EQ(spool.held_bytes(), 90) << "there is no room beside it";
  std::vector<std::int64_t> held;
  ASSERT_TRUE(taken
                  ->consume([&](std::int64_t, std::span<const std::byte> bytes) -> Status {
                    held.push_back(spool.held_bytes());
                    EXPECT_FALSE(bytes.empty());
                    return {};
                  })
                  .ok());
  EXPECT_EQ(held, (std::vector<std::int64_t>{90, 30}));
  EXPECT_EQ(spool.held_bytes(), 0);
  ASSERT_TRUE(spool.put(a, 0, filled(50, 1)).ok());
  taken = spool.take(a);
  EXPECT_EQ(spool.held_bytes(), 50);
  taken.reset();
  EXPECT_EQ(spool.held_bytes(), 0) << "nobody consumed it";
  EXPECT_EQ(contents(*spool.take(b)), (std::vector<std::array<std::int64_t, 3>>{{0, 20, 3}}));
}

TEST(ChunkSpool, AFullDiskIsReported) {
  const auto store = std::make_shared<FaultStore>(std::make_shared<MemoryStore>());
  ChunkSpool spool(store, 10);
  store->fail(FaultStore::Call::spool, 1, Code::out_of_space);
  EXPECT_EQ(spool.put({0, 0, 0}, 0, filled(60, 1)).error().code(), Code::out_of_space);
  spool.clear();
  EXPECT_EQ(spool.held_bytes(), 0);
}

}  // namespace
}  // namespace pantile
