#pragma once
/// \file
/// What helps against what a check found.

#include <string>

#include "pantile/check.h"
#include "pipeline/check/target.h"

namespace pantile {

/// What to do, in words, about the findings and the state in `report`; empty: nothing.
std::string advise(const CheckTarget& target, const CheckReport& report);

/// Why a job whose record is lost cannot be repaired yet, and what to do first, in words.
std::string without_record_advice();

}  // namespace pantile
