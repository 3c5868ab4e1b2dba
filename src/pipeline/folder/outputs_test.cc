#include "pipeline/folder/outputs.h"
#include "pipeline/drain/disk_space.h"

#include <gtest/gtest.h>

#include "pipeline/job/estimate.h"
#include "pipeline/preview/previews.h"
#include "pipeline/test_images.h"

namespace pantile {
namespace {

using testing_images::HashedSource;

ImageSpec spec_of(std::int64_t width, std::int64_t height, DType dtype, int channels) {
  ImageSpec spec;
  spec.dtype = dtype;
  spec.channels = channels;
  spec.kind = channels == 3 ? Kind::rgb : Kind::intensity;
  spec.levels = {{width, height, {1, 1}, {0, 0}}};
  return spec;
}

TEST(PlanLayout, ChoosesTilesAndShardsByTheImage) {
  struct Want {
    ImageSpec spec;
    std::int64_t tile, shard;
  };
  const std::int64_t big = std::int64_t{1} << 19;
  for (const Want& want : {Want{spec_of(1000, 1000, DType::u8, 3), 512, 4096},
                           Want{spec_of(big - 1, big - 1, DType::u8, 3), 512, 4096},
                           Want{spec_of(big, 10, DType::u8, 3), 1024, 4096},
                           Want{spec_of(1000, 1000, DType::f32, 1), 512, 4096},
                           Want{spec_of(1000, 1000, DType::f32, 3), 512, 2048}}) {
    const auto plan = plan_layout(want.spec, 0, 0);
    ASSERT_TRUE(plan.ok());
    EXPECT_EQ(plan->chunk_px, want.tile);
    EXPECT_EQ(plan->shard_px, want.shard);
    EXPECT_LE(plan->shard_px * plan->shard_px * want.spec.pixel_bytes(), 64 << 20);
  }
}

TEST(PlanLayout, LevelsEndWhereOneTileHoldsAll) {
  const auto plan = plan_layout(spec_of(1025, 300, DType::u8, 1), 256, 512);
  ASSERT_TRUE(plan.ok());
  ASSERT_EQ(plan->spec.levels.size(), 4u);
  EXPECT_EQ(plan->spec.levels[3].width, 129);
  EXPECT_EQ(plan->spec.levels[3].height, 38);
  EXPECT_EQ(raw_bytes(*plan), 1025 * 300 + 513 * 150 + 257 * 75 + 129 * 38);
}

TEST(PlanLayout, RefusesWhatFormatsCannotHold) {
  const ImageSpec spec = spec_of(1000, 1000, DType::u8, 3);
  for (const auto& [tile, shard] :
       {std::pair(100, 0), std::pair(48, 0), std::pair(8192, 0), std::pair(-512, 0),
        std::pair(512, 256), std::pair(512, 1000), std::pair(512, 32768)}) {
    const auto plan = plan_layout(spec, tile, shard);
    ASSERT_FALSE(plan.ok()) << tile << " " << shard;
    EXPECT_EQ(plan.error().code(), Code::invalid);
  }
}

TEST(FitPreview, FitsWithoutEnlargingAndKeepsTheShape) {
  struct Want {
    std::int64_t w, h;
    PreviewSize size;
    std::int64_t fitted_w, fitted_h;
    bool limited;
  };
  for (const Want& t :
       {Want{1000, 500, {"", 100, 0}, 100, 50, false},
        Want{1000, 500, {"", 100, 100}, 100, 50, false},
        Want{500, 1000, {"", 100, 100}, 50, 100, false},
        Want{500, 1000, {"", 100, 0}, 100, 200, false},
        Want{1000, 500, {"", 1000, 0}, 1000, 500, false},
        Want{1000, 500, {"", 2000, 0}, 1000, 500, true}, Want{100000, 3, {"", 10, 0}, 10, 1, false},
        Want{2147483647, 2147483647, {"", 1024, 0}, 1024, 1024, false}}) {
    const FittedSize fitted = fit_preview(t.w, t.h, t.size);
    EXPECT_EQ(fitted.width, t.fitted_w);
    EXPECT_EQ(fitted.height, t.fitted_h);
    EXPECT_EQ(fitted.limited, t.limited);
  }
}

TEST(Estimate, ScalesTheSamplesUpToAllLevels) {
  const HashedSource source(1000, 700);
  const SinkPlan plan = testing_images::small_plan(source);
  const auto raw = make_codec({.method = codec::Method::raw});
  const auto zstd = make_codec({.method = codec::Method::zstd, .level = 1});
  ASSERT_TRUE(raw.ok() && zstd.ok());
  const auto estimate = estimate_drain(source, plan, {*raw, *zstd});
  ASSERT_TRUE(estimate.ok());
  ASSERT_EQ(estimate->bytes.size(), 2u);
  // Noise does not compress; border chunks are stored whole, so a little more than the pixels, as
  // far as the samples hold as many border chunks as the image.
  for (const std::int64_t bytes : estimate->bytes) {
    EXPECT_GE(bytes, raw_bytes(plan) * 19 / 20);
    EXPECT_LE(bytes, raw_bytes(plan) * 5 / 4);
  }
}

TEST(Estimate, NeverOverflows) {
  HashedSource source(64, 64);
  SinkPlan plan = testing_images::small_plan(source);
  const std::int64_t most = (std::int64_t{1} << 31) - 1;
  plan.spec.levels = {{most, most, {1, 1}, {0, 0}}};
  const HashedSource huge(most, most);
  const auto raw = make_codec({.method = codec::Method::raw});
  ASSERT_TRUE(raw.ok());
  const auto estimate = estimate_drain(huge, plan, {*raw});
  ASSERT_TRUE(estimate.ok());
  EXPECT_GE(estimate->bytes[0], std::int64_t{1} << 60);
}

TEST(FreeDisk, AsksTheNearestFolderThatExists) {
  const auto here = free_disk_bytes("/"), deep = free_disk_bytes("/none/of/these/exist");
  ASSERT_TRUE(here.ok() && deep.ok());
  EXPECT_GE(*here, 0);
  EXPECT_TRUE(free_disk_bytes("not-there-yet").ok());
}

}  // namespace
}  // namespace pantile
