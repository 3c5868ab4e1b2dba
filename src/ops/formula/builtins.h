#pragma once
/// \file
/// The formulas that have a name, written in the language like any other.

#include <array>
#include <optional>
#include <span>
#include <string_view>

namespace pantile::formula {

struct Builtin {
  std::string_view name;
  std::string_view text;                       ///< The formula itself.
  std::optional<std::array<double, 2>> range;  ///< Values of the colormap's two ends; none: colour.
  std::string_view summary;                    ///< One line for help texts.
};

std::span<const Builtin> builtins();
/// nullptr where there is none of that name.
const Builtin* find_builtin(std::string_view name);

}  // namespace pantile::formula
