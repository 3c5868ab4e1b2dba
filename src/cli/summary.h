#pragma once
/// \file
/// The table at the end of a job.

#include <string>

#include "pantile/job.h"

namespace pantile::cli {

/// Pixels, time by stage, rate, peak memory, and each output with its size and compression.
std::string summary_table(const JobSummary& summary);

/// One finished stage in one line: amount, time, rate.
std::string stage_line(const Progress& stage);

}  // namespace pantile::cli
