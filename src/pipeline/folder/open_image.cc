#include "pipeline/folder/open_image.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <utility>

#include "io/png/png_source.h"
#include "io/store/file_store.h"
#include "io/tiff/tiff_source.h"
#include "io/zarr/zarr_source.h"
#include "pipeline/folder/job_record.h"
#include "pipeline/folder/outputs.h"

namespace pantile {
namespace {

namespace fs = std::filesystem;

/// What is kept at most of a foreign store's large chunks.
constexpr std::int64_t kMostCacheBytes = std::int64_t{96} << 20;

Result<OpenImage> open_zarr(const std::string& path) {
  PANTILE_ASSIGN(std::shared_ptr<zarr::ZarrSource> source,
                 zarr::open_path(path, {.most_cache_bytes = kMostCacheBytes}));
  OpenImage image;
  image.path = path;
  image.format = source->format();
  image.codec = source->codec_text();
  image.layout = source->layout_text();
  image.facts_json = source->pantile_json();
  image.chunk_px = source->chunk_px();
  image.shard_px = source->shard_px();
  image.source = std::move(source);
  return image;
}

Result<OpenImage> open_tiff(const std::string& path) {
  PANTILE_ASSIGN(std::shared_ptr<tiff::TiffSource> source, tiff::TiffSource::open(path));
  OpenImage image;
  image.path = path;
  image.format = source->format();
  const tiff::LevelLayout& layout = source->layout(0);
  image.codec = source->codec_text();
  image.layout = tiff::layout_text(layout);
  if (layout.block_width == layout.block_height) image.chunk_px = layout.block_width;
  image.source = std::move(source);
  return image;
}

Result<OpenImage> open_png(const std::string& path) {
  OpenImage image;
  image.path = path;
  image.format = "PNG";
  image.codec = "deflate";
  PANTILE_ASSIGN(image.source, png::PngSource::open(path));
  return image;
}

/// What is read, by the ends of its names.
struct Format {
  FileFormat format;
  std::array<std::string_view, 3> extensions;
  Result<OpenImage> (*open)(const std::string& path);
};
constexpr std::array<Format, 3> kFormats{{
    {FileFormat::zarr, {".zarr"}, open_zarr},
    {FileFormat::tiff, {".tif", ".tiff", ".btf"}, open_tiff},
    {FileFormat::png, {".png"}, open_png},
}};

/// The format of a path by its name; null: none that is read.
const Format* find_format(const std::string& path) {
  const fs::path clean = fs::path(path).lexically_normal();
  std::string name = clean.filename().string();
  if (name.empty()) name = clean.parent_path().filename().string();
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (const Format& format : kFormats) {
    for (const std::string_view end : format.extensions) {
      if (!end.empty() && name.ends_with(end)) return &format;
    }
  }
  return nullptr;
}

}  // namespace

FileFormat format_of(const std::string& path) {
  const Format* const format = find_format(path);
  return format != nullptr ? format->format : FileFormat::unknown;
}

bool is_job_folder(const std::string& path) {
  std::error_code error;
  return fs::is_regular_file(fs::path(path) / kJobFileName, error);
}

std::string job_folder_of(const std::string& path) {
  if (is_job_folder(path)) return path;
  fs::path image(path);
  if (!image.has_filename()) image = image.parent_path();  // it ended in "/"
  const std::string folder = image.has_parent_path() ? image.parent_path().string() : ".";
  return is_job_folder(folder) ? folder : "";
}

Error with_repair_advice(const Error& error, const std::string& path) {
  if (error.code() != Code::corrupt) return error;
  const std::string folder = job_folder_of(path);
  if (folder.empty()) return error;
  const auto record = read_job_record(FileStore(folder));
  if (!record.ok()) {  // one bit of it can be mended, more cannot: `check` knows
    return Error(Code::corrupt,
                 error.message() + "; `pantile check " + folder + "` says what can be done");
  }
  if (!*record || (*record)->command != "generate") return error;
  return Error(Code::corrupt, error.message() + "; `pantile check " + folder +
                                  "` names all that is damaged, `pantile repair " + folder +
                                  "` makes it anew");
}

Result<OpenImage> open_image(const std::string& path) {
  std::error_code error;
  if (!fs::exists(path, error)) {
    return Error(Code::not_found, path + ": there is no such file or folder; check the path");
  }
  if (is_job_folder(path)) {
    const std::string store = (fs::path(path) / kStoreName).string();
    Result<OpenImage> image = open_zarr(store);
    if (!image.ok() && image.error().code() == Code::not_found) {
      return Error(Code::not_found, path +
                                        ": its picture is not complete yet; run the generate "
                                        "command again to finish it");
    }
    return image;
  }
  if (const Format* const format = find_format(path)) return format->open(path);
  if (fs::is_directory(path, error)) {
    if (fs::exists(fs::path(path) / "zarr.json", error)) return open_zarr(path);
    return Error(Code::foreign, path +
                                    ": expected a job's folder or a Zarr store, found a folder "
                                    "with neither job.json nor zarr.json");
  }
  return Error(Code::foreign, path + ": expected a job's folder, .ome.zarr, .tif, .tiff or .png");
}

}  // namespace pantile
