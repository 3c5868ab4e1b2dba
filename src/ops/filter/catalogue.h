#pragma once
/// \file
/// Every operator by name, with its parameters: what the command line and Python offer.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "pantile/result.h"

namespace pantile::filter {

/// What a parameter may be.
enum class ValueKind {
  number,  ///< Within [least, most].
  count,   ///< A whole number within [least, most].
  odd,     ///< A whole odd number within [least, most].
  word,    ///< One of a list.
  range,   ///< Two numbers a:b within [least, most], a < b.
};

using Value = std::variant<std::monostate, double, std::string, std::pair<double, double>>;

struct Parameter {
  std::string_view name;
  ValueKind kind = ValueKind::number;
  Value standard;  ///< Without it the parameter has to be given, unless it is optional.
  double least = 0, most = 0;
  std::string_view words;  ///< Of ValueKind::word: "reflect nearest constant wrap".
  std::string_view help;
  bool optional = false;
};

struct OperatorInfo {
  std::string_view name, help;
  std::vector<Parameter> parameters;
};

/// In the order of the documentation.
std::span<const OperatorInfo> catalogue();
const OperatorInfo* find_operator(std::string_view name);

/// An operator with all its values.
struct Call {
  const OperatorInfo* info = nullptr;
  std::vector<Value> values;  ///< Beside info->parameters; monostate: not given.

  const Value& value(std::string_view parameter) const;
  bool given(std::string_view parameter) const {
    return !std::holds_alternative<std::monostate>(value(parameter));
  }
  double number(std::string_view parameter) const { return std::get<double>(value(parameter)); }
  const std::string& word(std::string_view parameter) const {
    return std::get<std::string>(value(parameter));
  }
  std::pair<double, double> range(std::string_view parameter) const {
    return std::get<std::pair<double, double>>(value(parameter));
  }
  /// "gaussian(sigma=2, truncate=4, boundary=reflect, outside=0)": the same text for the same call.
  std::string text() const;
};

/// Checks what was given by place or name against the catalogue and adds what was not. Errors:
/// invalid, naming operator and parameter (and the nearest name where there is none such).
struct Argument {
  std::string name;  ///< Empty: by place.
  Value value;
};
Result<Call> make_call(std::string_view name, const std::vector<Argument>& arguments);

/// Operators one after the other.
using Chain = std::vector<Call>;
std::string text_of(const Chain& chain);

/// "rescale(q=0.02:0.98) | gaussian(2) | sobel". Errors: invalid, with the place.
Result<Chain> parse_chain(std::string_view text);

}  // namespace pantile::filter
