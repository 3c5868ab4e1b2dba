#include "pipeline/job/estimate.h"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <utility>
#include <vector>

#include "core/buffer.h"
#include "io/codec/codecs.h"

namespace pantile {
namespace {

TEST(Estimate, SamplesLieInManyRowsAndColumns) {
  for (const std::int64_t side : {8, 31, 32, 64, 127, 128, 512}) {
    const TileGrid grid{side * 512, side * 512, 512};
    std::set<std::int64_t> columns, rows;
    for (std::int64_t k = 0; k < 32; ++k) {
      const ChunkId chunk = sample_chunk(grid, k, 32);
      ASSERT_LT(chunk.x, side);
      ASSERT_LT(chunk.y, side);
      columns.insert(chunk.x);
      rows.insert(chunk.y);
    }
    const auto wanted = static_cast<std::size_t>(std::min<std::int64_t>(side, 32));
    EXPECT_EQ(rows.size(), wanted) << side;
    EXPECT_GE(columns.size(), wanted * 3 / 4) << side;
  }
}

TEST(Estimate, OfFewChunksAllAreSamples) {
  const TileGrid grid{7 * 512 - 5, 3 * 512, 512};
  std::set<ChunkId> all;
  for (std::int64_t k = 0; k < 21; ++k) all.insert(sample_chunk(grid, k, 21));
  EXPECT_EQ(all.size(), 21U);
}

TEST(Estimate, NoCodecMakesMoreOfNoiseThanTheMostThatIsReckonedWith) {
  SinkPlan plan;
  plan.spec.dtype = DType::u8;
  plan.spec.channels = 3;
  plan.spec.kind = Kind::rgb;
  plan.spec.levels = {{.width = 256, .height = 256, .scale = {}, .offset = {}}};
  plan.chunk_px = plan.shard_px = 256;
  PixelBuffer noise(DType::u8, 256, 256, 3);
  std::mt19937 random(1);
  for (std::size_t i = 0; i < noise.size_bytes(); ++i) {
    noise.data()[i] = static_cast<std::byte>(random());
  }
  std::vector<std::byte> encoded;
  for (const codec::Spec& spec :
       std::vector<codec::Spec>{{.method = codec::Method::raw},
                                {.method = codec::Method::zstd, .level = 1},
                                {.method = codec::Method::lzw},
                                {.method = codec::Method::deflate, .level = 1},
                                {.method = codec::Method::deflate},
                                {.method = codec::Method::jpeg, .jpeg_quality = 100}}) {
    const auto codec = make_codec(spec);
    ASSERT_TRUE(codec.ok());
    const auto scratch = (*codec)->make_scratch();
    ASSERT_TRUE((*codec)->encode(std::as_const(noise).view(), *scratch, encoded).ok());
    EXPECT_LT(static_cast<std::int64_t>(encoded.size()), most_encoded_bytes(plan))
        << (*codec)->identity();
    EXPECT_GT(static_cast<std::int64_t>(encoded.size()), most_encoded_bytes(plan) / 4);
  }
}

}  // namespace
}  // namespace pantile
