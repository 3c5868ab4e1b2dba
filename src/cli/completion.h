#pragma once
/// \file
/// Shell completion from the schema.

#include <string>

#include "cli/schema.h"

namespace pantile::cli {

/// A script for `shell` that completes commands, options, choices and file names.
std::string completion_script(const Schema& schema, Shell shell);

}  // namespace pantile::cli
