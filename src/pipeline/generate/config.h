#pragma once
/// \file
/// The `config` of a generate job's record, written and read back.

#include <string>

#include "pantile/generate.h"

namespace pantile {

/// The resolved options as the JSON object that job.json records; sections and keys as in TOML.
std::string config_json(const GenerateOptions& options);

/// The options that config_json() wrote; `out` stays empty. Errors: corrupt (a member is missing,
/// unknown, or not what config_json() would have written).
Result<GenerateOptions> options_from_config(const std::string& config_json);

}  // namespace pantile
