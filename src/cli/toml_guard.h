#pragma once
/// \file
/// How deep a TOML text nests by the names of its keys alone.

#include <cstddef>
#include <string_view>

namespace pantile::cli {

/// The line, from 1, of the first key of more than kMostNesting parts (a.b.c has three); 0 where
/// there is none. Each part is a table in the one before, and toml++ takes them apart with one call
/// for each; how deep brackets nest it bounds itself. Right for valid TOML, and up to the first
/// mistake of other texts.
std::size_t line_of_long_key(std::string_view toml);

}  // namespace pantile::cli
