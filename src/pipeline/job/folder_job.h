#pragma once
/// \file
/// Fills a job's folder: what every capability that makes an image ends in.

#include "pantile/job.h"
#include "pantile/result.h"
#include "pipeline/job/folder_setup.h"

namespace pantile {

/// Writes, or goes on writing, the store, the TIFF and the previews of `job` into its folder, as
/// the stages "render", "store", "tiff" and one a preview, and records the job in job.json.
/// Errors: those of set_up_folder(), open_job_folder() and drain(); out_of_space (foreseen before
/// anything is written, or met); cancelled (what is committed stays).
Result<JobSummary> run_folder_job(const FolderJob& job, const RunOptions& run);

/// The same, in a job's folder whose lock the caller holds; goes on, whatever run.restart and
/// run.share_* say.
Result<JobSummary> run_locked_folder_job(const FolderJob& job, const RunOptions& run);

}  // namespace pantile
