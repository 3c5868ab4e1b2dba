#include "pipeline/folder/job_folder.h"

#include <fmt/format.h>

#include <filesystem>
#include <utility>

#include "io/store/file_handle.h"
#include "io/store/os_error.h"
#include "io/tiff/sums.h"
#include "pipeline/folder/outputs.h"

namespace pantile {
namespace {

namespace fs = std::filesystem;

/// Refuses a job.json that another program wrote. A damaged one of ours passes: --restart may
/// replace it, and without --restart reading it says what is wrong.
Status check_owner(const fs::path& path) {
  const FileStore files(path.string());
  const auto record = read_job_record(files);
  if (record.ok()) return {};
  if (record.error().code() != Code::corrupt) return record.error();
  PANTILE_ASSIGN(const Bytes bytes, files.read(kJobFileName));
  const std::string_view text = as_text(bytes);
  if (text.empty() || text.find("\"pantile_job\"") != std::string_view::npos) return {};
  return Error(Code::foreign, (path / kJobFileName).string() +
                                  " was not written by pantile; choose another --out");
}

/// Refuses what is there but cannot be a job's folder.
Status check_folder(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) return {};
  if (!fs::is_directory(status)) {
    return Error(Code::foreign, path.string() +
                                    " is a file, expected a folder to write to; "
                                    "choose another --out");
  }
  if (fs::exists(path / kJobFileName, error)) return check_owner(path);
  for (const auto& entry : fs::directory_iterator(path, error)) {
    const std::string name = entry.path().filename().string();
    if (name == kPartsFolder || name.starts_with(kTemporaryPrefix)) continue;  // a first run died
    return Error(Code::foreign,
                 fmt::format("folder {} is not empty and holds no pantile job (found {}); choose "
                             "another --out, or empty it",
                             path.string(), name));
  }
  return {};
}

/// Removes a job's outputs. Killed amid this, it has left a job that is under way, of which nothing
/// is wrong: the folder of parts, which says so, is made first and removed last, and the store
/// loses its group before its shards.
Status remove_outputs(const fs::path& path) {
  PANTILE_TRY(make_folders((path / kPartsFolder).string()));
  std::error_code error;
  if (fs::exists(path / kStoreName / "zarr.json", error)) {
    PANTILE_TRY(FileStore((path / kStoreName).string()).remove("zarr.json"));
  }
  const std::string sums = tiff::sums_key(kTiffName);
  for (const std::string& name :
       {std::string(kStoreName), std::string(kTiffName), sums, std::string(kPreviewFolder),
        std::string(kJobFileName), std::string(kPartsFolder)}) {
    fs::remove_all(path / name, error);
    if (error) {
      return os_error(error.value(), "remove", (path / name).string());
    }
  }
  return {};
}

Result<std::vector<FolderLock>> take_locks(const std::string& path, FileStore& files,
                                           const RunOptions& run) {
  std::vector<FolderLock> locks;
  const bool whole = run.share_count == 1;
  PANTILE_ASSIGN(FolderLock folder, FolderLock::take(path, whole ? FolderLock::Mode::exclusive
                                                                 : FolderLock::Mode::shared));
  locks.push_back(std::move(folder));
  if (!whole) {
    const std::string key =
        fmt::format("{}/locks/{}-of-{}", kPartsFolder, run.share_index, run.share_count);
    PANTILE_ASSIGN(const bool there, files.exists(key));
    if (!there) PANTILE_TRY(files.write(key, as_bytes("")));
    PANTILE_ASSIGN(FolderLock share,
                   FolderLock::take(path + "/" + key, FolderLock::Mode::exclusive));
    locks.push_back(std::move(share));
  }
  return locks;
}

Status check_earlier(const std::string& path, const JobRecord& earlier,
                     const PixelSettings& pixels) {
  const std::string differences = describe_differences(earlier.pixels, pixels);
  if (differences.empty()) return {};
  return Error(Code::conflict, fmt::format("{} holds another picture: {}; choose another --out, "
                                           "or --restart to throw that one away",
                                           path, differences));
}

Status read_earlier(JobFolder& folder, const PixelSettings& pixels) {
  PANTILE_ASSIGN(folder.earlier, read_job_record(*folder.files));
  if (!folder.earlier) return {};
  return check_earlier(folder.path, *folder.earlier, pixels);
}

Status check_share(const RunOptions& run) {
  if (run.share_count < 1 || run.share_index < 0 || run.share_index >= run.share_count) {
    return Error(Code::invalid, fmt::format("share {}/{}: expected i/N with 0 <= i < N",
                                            run.share_index, run.share_count));
  }
  if (run.restart && run.share_count > 1) {
    return Error(Code::invalid,
                 "--restart cannot be given to one share of a job: restart it "
                 "once without --share");
  }
  return {};
}

}  // namespace

Status check_job_folder(const std::string& path, const PixelSettings& pixels,
                        const RunOptions& run) {
  PANTILE_TRY(check_share(run));
  PANTILE_TRY(check_folder(path));
  if (run.restart) return {};
  const FileStore files(path);
  PANTILE_ASSIGN(const auto earlier, read_job_record(files));
  return earlier ? check_earlier(path, *earlier, pixels) : Status{};
}

Result<JobFolder> open_job_folder(const std::string& path, const PixelSettings& pixels,
                                  const RunOptions& run) {
  PANTILE_TRY(check_share(run));
  PANTILE_TRY(check_folder(path));
  PANTILE_TRY(make_folders(path));
  JobFolder folder{path, std::make_shared<FileStore>(path), std::nullopt, {}};
  PANTILE_ASSIGN(folder.locks, take_locks(path, *folder.files, run));
  if (run.restart) PANTILE_TRY(remove_outputs(path));
  if (run.share_count == 1) PANTILE_TRY(folder.files->remove_leftovers());
  PANTILE_TRY(read_earlier(folder, pixels));
  return folder;
}

Result<JobFolder> open_locked_job_folder(const std::string& path, const PixelSettings& pixels) {
  JobFolder folder{path, std::make_shared<FileStore>(path), std::nullopt, {}};
  PANTILE_TRY(folder.files->remove_leftovers());
  PANTILE_TRY(read_earlier(folder, pixels));
  return folder;
}

}  // namespace pantile
