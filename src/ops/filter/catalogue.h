#pragma once
/// \file
/// Every operator by name, with its parameters: what the command line and Python offer.

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "pantile/result.h"

namespace pantile::filter {

/// What a parameter may be.
enum class ValueKind {
  number,   ///< Within [least, most].
  count,    ///< A whole number within [least, most].
  odd,      ///< A whole odd number within [least, most].
  word,     ///< One of a list.
  range,    ///< Two numbers a:b within [least, most], a < b.
  text,     ///< Any text without double quotes.
  numbers,  ///< A list of numbers within [least, most], one at least.
  counts,   ///< The same of whole numbers.
  image,    ///< Another image.
  operand,  ///< A number within [least, most], or another image.
  images,   ///< A list of images, one at least.
};

struct Branch;

/// Another image among an operator's values.
struct ImageValue {
  int input = 0;  ///< Its place among the inputs of Graph::apply, from 1; make_call() numbers them.
  std::shared_ptr<const Branch> branch;  ///< As it was written; null: only its place is known.
};

using Value = std::variant<std::monostate, double, std::string, std::pair<double, double>,
                           std::vector<double>, ImageValue, std::vector<ImageValue>>;

struct Parameter {
  std::string_view name;
  ValueKind kind = ValueKind::number;
  Value standard;  ///< Without it the parameter has to be given, unless it is optional.
  double least = 0, most = 0;
  std::string_view words;  ///< Of ValueKind::word: "reflect nearest constant wrap".
  std::string_view help;
  bool optional = false;
};

/// No limit of a parameter's values.
inline constexpr double kAny = 1e300;

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
  /// True when that value is another image.
  bool is_image(std::string_view parameter) const {
    return std::holds_alternative<ImageValue>(value(parameter));
  }
  double number(std::string_view parameter) const { return std::get<double>(value(parameter)); }
  const std::string& word(std::string_view parameter) const {
    return std::get<std::string>(value(parameter));
  }
  std::pair<double, double> range(std::string_view parameter) const {
    return std::get<std::pair<double, double>>(value(parameter));
  }
  const std::vector<double>& numbers(std::string_view parameter) const {
    return std::get<std::vector<double>>(value(parameter));
  }
  /// The other images, in the order of their numbers.
  std::vector<ImageValue> images() const;
  /// The same call with nothing known of its images but their numbers.
  Call without_branches() const;
  /// "gaussian(sigma=2, truncate=4, boundary=reflect, outside=0)": the same text for the same call.
  /// Images are written as `image` says, else as they were given, or "#1".
  std::string text(const std::function<std::string(const ImageValue&)>& image = {}) const;
};

/// Checks what was given by place or name against the catalogue and adds what was not. Single
/// numbers and images by place make a list, where the place is one's. Errors: invalid, naming
/// operator and parameter (and the nearest name where there is none such).
struct Argument {
  std::string name;  ///< Empty: by place.
  Value value;       ///< Of a text or word also an ImageValue that is a file: its path.
};
Result<Call> make_call(std::string_view name, const std::vector<Argument>& arguments);

/// Operators one after the other.
using Chain = std::vector<Call>;
std::string text_of(const Chain& chain);

/// Where another image comes from: "flat.tiff", #1, [gaussian(20)], ["flat.tiff" | gaussian(20)].
struct Branch {
  std::string path;  ///< A file; empty: what comes into the operator.
  Chain chain;       ///< Operators over it.
  int given = 0;     ///< From 1: an image given to apply_chain() instead of a file.
};

/// "rescale(q=0.02:0.98) | gaussian(2) | sobel". Errors: invalid, with the place.
Result<Chain> parse_chain(std::string_view text);

}  // namespace pantile::filter
