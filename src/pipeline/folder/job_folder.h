#pragma once
/// \file
/// The folder of a job: whose it is, who may write to it, what an earlier run left.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "io/store/file_store.h"
#include "io/store/folder_lock.h"
#include "pantile/job.h"
#include "pantile/result.h"
#include "pipeline/folder/job_record.h"

namespace pantile {

/// An output folder that this process may write to until the object is destroyed.
struct JobFolder {
  std::string path;
  std::shared_ptr<FileStore> files;
  std::optional<JobRecord> earlier;  ///< What an earlier run recorded.
  std::vector<FolderLock> locks;
};

/// Opens or makes `path` for a job whose pixels `pixels` decide.
///
/// A whole job locks the folder for itself; a share (RunOptions::share_count > 1) locks it together
/// with the other shares, and its own share for itself. With run.restart everything that pantile
/// has put there is removed first. Leftover temporary files are removed.
/// Errors: conflict (another writer; another job's pixels, with the differing settings named);
/// foreign (a folder that is not empty and not a job's, a job.json of another program, or not a
/// folder; also with run.restart); corrupt (job.json, but for run.restart); io.
Result<JobFolder> open_job_folder(const std::string& path, const PixelSettings& pixels,
                                  const RunOptions& run);

/// The same of a folder that is there and whose exclusive lock the caller holds: nothing is
/// restarted. Errors: conflict (another job's pixels); foreign; corrupt (job.json); io.
Result<JobFolder> open_locked_job_folder(const std::string& path, const PixelSettings& pixels);

/// Whether open_job_folder() would refuse, as far as one sees without writing or locking anything.
/// Errors: its own.
Status check_job_folder(const std::string& path, const PixelSettings& pixels,
                        const RunOptions& run);

}  // namespace pantile
