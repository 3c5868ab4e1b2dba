#include <fmt/format.h>

#include <filesystem>

#include "io/store/file_store.h"
#include "pantile/convert.h"
#include "pipeline/disk_space.h"
#include "pipeline/job_folder.h"
#include "pipeline/job_record.h"
#include "pipeline/open_image.h"
#include "pipeline/outputs.h"

namespace pantile {
namespace {

namespace fs = std::filesystem;

/// What of a job's outputs lies in its folder under a final name.
std::vector<std::string> outputs_in(const std::string& folder, const JobRecord& record) {
  std::vector<std::string> found;
  for (const auto& [name, form] : record.forms) {
    std::error_code error;
    const fs::path path = fs::path(folder) / name;
    const bool there =
        name == kStoreName ? fs::exists(path / "zarr.json", error) : fs::exists(path, error);
    if (there && !form.empty()) found.push_back(name);
  }
  return found;
}

Status describe_job(const std::string& folder, ImageInfo& info) {
  const FileStore files(folder);
  PANTILE_ASSIGN(const auto record, read_job_record(files));
  if (!record) return {};
  info.job_json = to_json(*record);
  info.outputs = outputs_in(folder, *record);
  PANTILE_ASSIGN(const auto shards, FileStore(folder + "/" + kStoreName).list(""));
  std::int64_t count = 0;
  for (const auto& entry : shards) count += entry.key.ends_with("zarr.json") ? 0 : 1;
  info.state =
      info.outputs.size() == record->forms.size()
          ? "complete"
          : fmt::format("unfinished, {} shards done; run the same command again to go on", count);
  return {};
}

}  // namespace

Result<ImageInfo> read_info(const std::string& path) {
  ImageInfo info;
  info.path = path;
  if (is_job_folder(path)) PANTILE_TRY(describe_job(path, info));
  Result<OpenImage> image = open_image(path);
  if (!image.ok()) {
    // A job that is under way has no image yet, but there is something to say of it.
    if (!info.job_json.empty() && image.error().code() == Code::not_found) return info;
    return image.error();
  }
  info.path = image->path;
  info.format = image->format;
  info.spec = image->source->spec();
  info.chunk_px = image->chunk_px;
  info.shard_px = image->shard_px;
  info.codec = image->codec;
  info.disk_bytes = disk_bytes(image->path);
  return info;
}

}  // namespace pantile
