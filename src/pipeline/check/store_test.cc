#include "pipeline/check/store.h"

#include <gtest/gtest.h>

#include "core/buffer.h"
#include "io/codec/codecs.h"
#include "io/codec/crc32c.h"
#include "io/store/memory_store.h"
#include "io/zarr/shard_index.h"
#include "io/zarr/sink_files.h"
#include "pipeline/check/levels.h"

namespace pantile {
namespace {

/// One chunk of 60 × 50 pixels of 64 × 64, in a shard of 2 × 2 places: damage with right checksums,
/// which no flipped bit makes.
class CheckStore : public testing::Test {
 protected:
  CheckStore() {
    plan_.chunk_px = 64;
    plan_.shard_px = 128;
    plan_.spec.name = "sample";
    plan_.spec.levels = {{60, 50, {1, 1}, {0, 0}}};
    metadata_ = zarr::metadata_files(plan_, 1, "{}").value();
    for (const auto& [key, text] : metadata_) {
      EXPECT_TRUE(store_->write(key, as_bytes(text)).ok());
    }
  }

  static Bytes with_crc(Bytes bytes) {
    const std::uint32_t crc = crc32c(bytes);
    for (int b = 0; b < 4; ++b) bytes.push_back(static_cast<std::byte>(crc >> (8 * b)));
    return bytes;
  }

  /// The chunk, encoded, with `value` at column x, row y.
  Bytes chunk(std::int64_t x, std::int64_t y, int value) const {
    PixelBuffer pixels(DType::u8, 64, 64, 1);
    *pixels.view().at(y, x) = static_cast<std::byte>(value);
    const auto codec = *make_codec({.method = codec::Method::zstd, .level = 1});
    Bytes out;
    EXPECT_TRUE(codec->encode(pixels.view(), *codec->make_scratch(), out).ok());
    return with_crc(out);
  }

  /// Writes the shard as given and returns what a check of everything finds.
  std::vector<Finding> check(Bytes chunks, const zarr::ShardIndex& index) {
    const Bytes table = zarr::encode_shard_index(index, true);
    chunks.insert(chunks.end(), table.begin(), table.end());
    EXPECT_TRUE(store_->write("0/c/0/0/0", chunks).ok());
    FindingLog log(nullptr);
    StoreCheck check({store_, "", plan_, 1, metadata_, false}, log);
    EXPECT_TRUE(check.check_metadata().ok());
    EXPECT_TRUE(check.check_shard({0, 0, 0}).ok());
    EXPECT_TRUE(check_levels(check, {}).ok());
    CheckReport report;
    log.move_into(report);
    EXPECT_EQ(check.finding_count(), report.finding_count);
    return report.findings;
  }

  void expect(FindingKind kind, const std::vector<Finding>& found) {
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(word_for(found[0].kind), word_for(kind)) << found[0].text;
    EXPECT_EQ(found[0].file, "0/c/0/0/0");
  }

  std::shared_ptr<MemoryStore> store_ = std::make_shared<MemoryStore>();
  SinkPlan plan_;
  std::map<std::string, std::string> metadata_;
};

zarr::ShardIndex at(std::int64_t offset, const Bytes& chunk) {
  return {zarr::ChunkPlace{offset, static_cast<std::int64_t>(chunk.size())}, {}, {}, {}};
}

TEST_F(CheckStore, ASoundShardIsSound) {
  const Bytes good = chunk(59, 49, 7);
  EXPECT_TRUE(check(good, at(0, good)).empty());
}

TEST_F(CheckStore, WhatLiesBeyondTheEdgeMustBeZero) {
  for (const auto& [x, y] : {std::pair(60, 0), std::pair(0, 50), std::pair(63, 63)}) {
    const Bytes bad = chunk(x, y, 1);
    expect(FindingKind::wrong_pixels, check(bad, at(0, bad)));
  }
}

TEST_F(CheckStore, AChunkMustDecodeToItsPixels) {
  const Bytes noise = with_crc(Bytes(100, std::byte{0x5a}));
  expect(FindingKind::undecodable, check(noise, at(0, noise)));
  PixelBuffer small(DType::u8, 32, 64, 1);
  const auto codec = *make_codec({.method = codec::Method::zstd, .level = 1});
  Bytes half;
  ASSERT_TRUE(codec->encode(small.view(), *codec->make_scratch(), half).ok());
  half = with_crc(half);
  expect(FindingKind::undecodable, check(half, at(0, half)));
  const Bytes nothing(3);
  expect(FindingKind::undecodable, check(nothing, at(0, nothing)));
}

TEST_F(CheckStore, ChunksLieInOrderWithoutGapsJustWhereTheImageIs) {
  const Bytes good = chunk(1, 1, 1);
  Bytes behind = good, before = good;
  behind.push_back({});
  before.insert(before.begin(), std::byte{});
  expect(FindingKind::truncated, check(behind, at(0, good)));
  expect(FindingKind::checksum, check(before, at(1, good)));
  expect(FindingKind::checksum, check({}, zarr::ShardIndex(4)));
  auto elsewhere = at(0, good);
  std::swap(elsewhere[0], elsewhere[1]);
  expect(FindingKind::checksum, check(good, elsewhere));
  Bytes twice = good;
  twice.insert(twice.end(), good.begin(), good.end());
  auto more = at(0, good);
  more[3] = {static_cast<std::int64_t>(good.size()), static_cast<std::int64_t>(good.size())};
  expect(FindingKind::checksum, check(twice, more));
}

}  // namespace
}  // namespace pantile
