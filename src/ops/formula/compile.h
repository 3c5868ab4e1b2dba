#pragma once
/// \file
/// From text to a program.

#include <string_view>

#include "ops/formula/builtins.h"
#include "ops/formula/program.h"
#include "ops/formula/program_builder.h"
#include "pantile/result.h"

namespace pantile::formula {

/// Compiles the name of a built-in or an expression of the language (docs/formulas.md) for
/// evaluation in `precision`; constants are folded in that type, so a folded value has the bits
/// that evaluating it per pixel would have given. Deterministic and thread-safe.
///
/// Errors: invalid. The message names the problem and its character, and shows the line with a
/// caret below it.
Result<Program> compile(std::string_view text, Precision precision = Precision::f64);

}  // namespace pantile::formula
