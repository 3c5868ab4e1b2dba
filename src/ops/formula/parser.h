#pragma once
/// \file
/// From a formula's text to its tree. The language is described in docs/formulas.md.

#include <cstddef>
#include <string_view>

#include "ops/formula/ast.h"
#include "pantile/result.h"

namespace pantile::formula {

inline constexpr std::size_t kMaxTextBytes = 64 * 1024;
inline constexpr std::size_t kMaxNodes = 10'000;  ///< Operations, numbers and names.
inline constexpr int kMaxNesting = 256;           ///< Of brackets, signs, powers, `not` and `let`.

/// Parses an expression of at most the sizes above. Errors: invalid, in source_error's form, with
/// the line and a caret. Uses bounded stack whatever the text.
Result<Ast> parse(std::string_view text);

inline constexpr int kMaxBand = 65535;
/// Parses a formula over the channels of an image: b0, b1, … stand in place of x, y and the other
/// variables, and the value is no colour. Errors: as above.
Result<Ast> parse_bands(std::string_view text);

}  // namespace pantile::formula
