#pragma once
/// \file
/// Settings from a file: TOML, or the record of an earlier job.

#include <string>
#include <string_view>

#include "cli/schema.h"
#include "cli/settings.h"
#include "pantile/result.h"

namespace pantile::cli {

/// Applies TOML `text` to `settings`. `name` is the file's name for messages.
/// Errors, `invalid`, with file and line: syntax; a key that is not in the schema (with the
/// nearest one that is); a value of a wrong type or out of range.
Status apply_toml(std::string_view text, const std::string& name, const Schema& schema,
                  Settings& settings);

/// Reads the file at `path` (at most 1 MiB) and applies it: TOML, or the job.json of a generate
/// job, whose folder may be named instead. Of a job everything is taken but its folder, and a range
/// only if it was given. Errors: not_found, invalid; foreign and corrupt of a job.json.
Status apply_config_file(const std::string& path, const Schema& schema, Settings& settings);

/// A TOML file that holds every key with its value in `settings`.
/// Keys at their default are commented out.
std::string show_toml(const Schema& schema, const Settings& settings);

}  // namespace pantile::cli
