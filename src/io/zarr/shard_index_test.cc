#include "io/zarr/shard_index.h"

#include <gtest/gtest.h>

namespace pantile::zarr {
namespace {

constexpr std::int64_t kShardBytes = 1000;

ShardIndex sample_index() { return {ChunkPlace{0, 100}, std::nullopt, ChunkPlace{100, 832}}; }

TEST(ShardIndex, ComesBack) {
  for (const bool crc : {false, true}) {
    const Bytes bytes = encode_shard_index(sample_index(), crc);
    EXPECT_EQ(bytes.size(), crc ? 52u : 48u);
    const auto index = decode_shard_index(bytes, 3, crc, kShardBytes);
    ASSERT_TRUE(index.ok());
    EXPECT_EQ(*index, sample_index());
  }
}

TEST(ShardIndex, HasTheLayoutOfTheSpecification) {
  const Bytes bytes = encode_shard_index({ChunkPlace{0x0102, 0x03}, std::nullopt}, false);
  Bytes want(32, std::byte{0xff});
  std::fill_n(want.begin(), 16, std::byte{0});
  want[0] = std::byte{2};
  want[1] = std::byte{1};
  want[8] = std::byte{3};
  EXPECT_EQ(bytes, want);
}

TEST(ShardIndex, NoticesEveryFlippedBit) {
  const Bytes good = encode_shard_index(sample_index(), true);
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    Bytes bytes = good;
    bytes[bit / 8] ^= static_cast<std::byte>(1u << bit % 8);
    const auto index = decode_shard_index(bytes, 3, true, kShardBytes);
    ASSERT_FALSE(index.ok()) << bit;
    EXPECT_EQ(index.error().code(), Code::corrupt);
  }
}

TEST(ShardIndex, RefusesPlacesOutsideTheShard) {
  for (const ChunkPlace place : {ChunkPlace{900, 101}, ChunkPlace{1001, 0}, ChunkPlace{-1, 5},
                                 ChunkPlace{5, -2}, ChunkPlace{INT64_MAX, INT64_MAX}}) {
    const auto index = decode_shard_index(encode_shard_index({place}, true), 1, true, kShardBytes);
    ASSERT_FALSE(index.ok());
    EXPECT_EQ(index.error().code(), Code::corrupt);
  }
}

TEST(ShardIndex, RefusesAnotherLength) {
  const Bytes bytes = encode_shard_index(sample_index(), true);
  EXPECT_FALSE(decode_shard_index(std::span(bytes).first(51), 3, true, kShardBytes).ok());
  EXPECT_FALSE(decode_shard_index(bytes, 2, true, kShardBytes).ok());
  EXPECT_FALSE(decode_shard_index({}, 3, true, kShardBytes).ok());
}

}  // namespace
}  // namespace pantile::zarr
