#include "io/zarr/sink_files.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "grid/pyramid.h"
#include "io/store/memory_store.h"
#include "io/zarr/shard_files.h"

namespace pantile::zarr {
namespace {

/// Of a stack of t, z planes whose channels are in groups of `each`.
ShardLayout layout_of(std::int64_t t, int channels, std::int64_t z, int each) {
  SinkPlan plan;
  plan.spec.t = t;
  plan.spec.z = z;
  plan.spec.channels = channels;
  plan.spec.levels = {{100, 100, {}, {}}};
  plan.group_channels = each;
  return ShardLayout(plan);
}

TEST(ShardKey, IsReadBack) {
  const ShardLayout one = layout_of(1, 3, 1, 0), groups = layout_of(1, 6, 1, 2),
                    stack = layout_of(4, 6, 5, 3);
  for (const UnitId unit : {UnitId{0, 0, 0}, UnitId{3, 12, 7}, UnitId{28, 1 << 30, 5}}) {
    EXPECT_EQ(parse_shard_key(one, shard_key(one, unit)), unit);
  }
  EXPECT_EQ(shard_key(one, {2, 10, 3}), "2/c/0/3/10");
  EXPECT_EQ(shard_key(groups, {2, 10, 3, 2}), "2/c/2/3/10");
  EXPECT_EQ(shard_key(stack, {2, 10, 3, (3 * 5 + 4) * 2 + 1}), "2/c/3/1/4/3/10");
  for (std::int64_t group = 0; group < stack.groups(); ++group) {
    const UnitId unit{1, 2, 3, group};
    EXPECT_EQ(parse_shard_key(stack, shard_key(stack, unit)), unit);
  }
}

TEST(ShardKey, NoneIsOfAPlaneOrPartThatIsNotThere) {
  const ShardLayout stack = layout_of(4, 6, 5, 3);
  ASSERT_TRUE(parse_shard_key(stack, "0/c/3/1/4/0/0").has_value());
  for (const char* text : {"0/c/4/1/4/0/0", "0/c/3/2/4/0/0", "0/c/3/1/5/0/0", "0/c/0/0/0",
                           "0/c/9223372036854775807/1/4/0/0"}) {
    EXPECT_FALSE(parse_shard_key(stack, text).has_value()) << text;
  }
}

TEST(ShardKey, NothingElseIsOne) {
  const ShardLayout layout = layout_of(1, 3, 1, 0);
  for (const char* text :
       {"", "0", "0/c/0", "0/c/0/1", "0/c/0/1/", "0/c/0/1/2/", "0/c/0/1/2/3", "0/c/1/1/2",
        "0/c/0/01/2", "0/c/0/1/00", "0/c/0/-1/2", "0/c/0/1/-2", "00/c/0/1/2", "64/c/0/1/2",
        "/c/0/1/2", "0/c/0//2", "0/c/0/1/2 ", "0/c/0/1/99999999999999999999", "0/zarr.json"}) {
    EXPECT_FALSE(parse_shard_key(layout, text).has_value()) << text;
  }
}

SinkPlan plan() {
  SinkPlan plan;
  plan.spec.name = "a \"name\"";
  plan.spec.channels = 3;
  plan.spec.kind = Kind::rgb;
  plan.chunk_px = 64;
  plan.shard_px = 128;
  plan.spec.levels = halving_levels({700, 500, {1.0 / 3, 0.1}, {-1e9 / 7, 1e-9}}, 64);
  return plan;
}

TEST(StoreFacts, WriteTheSameMetadataAgain) {
  SinkPlan values = plan();
  values.spec.channels = 1;
  values.spec.kind = Kind::intensity;
  values.spec.dtype = DType::f32;
  values.spec.channel_info = {{"value", "00FF00", -1.5, 2.25, -1, 1e300}};
  SinkPlan planes = plan();
  planes.spec.channels = 5;
  planes.spec.kind = Kind::intensity;
  planes.planes = true;
  for (const SinkPlan& p : {plan(), values, planes}) {
    const auto files = metadata_files(p, 7, R"({"z": 1, "a": [0.1, "b"], "formula": "x"})");
    ASSERT_TRUE(files.ok());
    EXPECT_EQ(files->size(), p.spec.levels.size() + 1);
    const auto store = std::make_shared<MemoryStore>();
    for (const auto& [key, text] : *files) ASSERT_TRUE(store->write(key, as_bytes(text)).ok());
    const auto facts = read_store_facts(store);
    ASSERT_TRUE(facts.ok()) << facts.error().message();
    EXPECT_EQ(facts->plan.planes, p.planes);
    EXPECT_EQ(*metadata_files(facts->plan, facts->zstd_level, facts->pantile_json), *files);
  }
}

TEST(StoreFacts, AreNotTakenFromOthersStores) {
  const auto store = std::make_shared<MemoryStore>();
  EXPECT_EQ(read_store_facts(store).error().code(), Code::not_found);
  const auto files = metadata_files(plan(), 1, "{}");
  for (const auto& [key, text] : *files) ASSERT_TRUE(store->write(key, as_bytes(text)).ok());
  ASSERT_TRUE(read_store_facts(store).ok());
  std::string other = files->at("zarr.json");
  other.replace(other.find("\"pantile\": {"), 9, "\"another\"");
  ASSERT_TRUE(store->write("zarr.json", as_bytes(other)).ok());
  EXPECT_EQ(read_store_facts(store).error().code(), Code::foreign);
}

TEST(FindPlan, RefusesArraysOfOtherShapes) {
  const auto files = metadata_files(plan(), 1, "{}");
  const std::string good = files->at("0/zarr.json");
  const auto found = [&](const std::string& was, const std::string& is) {
    auto json = nlohmann::json::parse(good);
    const std::string text = json.dump();
    std::string changed = text;
    for (std::size_t at = 0; (at = changed.find(was, at)) != std::string::npos; at += is.size()) {
      changed.replace(at, was.size(), is);
    }
    EXPECT_TRUE(was == is || changed != text) << was;
    MemoryStore store;
    EXPECT_TRUE(store.write("0/zarr.json", as_bytes(changed)).ok());
    return find_plan(store);
  };
  ASSERT_TRUE(found("64", "64").ok());
  EXPECT_EQ((*found("64", "64"))->chunk_px, 64);
  // Its index would be of chunks² entries, and no shard is that large.
  EXPECT_EQ(found("[3,128,128]", "[3,1,16777216]").error().code(), Code::corrupt);
  EXPECT_EQ(found("[3,64,64]", "[3,128,1]").error().code(), Code::foreign);
  EXPECT_FALSE((*found("64", "64"))->planes);
  EXPECT_TRUE((*found("[3,64,64]", "[1,64,64]"))->planes);
  EXPECT_EQ(found("[3,500,700]", "[4294967299,500,700]").error().code(), Code::foreign);
}

}  // namespace
}  // namespace pantile::zarr
