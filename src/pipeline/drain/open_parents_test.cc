#include "pipeline/drain/open_parents.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "pipeline/test_images.h"

namespace pantile {
namespace {

using testing_images::HashedSource;
using testing_images::small_plan;

/// 200 x 130 in chunks of 64: four by three, and two by two above; the last row is 2 pixels high.
struct Fixture {
  HashedSource source{200, 130};
  SinkPlan plan = small_plan(source);
  ShardLayout layout{plan};
  ChunkBuffers buffers{DType::u8, 64, 3};
  OpenParents parents{layout, Kind::rgb, buffers};

  std::optional<OpenParents::Finished> add(ChunkId id, int value) {
    PixelBuffer child = buffers.take();
    std::memset(child.data(), value, child.size_bytes());
    auto result = parents.add(id, std::as_const(child).view());
    buffers.give_back(std::move(child));
    EXPECT_TRUE(result.ok());
    return std::move(result).value();
  }
};

TEST(OpenParents, AParentIsFinishedByItsLastChildInAnyOrder) {
  Fixture f;
  EXPECT_FALSE(f.add({0, 1, 1}, 40));
  EXPECT_FALSE(f.add({0, 0, 0}, 10));
  EXPECT_FALSE(f.add({0, 2, 0}, 99));  // another parent's
  EXPECT_FALSE(f.add({0, 1, 0}, 20));
  const auto parent = f.add({0, 0, 1}, 30);
  ASSERT_TRUE(parent);
  EXPECT_EQ(parent->chunk, (ChunkId{1, 0, 0}));
  const auto at = [&](std::int64_t y, std::int64_t x) {
    return std::to_integer<int>(parent->pixels.data()[(y * 64 + x) * 3]);
  };
  EXPECT_EQ(at(0, 0), 10);
  EXPECT_EQ(at(31, 31), 10);
  EXPECT_EQ(at(0, 32), 20);
  EXPECT_EQ(at(32, 0), 30);
  EXPECT_EQ(at(63, 63), 40);
}

TEST(OpenParents, BeyondTheImageAParentIsZeroWhateverItsBufferHeldBefore) {
  Fixture f;
  // More than are taken at a time, so that the parent cannot get a fresh one, which is zero anyway.
  std::vector<PixelBuffer> dirty;
  for (int i = 0; i < 4; ++i) dirty.push_back(f.buffers.take());
  for (PixelBuffer& buffer : dirty) {
    std::memset(buffer.data(), 255, buffer.size_bytes());
    f.buffers.give_back(std::move(buffer));
  }
  // The lower right parent: children (2,2) and (3,2), 2 rows high; (3,2) is 8 columns wide.
  EXPECT_FALSE(f.add({0, 2, 2}, 7));
  const auto parent = f.add({0, 3, 2}, 7);
  ASSERT_TRUE(parent);
  EXPECT_EQ(parent->chunk, (ChunkId{1, 1, 1}));
  for (std::int64_t y = 0; y < 64; ++y) {
    for (std::int64_t x = 0; x < 64; ++x) {
      const int want = y < 1 && x < 36 ? 7 : 0;
      ASSERT_EQ(std::to_integer<int>(parent->pixels.data()[(y * 64 + x) * 3]), want)
          << x << ' ' << y;
    }
  }
}

}  // namespace
}  // namespace pantile
