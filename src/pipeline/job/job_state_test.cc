#include "pipeline/job/job_state.h"

#include <gtest/gtest.h>

#include <memory>

#include "io/store/memory_store.h"
#include "io/zarr/shard_files.h"
#include "pipeline/folder/outputs.h"
#include "pipeline/generate/config.h"
#include "pipeline/generate/resolve.h"

namespace pantile {
namespace {

JobRecord record_of(const GenerateOptions& options) {
  const auto job = resolve_generate(options);
  EXPECT_TRUE(job.ok());
  return {"generate", config_json(job->options), {}, {}};
}

TEST(JobState, TheRecordTellsThePlan) {
  for (const StoreKind store : {StoreKind::rgb8, StoreKind::value_u16, StoreKind::value_f32}) {
    GenerateOptions options;
    options.width = 3000;
    options.height = 1700;
    options.formula = "x";
    options.tile_px = 64;
    options.shard_px = 256;
    options.store = store;
    const auto job = resolve_generate(options);
    const auto plan = plan_of_record(record_of(options));
    ASSERT_TRUE(plan.ok()) << plan.error().message();
    EXPECT_EQ(plan->chunk_px, job->job.plan.chunk_px);
    EXPECT_EQ(plan->shard_px, job->job.plan.shard_px);
    EXPECT_EQ(plan->spec.channels, job->job.plan.spec.channels);
    EXPECT_EQ(plan->spec.dtype, job->job.plan.spec.dtype);
    ASSERT_EQ(plan->spec.levels.size(), job->job.plan.spec.levels.size());
    for (std::size_t i = 0; i < plan->spec.levels.size(); ++i) {
      EXPECT_EQ(plan->spec.levels[i].width, job->job.plan.spec.levels[i].width);
      EXPECT_EQ(plan->spec.levels[i].height, job->job.plan.spec.levels[i].height);
    }
  }
}

TEST(JobState, TheArraysTellThePlanToo) {
  GenerateOptions options;
  options.width = 300;
  options.height = 200;
  options.tile_px = 64;
  options.shard_px = 128;
  const SinkPlan plan = *plan_of_record(record_of(options));
  const auto store = std::make_shared<MemoryStore>();
  EXPECT_FALSE(zarr::find_plan(*store)->has_value());
  ASSERT_TRUE(make_store_sink(store, "a", 1, plan.planes, "{}", 1 << 20)->begin(plan).ok());
  const auto found = zarr::find_plan(*store);
  ASSERT_TRUE(found.ok() && *found);
  EXPECT_EQ((*found)->chunk_px, 64);
  EXPECT_EQ((*found)->shard_px, 128);
  EXPECT_EQ((*found)->spec.channels, 3);
  ASSERT_EQ((*found)->spec.levels.size(), plan.spec.levels.size());
  EXPECT_EQ((*found)->spec.levels.back().width, plan.spec.levels.back().width);
}

TEST(JobState, ARecordOfNoJobIsCorrupt) {
  const auto code = [](std::string config) {
    return plan_of_record({"generate", std::move(config), {}, {}}).error().code();
  };
  EXPECT_EQ(code("{}"), Code::corrupt);
  EXPECT_EQ(code(R"({"image":{"width":"a","height":1}})"), Code::corrupt);
  const auto sized = [](const std::string& width) {
    return R"({"image":{"width":)" + width + R"(,"height":5},"formula":{"scale":1},"output":)" +
           R"({"name":"n","store":"rgb8","tile":64,"shard":64}})";
  };
  EXPECT_TRUE(plan_of_record({"generate", sized("5"), {}, {}}).ok());
  EXPECT_EQ(code(sized("0")), Code::corrupt);
  EXPECT_EQ(code(sized("9223372036854775807")), Code::corrupt);
}

/// A shard of one chunk of `content`.
std::string shard_of_one(std::string content) {
  const Bytes index =
      zarr::encode_shard_index({zarr::ChunkPlace{0, static_cast<std::int64_t>(content.size())}},
                               /*with_crc32c=*/true);
  return content.append(as_text(index));
}

TEST(JobState, ShardsAreCountedByNameSizeAndIndex) {
  GenerateOptions options;
  options.width = options.height = 256;
  options.tile_px = options.shard_px = 64;
  const SinkPlan plan = *plan_of_record(record_of(options));  // 16 + 4 + 1 shards
  MemoryStore store;
  const std::string whole = shard_of_one(std::string(100, 'x'));
  for (const UnitId unit : {UnitId{0, 0, 0}, UnitId{0, 3, 3}, UnitId{1, 1, 1}}) {
    ASSERT_TRUE(store.write(zarr::shard_key(ShardLayout(plan), unit), as_bytes(whole)).ok());
  }
  ASSERT_TRUE(store.write("0/c/0/4/0", as_bytes(whole)).ok());  // outside the picture
  auto state = look_at_store(store, plan, /*finished=*/false, "a.zarr");
  ASSERT_TRUE(state.ok());
  EXPECT_EQ(state->shards_done, 3);
  EXPECT_EQ(state->shards_all, 21);
  EXPECT_EQ(state->pixels_done, 2 * 64 * 64);
  EXPECT_EQ(state->pixels_all, 256 * 256);
  EXPECT_TRUE(state->flaws.empty()) << "what is missing is to come";

  ASSERT_TRUE(store.write("0/c/0/0/1", as_bytes("x")).ok());
  ASSERT_TRUE(store.write("0/c/0/0/2", as_bytes(whole.substr(0, 60))).ok());
  state = look_at_store(store, plan, /*finished=*/true, "a.zarr");
  EXPECT_EQ(state->shards_done, 3);
  EXPECT_EQ(state->flaws,
            (std::vector<std::string>{"a.zarr/0/c/0/0/1: it has 1 bytes, its index alone takes 20; "
                                      "1 more shards are damaged",
                                      "a.zarr lacks 16 of its 21 shards"}));
}

TEST(JobState, Words) {
  JobState state;
  state.parts_of = "convert";
  EXPECT_NE(state.words().find("unfinished convert"), std::string::npos);
  state.parts_of.clear();
  state.plan.emplace();
  state.shards_done = 1;
  state.shards_all = 3;
  state.pixels_done = 25;
  state.pixels_all = 40;
  state.to_come = {"image.ome.zarr", "image.tiff"};
  EXPECT_EQ(state.words(),
            "unfinished: 25 of 40 pixels (62 %), 1 of 3 shards at all levels; image.tiff still to "
            "come; run the same command again to go on");
  state.shards_done = 3;
  state.to_come = {"previews/a.png"};
  EXPECT_EQ(state.words(),
            "unfinished: previews/a.png still to come; run the same command again to go on");
  state.to_come.clear();
  EXPECT_EQ(state.words(), "complete");
  state.flaws = {"previews/a.png has 0 bytes"};
  EXPECT_EQ(state.words(), "not whole; run the same command again to mend it");
}

}  // namespace
}  // namespace pantile
