#pragma once
/// \file
/// The folder of a report, and how it gets there.

#include <string>

#include "pantile/result.h"
#include "pantile/validate.h"
#include "pipeline/validate/checks.h"
#include "pipeline/validate/picture.h"

namespace pantile::validate {

/// Refuses a folder that is a job's, or that holds a report.json or report.png of somebody else's.
/// Errors: conflict, io.
Status check_report_folder(const std::string& path);

/// Writes report.png and report.json. Errors: out_of_space, io, and those of reading pixels.
Status write_report(const Subject& subject, const ValidateReport& report, const Drawing& drawing,
                    const std::string& path);

}  // namespace pantile::validate
