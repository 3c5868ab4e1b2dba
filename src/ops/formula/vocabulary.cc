#include "ops/formula/vocabulary.h"

#include <algorithm>
#include <limits>
#include <numbers>

namespace pantile::formula {
namespace {

using math::Binary;
using math::Ternary;
using math::Unary;

constexpr int kAny = std::numeric_limits<int>::max();

constexpr Function kFunctions[] = {
    {"if", "if(condition, a, b)", Ternary::select, 3, 3},
    {"sin", "sin(x)", Unary::sin, 1, 1},
    {"cos", "cos(x)", Unary::cos, 1, 1},
    {"tan", "tan(x)", Unary::tan, 1, 1},
    {"asin", "asin(x)", Unary::asin, 1, 1},
    {"acos", "acos(x)", Unary::acos, 1, 1},
    {"atan", "atan(x)", Unary::atan, 1, 1},
    {"atan2", "atan2(y, x)", Binary::atan2, 2, 2},
    {"sinh", "sinh(x)", Unary::sinh, 1, 1},
    {"cosh", "cosh(x)", Unary::cosh, 1, 1},
    {"tanh", "tanh(x)", Unary::tanh, 1, 1},
    {"asinh", "asinh(x)", Unary::asinh, 1, 1},
    {"acosh", "acosh(x)", Unary::acosh, 1, 1},
    {"atanh", "atanh(x)", Unary::atanh, 1, 1},
    {"exp", "exp(x)", Unary::exp, 1, 1},
    {"exp2", "exp2(x)", Unary::exp2, 1, 1},
    {"expm1", "expm1(x)", Unary::expm1, 1, 1},
    {"log", "log(x)", Unary::log, 1, 1},
    {"log2", "log2(x)", Unary::log2, 1, 1},
    {"log10", "log10(x)", Unary::log10, 1, 1},
    {"log1p", "log1p(x)", Unary::log1p, 1, 1},
    {"pow", "pow(base, exponent)", Binary::pow, 2, 2},
    {"sqrt", "sqrt(x)", Unary::sqrt, 1, 1},
    {"cbrt", "cbrt(x)", Unary::cbrt, 1, 1},
    {"hypot", "hypot(a, b)", Binary::hypot, 2, 2},
    {"abs", "abs(x)", Unary::abs, 1, 1},
    {"floor", "floor(x)", Unary::floor, 1, 1},
    {"ceil", "ceil(x)", Unary::ceil, 1, 1},
    {"round", "round(x)", Unary::round, 1, 1},
    {"trunc", "trunc(x)", Unary::trunc, 1, 1},
    {"fmod", "fmod(a, b)", Binary::fmod, 2, 2},
    {"mod", "mod(a, b)", Binary::mod, 2, 2},
    {"min", "min(a, b, …)", Binary::min, 2, kAny},
    {"max", "max(a, b, …)", Binary::max, 2, kAny},
    {"erf", "erf(x)", Unary::erf, 1, 1},
    {"erfc", "erfc(x)", Unary::erfc, 1, 1},
    {"fract", "fract(x)", Unary::fract, 1, 1},
    {"clamp", "clamp(x, lo, hi)", Ternary::clamp, 3, 3},
    {"mix", "mix(a, b, t)", Ternary::mix, 3, 3},
    {"step", "step(edge, x)", Binary::step, 2, 2},
    {"smoothstep", "smoothstep(edge0, edge1, x)", Ternary::smoothstep, 3, 3},
    {"sign", "sign(x)", Unary::sign, 1, 1},
    {"sinc", "sinc(x)", Unary::sinc, 1, 1},
    {"rgb", "rgb(red, green, blue)", Rgb{}, 3, 3},
};

constexpr Variable kVariables[] = {
    {"x", Input::x},
    {"y", Input::y},
    {"r", Derived::r},
    {"theta", Derived::theta},
    {"i", Input::i},
    {"j", Input::j},
    {"u", Input::u},
    {"v", Input::v},
    {"pi", std::numbers::pi},
    {"e", std::numbers::e},
    {"inf", std::numeric_limits<double>::infinity()},
    {"nan", std::numeric_limits<double>::quiet_NaN()},
};

constexpr std::string_view kKeywords[] = {"let", "in", "and", "or", "not"};

struct Elsewhere {
  std::string_view theirs, ours;
};
constexpr Elsewhere kElsewhere[] = {
    {"ln", "log"},       {"fabs", "abs"},    {"sgn", "sign"},    {"lerp", "mix"},
    {"power", "pow"},    {"arctan", "atan"}, {"arcsin", "asin"}, {"arccos", "acos"},
    {"frac", "fract"},   {"where", "if"},    {"select", "if"},   {"phi", "theta"},
    {"infinity", "inf"},
};

template <class T> const T* find(std::span<const T> table, std::string_view name) {
  const auto it = std::ranges::find(table, name, &T::name);
  return it == table.end() ? nullptr : &*it;
}

}  // namespace

std::span<const Function> functions() { return kFunctions; }
std::span<const Variable> variables() { return kVariables; }
const Function* find_function(std::string_view name) { return find(functions(), name); }
const Variable* find_variable(std::string_view name) { return find(variables(), name); }

bool is_keyword(std::string_view name) {
  return std::ranges::find(kKeywords, name) != std::end(kKeywords);
}

std::string_view name_elsewhere(std::string_view name) {
  for (const Elsewhere& entry : kElsewhere) {
    if (entry.theirs == name) return entry.ours;
  }
  return {};
}

}  // namespace pantile::formula
