#pragma once
/// \file
/// How deep texts from outside nest. Parsers take one call for each level, or make trees that
/// others walk so, and a text of a few hundred KiB can nest deeper than any stack is.

#include <cstddef>
#include <string_view>

namespace pantile {

/// Deeper texts are refused before they are parsed. Ours nest less than ten levels.
inline constexpr std::size_t kMostNesting = 100;

/// How deep the brackets of a JSON text nest; those in strings are left out. Of a text that is no
/// JSON, an upper bound of what a parser meets before it stops.
std::size_t json_nesting(std::string_view json);

}  // namespace pantile
