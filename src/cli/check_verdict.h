#pragma once
/// \file
/// What a report of `check` or `repair` means for the exit code.

#include <string>

#include "pantile/check.h"
#include "pantile/result.h"

namespace pantile::cli {

/// The exit code is in the error: corrupt where something is wrong, cancelled where nothing is but
/// the job can go on.
Status verdict(const std::string& path, const CheckReport& report);

}  // namespace pantile::cli
