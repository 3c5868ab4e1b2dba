#pragma once
/// \file
/// Validation of a job whose settings are resolved.

#include "pantile/validate.h"
#include "pipeline/generate/resolve.h"

namespace pantile {

/// As run_validate, of a job that was resolved before.
Result<ValidateReport> validate_job(const ResolvedGenerate& job, const RunOptions& run);

}  // namespace pantile
