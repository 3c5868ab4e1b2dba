#pragma once
/// \file
/// The names of the formula language: functions, variables, constants, keywords.

#include <cstdint>
#include <span>
#include <string_view>
#include <variant>

#include "ops/formula/program.h"

namespace pantile::formula {

/// Variables that the compiler expands: r = sqrt(x*x + y*y), theta = atan2(y, x).
enum class Derived : std::uint8_t { r, theta };
/// The colour constructor.
struct Rgb {};
/// A channel of an image, b0, b1, …: in formulas over channels, which have no other variables.
struct Band {
  int number = 0;
};

/// What a function call becomes. Binary functions that take more than two arguments (min, max)
/// are applied from left to right.
struct Function {
  std::string_view name;
  std::string_view call;  ///< How it is written, e.g. "clamp(x, lo, hi)".
  std::variant<math::Unary, math::Binary, math::Ternary, Rgb> op;
  int least_arguments, most_arguments;
};

struct Variable {
  std::string_view name;
  std::variant<double, Input, Derived> op;
};

std::span<const Function> functions();
std::span<const Variable> variables();  ///< With the constants pi, e, inf, nan.

/// nullptr where there is none.
const Function* find_function(std::string_view name);
const Variable* find_variable(std::string_view name);

/// let, in, and, or, not.
bool is_keyword(std::string_view name);

/// The name that an unknown one probably stands for, from other languages ("ln": "log");
/// empty where there is none.
std::string_view name_elsewhere(std::string_view name);

}  // namespace pantile::formula
