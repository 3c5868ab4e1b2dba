#pragma once
/// \file
/// The real pipeline behind the command line.

#include "cli/environment.h"

namespace pantile::cli {

/// Every call goes to the pipeline; names come from the rooms that own them.
Backend pipeline_backend();

}  // namespace pantile::cli
