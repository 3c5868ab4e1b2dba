#pragma once
/// \file
/// The whole command line, without main().

#include <string>
#include <vector>

#include "cli/environment.h"

namespace pantile::cli {

/// Runs the command line `words` (without the program's name) and returns the exit code.
/// Results go to environment.out, progress and one sentence per error to environment.err.
int run(const std::vector<std::string>& words, const Backend& backend, Environment& environment);

}  // namespace pantile::cli
