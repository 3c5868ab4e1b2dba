#pragma once
/// \file
/// A command line becomes settings.

#include <string>
#include <vector>

#include "cli/schema.h"
#include "cli/settings.h"
#include "pantile/result.h"

namespace pantile::cli {

/// What the words after the command's name said.
struct Arguments {
  Settings settings;
  bool help = false;  ///< --help was given; settings are defaults.
};

/// Parses `words` (without the program's and the command's name). Order of precedence: flags,
/// then --config, then defaults. Errors: invalid (naming the flag or key), not_found (--config).
Result<Arguments> parse_arguments(const Schema& schema, const Command& command,
                                  const std::vector<std::string>& words);

}  // namespace pantile::cli
