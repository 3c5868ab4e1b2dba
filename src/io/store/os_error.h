#pragma once
/// \file
/// What the operating system refused, as an Error.

#include <string_view>

#include "pantile/result.h"

namespace pantile {

/// The Error for `errno_value`, e.g. "cannot write run1/a: No space left on device; free some
/// space and run the same command again". ENOSPC, EDQUOT: out_of_space; ENOENT, ENOTDIR:
/// not_found; ENOMEM: out_of_memory; all others: io.
Error os_error(int errno_value, std::string_view verb, std::string_view path);

}  // namespace pantile
