#include "io/zarr/sink_files.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "grid/pyramid.h"
#include "io/zarr/array_metadata.h"
#include "io/zarr/image_arrays.h"
#include "io/zarr/ome_metadata.h"

namespace pantile::zarr {
namespace {

constexpr char kGroupKey[] = "zarr.json";

ArrayMetadata array_of(const SinkPlan& plan, const LevelInfo& level, int zstd_level) {
  const auto& spec = plan.spec;
  const std::int64_t in_unit = plan.unit_channels(), in_chunk = plan.planes ? 1 : in_unit;
  ArrayMetadata array;
  array.shape = {spec.channels, level.height, level.width};
  array.shard = {in_unit, plan.shard_px, plan.shard_px};
  array.chunk = {in_chunk, plan.chunk_px, plan.chunk_px};
  array.sharded = true;
  array.dtype = spec.dtype;
  // One channel alone is stored as y, x, c without being moved.
  array.order = in_chunk > 1 ? std::vector<int>{1, 2, 0} : std::vector<int>{0, 1, 2};
  array.steps = {{ByteStep::Kind::zstd, zstd_level}, {ByteStep::Kind::crc32c, 0}};
  array.dimension_names = {"c", "y", "x"};
  if (!plan.spec.is_stack()) return array;
  array.shape = {spec.t, spec.channels, spec.z, level.height, level.width};
  array.shard = {1, in_unit, 1, plan.shard_px, plan.shard_px};
  array.chunk = {1, in_chunk, 1, plan.chunk_px, plan.chunk_px};
  array.order = in_chunk > 1 ? std::vector<int>{0, 2, 3, 4, 1} : std::vector<int>{0, 1, 2, 3, 4};
  array.dimension_names = {"t", "c", "z", "y", "x"};
  return array;
}

/// attributes.pantile of a group, members in their order.
Result<std::string> pantile_of(const ByteStore& store) {
  PANTILE_ASSIGN(const Bytes bytes, store.read_at_most(kGroupKey, kMaxMetadataBytes));
  const auto root = nlohmann::ordered_json::parse(as_text(bytes), nullptr, false);
  const auto none = [&] {
    return Error(Code::foreign, store.name() +
                                    " was not written by pantile (its attributes say nothing of "
                                    "it): only stores of its own are checked");
  };
  if (!root.is_object() || !root.contains("attributes")) return none();
  const auto& attributes = root["attributes"];
  if (!attributes.is_object() || !attributes.contains("pantile")) return none();
  return attributes["pantile"].dump(-1, ' ', false,
                                    nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace

Result<std::map<std::string, std::string>> metadata_files(const SinkPlan& plan, int zstd_level,
                                                          std::string_view pantile_json) {
  std::map<std::string, std::string> files;
  PANTILE_ASSIGN(files[kGroupKey], write_ome_group(plan.spec, pantile_json));
  for (std::size_t i = 0; i < plan.spec.levels.size(); ++i) {
    files[fmt::format("{}/zarr.json", i)] =
        write_array_v3(array_of(plan, plan.spec.levels[i], zstd_level));
  }
  return files;
}

Result<StoreFacts> read_store_facts(const std::shared_ptr<const ByteStore>& store) {
  PANTILE_ASSIGN(const ImageArrays image, open_root(store));
  StoreFacts facts;
  PANTILE_ASSIGN(facts.pantile_json, pantile_of(*store));
  const ArrayMetadata& array = image.arrays.front()->metadata();
  facts.plan.spec = image.spec;
  facts.plan.chunk_px = array.chunk.back();
  facts.plan.shard_px = array.shard.back();
  if (image.axes.c >= 0) {
    const auto c = static_cast<std::size_t>(image.axes.c);
    facts.plan.planes = array.chunk[c] < array.shard[c];
    if (array.shard[c] < image.spec.channels && image.spec.channels % array.shard[c] == 0) {
      facts.plan.group_channels = static_cast<int>(array.shard[c]);
    }
  }
  for (const ByteStep& step : array.steps) {
    if (step.kind == ByteStep::Kind::zstd) facts.zstd_level = step.level;
  }
  const LevelInfo level0 = image.spec.levels.front();
  const ArrayMetadata ours = array_of(facts.plan, level0, facts.zstd_level);
  if (array.shape != ours.shape || array.shard != ours.shard || array.chunk != ours.chunk ||
      array.sharded != ours.sharded || array.order != ours.order || array.steps != ours.steps) {
    return Error(Code::foreign, store->name() +
                                    " is not laid out as pantile does it: only stores of its own "
                                    "are checked");
  }
  facts.plan.spec.levels = halving_levels(level0, facts.plan.chunk_px);
  return facts;
}

}  // namespace pantile::zarr
