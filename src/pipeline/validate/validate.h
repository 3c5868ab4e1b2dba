#pragma once
/// \file
/// Validation of a job whose settings are resolved.

#include "pantile/validate.h"
#include "pipeline/generate/resolve.h"
#include "pipeline/gpu/job_lanes.h"

namespace pantile {

/// As run_validate, of a job that was resolved before, with lanes that were opened for it
/// (dropped where the budget is too small for them too). Their notes are told.
Result<ValidateReport> validate_job(const ResolvedGenerate& job, JobLanes& lanes,
                                    const RunOptions& run);

}  // namespace pantile
