#pragma once
/// \file
/// Runs a job under a face and with Ctrl-C watched.

#include <functional>
#include <string>

#include "cli/commands.h"
#include "cli/face.h"
#include "pantile/job.h"

namespace pantile::cli {

/// Calls `job` with the run options of `call`, completed by a listener and a cancel token, and
/// shows its summary or error event.
Status run_job(Call& call, const std::function<Result<JobSummary>(const RunOptions&)>& job);

/// The same for what shows its result itself.
Status run_with_face(Call& call, const std::function<Status(const RunOptions&, Face&)>& body);

/// `error` itself, or, when it is that the user stopped the job, what to do then.
Error say_interrupted(const Error& error, const std::string& hint);

}  // namespace pantile::cli
