#include "pipeline/check/target.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "io/store/folder_lock.h"
#include "io/tiff/sums.h"
#include "io/zarr/sink_files.h"
#include "pipeline/folder/job_record_mend.h"
#include "pipeline/folder/open_image.h"
#include "pipeline/folder/outputs.h"
#include "pipeline/generate/config.h"
#include "pipeline/generate/resolve.h"
#include "pipeline/preview/previews.h"

namespace pantile {
namespace {

namespace fs = std::filesystem;

bool is_there(const fs::path& path) {
  std::error_code error;
  return fs::exists(path, error);
}

Finding of_record(FindingKind kind, std::string text) {
  return {kind, kJobFileName, {}, {}, {}, std::move(text)};
}

/// The record as far as it can be known; damage is a finding. One that is not there is to come in a
/// job that is being written, and where a first run died before it wrote one.
Result<std::optional<JobRecord>> read_record(const FileStore& folder, bool being_written,
                                             FindingLog& log) {
  using Record = std::optional<JobRecord>;
  constexpr std::int64_t kMostBytes = std::int64_t{16} << 20;
  PANTILE_ASSIGN(const auto size, folder.size(kJobFileName));
  if (!size) {
    const fs::path path(folder.root());
    if (!being_written && (is_there(path / kStoreName) || is_there(path / kTiffName))) {
      log.add(of_record(FindingKind::missing, "the job's record is not there"));
    }
    return Record{};
  }
  if (*size > kMostBytes) {
    log.add(of_record(FindingKind::checksum, "it is far longer than a record"));
    return Record{};
  }
  PANTILE_ASSIGN(const Bytes bytes, folder.read(kJobFileName));
  const std::string text(as_text(bytes));
  auto parsed = parse_job_record(text);
  if (parsed.ok()) {
    if (to_json(*parsed) != text) {
      log.add(of_record(FindingKind::wrong_metadata,
                        "its content is sound but not written as pantile writes it"));
    }
    return Record(std::move(*parsed));
  }
  if (Record mended = mend_job_record(text)) {
    log.add(of_record(FindingKind::checksum, "one of its bits is wrong"));
    return mended;
  }
  if (parsed.error().code() == Code::foreign) return parsed.error().with_context(folder.name());
  log.add(of_record(FindingKind::checksum, "it does not match its checksum"));
  return Record{};
}

/// What the options of a record make today; nothing where this version cannot say.
std::optional<FolderJob> resolve_record(const JobRecord& record, FindingLog& log) {
  const auto options = options_from_config(record.config_json);
  if (!options.ok()) {
    log.add(of_record(FindingKind::wrong_metadata, options.error().message()));
    return std::nullopt;
  }
  auto resolved = resolve_generate(*options);
  if (!resolved.ok()) {
    log.add(of_record(FindingKind::wrong_metadata,
                      "its options are refused: " + resolved.error().message()));
    return std::nullopt;
  }
  return std::move(resolved->job);
}

Result<bool> is_being_written(const std::string& path) {
  PANTILE_ASSIGN(const bool folder, FolderLock::is_taken(path));
  if (folder) return true;
  std::error_code error;
  for (const auto& file : fs::directory_iterator(path + "/" + kPartsFolder + "/locks", error)) {
    PANTILE_ASSIGN(const bool share, FolderLock::is_taken(file.path().string()));
    if (share) return true;
  }
  return false;
}

/// True when the job was stopped before its end. Its steps follow each other: the folder of parts,
/// shards, the store's group, the TIFF, previews and their sizes in the record, removal of the
/// folder of parts.
bool is_unfinished(const CheckTarget& target) {
  if (target.parts_there) return true;
  const fs::path path(target.path);
  if (is_there(path / kStoreName / "zarr.json")) return target.previews_to_come();
  const bool tiff = is_there(path / kTiffName) || is_there(path / tiff::sums_key(kTiffName));
  return !tiff && !target.preview_made();
}

/// True when a first run died here before it recorded anything: what it left tells nothing.
bool is_hardly_begun(const fs::path& path) {
  std::error_code error;
  bool any = false;
  for (const auto& entry : fs::directory_iterator(path, error)) {
    const std::string name = entry.path().filename().string();
    if (name != kPartsFolder && !name.starts_with(kTemporaryPrefix)) return false;
    any = true;
  }
  return any;
}

Result<CheckTarget> open_job(CheckTarget target, const CheckContext& context, FindingLog& log) {
  target.folder = std::make_shared<FileStore>(target.path);
  bool being_written = false;
  if (context.lock == LockHolder::anyone) {
    PANTILE_ASSIGN(being_written, is_being_written(target.path));
  }
  PANTILE_ASSIGN(target.record, read_record(*target.folder, being_written, log));
  if (target.record && is_of_parts(*target.record)) {
    return Error(Code::foreign,
                 fmt::format("{} holds the parts of an unfinished {}; run that command again, and "
                             "check its output",
                             target.path, target.record->command));
  }
  if (context.job != nullptr) {
    target.job = *context.job;
  } else if (target.record && target.record->command == "generate") {
    target.job = resolve_record(*target.record, log);
  }
  target.parts_there = is_there(fs::path(target.path) / kPartsFolder);
  target.state = being_written           ? CheckState::being_written
                 : is_unfinished(target) ? CheckState::unfinished
                                         : CheckState::complete;
  return target;
}

}  // namespace

bool CheckTarget::store_may_lack() const {
  return state == CheckState::being_written ||
         (state == CheckState::unfinished && !is_there(fs::path(path) / kStoreName / "zarr.json"));
}

bool CheckTarget::previews_to_come() const {
  return record && std::any_of(record->forms.begin(), record->forms.end(), [](const auto& output) {
           return is_preview_name(output.first) && output.second.empty();
         });
}

bool CheckTarget::preview_made() const {
  return record && std::any_of(record->forms.begin(), record->forms.end(), [](const auto& output) {
           return is_preview_name(output.first) && !output.second.empty();
         });
}

Result<CheckTarget> open_target(const std::string& given, const CheckContext& context,
                                FindingLog& log) {
  CheckTarget target;
  target.path = given;
  while (target.path.size() > 1 && target.path.ends_with('/')) target.path.pop_back();
  const fs::path path(target.path);
  std::error_code error;
  if (!fs::exists(path, error)) {
    return Error(Code::not_found,
                 target.path + ": there is no such file or folder; check the path");
  }
  if (is_job_folder(target.path) || is_there(path / kStoreName) || is_hardly_begun(path)) {
    return open_job(std::move(target), context, log);
  }
  if (fs::is_directory(path, error) &&
      (format_of(target.path) == FileFormat::zarr || is_there(path / "zarr.json"))) {
    target.kind = TargetKind::store;
    return target;
  }
  if (format_of(target.path) == FileFormat::tiff && fs::is_regular_file(path, error)) {
    target.kind = TargetKind::tiff;
    return target;
  }
  return Error(Code::foreign,
               target.path + ": expected a job's folder, an .ome.zarr or a TIFF of pantile's");
}

Result<std::optional<ExpectedStore>> expected_store(const CheckTarget& target, FindingLog& log) {
  ExpectedStore expected;
  const std::string path = target.is_job() ? target.path + "/" + kStoreName : target.path;
  expected.files = std::make_shared<FileStore>(path);
  expected.prefix = target.is_job() ? std::string(kStoreName) + "/" : "";
  expected.unfinished = target.store_may_lack();
  std::string facts_json;
  if (target.job) {
    const FolderJob& job = *target.job;
    expected.plan = job.plan;
    expected.zstd_level = job.output.zstd_level;
    facts_json = job.facts_json;
  } else if (target.is_job() && expected.unfinished && !is_there(fs::path(path) / "zarr.json")) {
    if (is_there(path)) {
      log.on_note(
          "the shards were not checked: what they must be is not recorded before the store "
          "is complete");
    }
    return std::optional<ExpectedStore>{};
  } else {
    auto facts = zarr::read_store_facts(expected.files);
    if (!facts.ok()) {
      if (!target.is_job() && facts.error().code() == Code::foreign) return facts.error();
      log.add({facts.error().code() == Code::not_found ? FindingKind::missing
                                                       : FindingKind::wrong_metadata,
               expected.prefix + "zarr.json",
               {},
               {},
               {},
               facts.error().message() + "; without it nothing more of the store can be checked"});
      return std::optional<ExpectedStore>{};
    }
    expected.plan = std::move(facts->plan);
    expected.zstd_level = facts->zstd_level;
    facts_json = std::move(facts->pantile_json);
  }
  PANTILE_ASSIGN(expected.metadata,
                 zarr::metadata_files(expected.plan, expected.zstd_level, facts_json));
  return std::optional<ExpectedStore>(std::move(expected));
}

}  // namespace pantile
