#pragma once
/// \file
/// Errors that point at a character of a formula.

#include <cstddef>
#include <string_view>

#include "pantile/result.h"

namespace pantile::formula {

/// Where and how one UTF-8 character lies in a text. `length` is 1 and `valid` false at bytes that
/// are not UTF-8, so that walking a text always ends.
struct Utf8 {
  std::size_t length = 1;
  char32_t code_point = 0;
  bool valid = false;
};

/// Decodes the character at `offset` < text.size().
Utf8 decode_utf8(std::string_view text, std::size_t offset);

/// "formula: `problem` at character N`hint`", then the line of the formula (a window of it where
/// it is long) and a caret below the character at byte `offset` <= text.size(). Code::invalid.
/// Characters are counted from 1.
Error source_error(std::string_view text, std::size_t offset, std::string_view problem,
                   std::string_view hint = "");

}  // namespace pantile::formula
