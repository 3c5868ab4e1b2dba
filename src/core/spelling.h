#pragma once
/// \file
/// "Did you mean": the known word nearest to an unknown one.

#include <span>
#include <string_view>

namespace pantile {

/// The candidate with the fewest insertions, deletions, replacements and swaps of neighbours from
/// `word`, whatever the case, the first of equals; empty where none is near: more than a third of
/// the word away (at least one edit is allowed), or as far away as a wholly different word.
std::string_view nearest_word(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace pantile
