#pragma once
/// \file
/// Runs a job under a face and with Ctrl-C watched.

#include <functional>

#include "cli/commands.h"
#include "pantile/job.h"

namespace pantile::cli {

/// Calls `job` with the run options of `call`, completed by a listener and a cancel token, and
/// shows its summary or error event.
Status run_job(Call& call, const std::function<Result<JobSummary>(const RunOptions&)>& job);

}  // namespace pantile::cli
