#include "pipeline/check/names.h"

#include <filesystem>

#include "io/store/byte_store.h"
#include "io/tiff/sums.h"
#include "io/zarr/shard_files.h"
#include "pipeline/folder/outputs.h"
#include "pipeline/preview/previews.h"

namespace pantile {
namespace {

namespace fs = std::filesystem;

bool is_shard(const ShardLayout& layout, std::string_view key) {
  const auto unit = zarr::parse_shard_key(layout, key);
  return unit && layout.has(*unit);
}

/// True when `name` is the beginning of a shard's key, up to a "/".
bool is_store_folder(const ShardLayout& layout, std::string_view name) {
  // "<level>", "<level>/c", "<level>/c/<part>" and so on are folders of some shard exactly where
  // what is missing makes the key of one.
  std::string rest;
  for (int i = 0; i < zarr::axes_of(layout); ++i) {
    rest += "/0";
    if (is_shard(layout, std::string(name) + rest)) return true;
  }
  return is_shard(layout, std::string(name) + "/c" + rest);
}

}  // namespace

NameRole store_name_role(const ShardLayout& layout, std::string_view name, bool is_folder) {
  const std::string_view last = name.substr(name.find_last_of('/') + 1);
  if (last.starts_with(kTemporaryPrefix)) return NameRole::leftover;
  if (is_folder) return is_store_folder(layout, name) ? NameRole::expected : NameRole::foreign;
  if (name == "zarr.json") return NameRole::expected;
  if (is_shard(layout, name)) return NameRole::expected;
  constexpr std::string_view kMetadata = "/zarr.json";
  if (name.ends_with(kMetadata)) {
    const std::string_view level = name.substr(0, name.size() - kMetadata.size());
    const bool is_level = level.find('/') == std::string_view::npos;
    if (is_level && is_store_folder(layout, level)) return NameRole::expected;
  }
  return NameRole::foreign;
}

NameRole job_name_role(std::string_view name, bool is_folder, bool has_tiff) {
  if (name == kStoreName) return NameRole::skipped;
  if (name.substr(name.find_last_of('/') + 1).starts_with(kTemporaryPrefix)) {
    return NameRole::leftover;
  }
  const std::string parts = std::string(kPartsFolder), locks = parts + "/locks";
  if (name == parts + "/tiff") return NameRole::skipped;
  if (is_folder) {
    const bool ours = name == kPreviewFolder || name == parts || name == locks;
    return ours ? NameRole::expected : NameRole::foreign;
  }
  if (name == kJobFileName || name.starts_with(locks + "/")) return NameRole::expected;
  if (name == kTiffName || name == tiff::sums_key(kTiffName)) {
    return has_tiff ? NameRole::expected : NameRole::foreign;
  }
  return is_preview_name(name) ? NameRole::expected : NameRole::foreign;
}

Result<std::int64_t> check_names(const std::string& folder, const std::string& prefix,
                                 const NameRules& rules, FindingLog& log) {
  std::int64_t leftovers = 0;
  std::error_code error;
  fs::recursive_directory_iterator it(folder, error);
  if (error == std::errc::no_such_file_or_directory) return leftovers;
  for (; !error && it != fs::recursive_directory_iterator(); it.increment(error)) {
    const std::string name = it->path().string().substr(folder.size() + 1);
    std::error_code vanished;  // something may be renamed while we look
    const bool is_folder = it->is_directory(vanished);
    switch (rules.role(name, is_folder)) {
      case NameRole::expected: break;
      case NameRole::skipped:
        if (is_folder) it.disable_recursion_pending();
        break;
      case NameRole::leftover:
        if (is_folder) it.disable_recursion_pending();
        if (!rules.leftovers_are_findings) {
          ++leftovers;
          break;
        }
        log.add({FindingKind::leftover,
                 prefix + name,
                 {},
                 {},
                 {},
                 "a temporary file that a dead process left"});
        break;
      case NameRole::foreign:
        if (is_folder) it.disable_recursion_pending();
        log.add({FindingKind::foreign,
                 prefix + name,
                 {},
                 {},
                 {},
                 is_folder ? "pantile did not make this folder"
                           : "pantile did not put this file here"});
        break;
    }
  }
  // A job that runs while we look removes the folder of its parts.
  if (error == std::errc::no_such_file_or_directory) return leftovers;
  if (error) return Error(Code::io, "cannot list " + folder + ": " + error.message());
  return leftovers;
}

}  // namespace pantile
