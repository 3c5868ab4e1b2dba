#pragma once
/// \file
/// Errors as exit codes of the program.

#include "pantile/result.h"

namespace pantile::cli {

/// See exit_meanings() in help.h for the words.
constexpr int exit_code(Code code) {
  switch (code) {
    case Code::io: return 1;
    case Code::invalid:
    case Code::not_found:
    case Code::foreign:
    case Code::conflict: return 2;
    case Code::corrupt: return 3;
    case Code::out_of_space:
    case Code::out_of_memory: return 4;
    case Code::cancelled: return 5;
    case Code::internal: return 70;
  }
  return 70;
}

/// Of a process that a second Ctrl-C stops at once.
inline constexpr int kExitAtOnce = 130;

}  // namespace pantile::cli
