#pragma once
/// \file
/// The table at the end of a job.

#include <string>

#include "pantile/check.h"
#include "pantile/job.h"

namespace pantile::cli {

/// Pixels, time by stage, rate, peak memory, and each output with its size and compression.
std::string summary_table(const JobSummary& summary);

/// One thing that is wrong, in one line.
std::string finding_line(const Finding& finding);

/// The end of a check or a repair: what was looked at, and how much of it is wrong.
std::string report_text(const CheckReport& report);

/// One finished stage in one line: amount, time, rate.
std::string stage_line(const Progress& stage);

}  // namespace pantile::cli
