#pragma once
/// \file
/// What jobs report, as dictionaries.

#include <nanobind/nanobind.h>

#include "pantile/check.h"
#include "pantile/job.h"

namespace pantile::python {

nanobind::dict summary_dict(const JobSummary& summary);
nanobind::dict report_dict(const CheckReport& report);

}  // namespace pantile::python
