#pragma once
/// \file
/// Values, as operators make them, become a file; a PNG only where it is clear what it shows.

#include "pipeline/file/file_job.h"

namespace pantile {

/// run_file_job(), of a PNG too when something has to be settled first. Errors: those of
/// run_file_job(); invalid (a PNG of values that are not black and white or colours).
Result<JobSummary> run_values_job(FileJob job, const RunOptions& run);

}  // namespace pantile
