#pragma once
/// \file
/// What is to be checked, and what it must be.

#include <memory>
#include <optional>
#include <string>

#include "io/store/file_store.h"
#include "pantile/check.h"
#include "pipeline/check/store.h"
#include "pipeline/folder/job_record.h"
#include "pipeline/job/folder_setup.h"

namespace pantile {

enum class TargetKind : std::uint8_t { job, store, tiff };

/// A job's folder, a store or a TIFF, and what is known of it before its outputs are looked at.
struct CheckTarget {
  TargetKind kind = TargetKind::job;
  std::string path;  ///< Without a trailing "/".
  CheckState state = CheckState::complete;

  // Of a job.
  std::shared_ptr<FileStore> folder;
  std::optional<JobRecord> record;  ///< None: missing or damaged beyond one bit.
  std::optional<FolderJob> job;     ///< What the record's options make today, or was given.
  bool parts_there = false;         ///< Its .pantile folder exists.

  bool is_job() const { return kind == TargetKind::job; }
  bool may_lack() const { return state != CheckState::complete; }
  /// True while shards and metadata of the store may be to come: its group is written last.
  bool store_may_lack() const;
  bool previews_to_come() const;  ///< The record names one that was not made.
  bool preview_made() const;      ///< The record names one that was.
};

/// Whose the lock of a job's folder is.
enum class LockHolder : std::uint8_t {
  anyone,  ///< Where it is taken, the job is being written.
  caller,  ///< The caller has it.
};

/// What the caller of a check knows besides the path.
struct CheckContext {
  LockHolder lock = LockHolder::anyone;
  const FolderJob* job = nullptr;  ///< That the folder is of, where no record's options say it.
};

/// Finds out what lies under `path` and reads a job's record, whose damage goes to `log`. Errors:
/// not_found; foreign (nothing that pantile wrote, or a record of another version); io.
Result<CheckTarget> open_target(const std::string& path, const CheckContext& context,
                                FindingLog& log);

/// What the target's store must be: by the job's record, else by its own metadata. Nothing where
/// neither can tell, with a finding added. Errors: foreign (a store of another program), io.
Result<std::optional<ExpectedStore>> expected_store(const CheckTarget& target, FindingLog& log);

}  // namespace pantile
