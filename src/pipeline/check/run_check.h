#pragma once
/// \file
/// A check whose findings are wanted one by one, however many there are.

#include "pantile/check.h"
#include "pipeline/check/finding_log.h"
#include "pipeline/check/target.h"

namespace pantile {

/// As run_check(), with findings, progress and notes going to `log`; run.listener is not called.
Result<CheckReport> run_check_into(const CheckOptions& options, const RunOptions& run,
                                   const CheckContext& context, FindingLog& log);

}  // namespace pantile
