#include <filesystem>
#include <nlohmann/json.hpp>

#include "io/store/file_store.h"
#include "io/zarr/sink_files.h"
#include "pantile/info.h"
#include "pipeline/drain/disk_space.h"
#include "pipeline/folder/job_record.h"
#include "pipeline/folder/open_image.h"
#include "pipeline/folder/outputs.h"
#include "pipeline/job/job_state.h"

namespace pantile {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

/// The values at the ends of a value-u16 image, from the settings that have these names.
std::optional<std::array<double, 2>> value_range(const Json& store, const Json& range) {
  if (store != std::string(word_for(StoreKind::value_u16))) return std::nullopt;
  if (!range.is_array() || range.size() != 2 || !range[0].is_number() || !range[1].is_number()) {
    return std::nullopt;
  }
  return std::array{range[0].get<double>(), range[1].get<double>()};
}

/// From what a store says of itself.
std::optional<std::array<double, 2>> range_of_facts(const std::string& facts_json) {
  const Json facts = Json::parse(facts_json, nullptr, /*allow_exceptions=*/false);
  if (!facts.is_object()) return std::nullopt;
  return value_range(facts.value("store", Json()), facts.value("range", Json()));
}

/// From what a job recorded.
std::optional<std::array<double, 2>> range_of_job(const JobRecord& record) {
  const Json config = Json::parse(record.config_json, nullptr, /*allow_exceptions=*/false);
  const auto member = [&](const char* section, const char* key) {
    if (!config.is_object() || !config.contains(section)) return Json();
    return config[section].is_object() ? config[section].value(key, Json()) : Json();
  };
  return value_range(member("output", "store"), member("colour", "range"));
}

/// The folder and the state of a job, and, until there is an image to ask, what it will be.
Status describe_job(const std::string& folder, ImageInfo& info) {
  const FileStore files(folder);
  PANTILE_ASSIGN(const auto record, read_job_record(files));
  if (!record) return {};
  info.job_json = to_json(*record);
  info.value_range = range_of_job(*record);
  PANTILE_ASSIGN(JobState state, look_at_job(folder, *record).with_context(folder));
  info.state = state.words();
  info.outputs = std::move(state.done);
  info.flaws = std::move(state.flaws);
  info.shards_done = state.shards_done;
  info.shards_all = state.shards_all;
  info.pixels_done = state.pixels_done;
  info.pixels_all = state.pixels_all;
  if (!state.plan) return {};
  info.spec = std::move(state.plan->spec);
  info.chunk_px = state.plan->chunk_px;
  info.shard_px = state.plan->shard_px;
  info.disk_bytes = disk_bytes(folder + "/" + kStoreName);
  return {};
}

/// What a file of a job, looked at by itself, does not say, and what of a store cannot be whole.
Status look_around(const OpenImage& image, ImageInfo& info) {
  const fs::path path = fs::path(image.path).lexically_normal();
  const std::string name = (path.has_filename() ? path : path.parent_path()).filename().string();
  if (format_of(image.path) == FileFormat::tiff) {
    const FileStore folder(path.has_parent_path() ? path.parent_path().string() : ".");
    const auto record = read_job_record(folder);  // whose it is, is not asked here
    if (record.ok() && *record && (*record)->forms.contains(name)) {
      info.value_range = range_of_job(**record);
    }
  }
  // A finished store of ours has all its shards; others leave out what is empty.
  if (image.facts_json == "{}" || format_of(image.path) != FileFormat::zarr) return {};
  const auto store = std::make_shared<const FileStore>(image.path);
  const auto facts = zarr::read_store_facts(store);
  if (!facts.ok()) return {};  // not laid out as ours are
  PANTILE_ASSIGN(const StoreState state,
                 look_at_store(*store, facts->plan, /*finished=*/true, name));
  info.shards_done = state.shards_done;
  info.shards_all = state.shards_all;
  info.pixels_done = state.pixels_done;
  info.pixels_all = state.pixels_all;
  info.flaws.insert(info.flaws.end(), state.flaws.begin(), state.flaws.end());
  return {};
}

}  // namespace

Result<ImageInfo> read_info(const std::string& path) {
  ImageInfo info;
  info.path = path;
  const bool is_job = is_job_folder(path);
  if (is_job) PANTILE_TRY(describe_job(path, info));
  Result<OpenImage> image = open_image(path);
  if (!image.ok()) {
    // A job that is under way has no image yet, but its record was read.
    if (!info.job_json.empty() && image.error().code() == Code::not_found) return info;
    return image.error();
  }
  info.path = image->path;
  info.format = image->format;
  info.spec = image->source->spec();
  info.chunk_px = image->chunk_px;
  info.shard_px = image->shard_px;
  info.layout = image->layout;
  info.codec = image->codec;
  info.disk_bytes = disk_bytes(image->path);
  if (!info.value_range) info.value_range = range_of_facts(image->facts_json);
  if (!is_job) PANTILE_TRY(look_around(*image, info));
  return info;
}

}  // namespace pantile
