#pragma once
/// \file
/// A plan for people and for programs.

#include <string>

#include "cli/schema.h"
#include "pantile/generate.h"

namespace pantile::cli {

/// A readable account: picture, formula, levels, memory, disk, time, notes.
std::string plan_text(const GeneratePlan& plan);
/// One JSON object; "options" holds every TOML key with its resolved value as text.
std::string plan_json(const GeneratePlan& plan, const Schema& schema, const Settings& settings);

}  // namespace pantile::cli
