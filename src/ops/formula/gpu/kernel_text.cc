#include "ops/formula/gpu/kernel_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "ops/formula/schedule.h"

namespace pantile::formula {
namespace {

constexpr std::array<std::string_view, 6> kInputs{
    "axis.position", "axis.position", "axis.index", "axis.index", "axis.fraction", "axis.fraction"};

std::string_view enumerator(std::string_view name) {
  // What a formula calls `not`, `and` and `or` are keywords of C++.
  if (name == "not") return "logical_not";
  if (name == "and") return "logical_and";
  if (name == "or") return "logical_or";
  return name;
}

/// The operator of a comparison; empty for other functions.
std::string_view comparison(math::Binary f) {
  switch (f) {
    case math::Binary::lt: return "<";
    case math::Binary::le: return "<=";
    case math::Binary::gt: return ">";
    case math::Binary::ge: return ">=";
    case math::Binary::eq: return "==";
    case math::Binary::ne: return "!=";
    default: return {};
  }
}

/// The operator of `and` and `or`; empty for other functions.
std::string_view connective(math::Binary f) {
  if (f == math::Binary::logical_and) return "&";
  return f == math::Binary::logical_or ? "|" : "";
}

/// Conditions of samples are masks in the text: the compiler does not see through 0 and 1.
bool is_condition(const Step& step) {
  if (step.varies != Varies::pixel) return false;
  if (const auto* f = std::get_if<math::Unary>(&step.op)) return *f == math::Unary::logical_not;
  const auto* f = std::get_if<math::Binary>(&step.op);
  return f != nullptr && !(comparison(*f).empty() && connective(*f).empty());
}

bool is_selection(const Step& step) {
  const auto* f = std::get_if<math::Ternary>(&step.op);
  return f != nullptr && *f == math::Ternary::select;
}

template <class T> std::string literal(T value) {
  if (std::isnan(value)) return "math::scalar::canonical_nan<L>()";
  if (std::isinf(value)) {
    return value > 0 ? "math::scalar::infinity<L>()" : "-math::scalar::infinity<L>()";
  }
  return fmt::format("math::scalar::constant<L, {:a}{}>()", value, sizeof(T) == 4 ? "f" : "");
}

template <class T> class Writer {
 public:
  Writer(const Schedule& schedule, std::string_view name)
      : steps_(schedule.steps), demand_(schedule.demand), name_(name) {
    numbers_.resize(steps_.size());
    for (std::size_t s = 0; s < steps_.size(); ++s) {
      if (steps_[s].varies == Varies::constant) numbers_[s] = constant(steps_[s]);
    }
    find_shared(schedule.outputs);
    code_ = fmt::format(
        "struct {} {{\n"
        "  using Value = {};\n"
        "  using L = math::scalar::Lane<Value>;\n"
        "  static constexpr int kRowValues = {}, kColumnValues = {}, kOutputs = {};\n",
        name_, sizeof(T) == 8 ? "double" : "float", row_values_.size(), column_values_.size(),
        schedule.outputs.size());
    write_axis(Varies::row, "row", row_values_);
    write_axis(Varies::column, "column", column_values_);
    write_pixel(schedule.outputs);
    code_ += "};\n";
  }

  FormulaText finish() {
    return {std::move(code_), static_cast<int>(row_values_.size()),
            static_cast<int>(column_values_.size())};
  }

 private:
  const Step& step(std::int32_t s) const { return steps_[static_cast<std::size_t>(s)]; }

  T constant(const Step& s) const {
    if (const double* number = std::get_if<double>(&s.op)) return static_cast<T>(*number);
    const auto of = [&](std::int32_t operand) {
      return numbers_[static_cast<std::size_t>(operand)];
    };
    if (const auto* f = std::get_if<math::Unary>(&s.op)) return math::evaluate<T>(*f, of(s.a));
    if (const auto* f = std::get_if<math::Binary>(&s.op)) {
      return math::evaluate<T>(*f, of(s.a), of(s.b));
    }
    return math::evaluate<T>(std::get<math::Ternary>(s.op), of(s.a), of(s.b), of(s.c));
  }

  /// The values of rows and columns that samples read.
  void find_shared(const std::vector<std::int32_t>& outputs) {
    std::vector<bool> read(steps_.size(), false);
    for (const Step& s : steps_) {
      if (s.varies != Varies::pixel) continue;
      for (const std::int32_t operand : {s.a, s.b, s.c}) {
        if (operand >= 0) read[static_cast<std::size_t>(operand)] = true;
      }
    }
    for (const std::int32_t output : outputs) read[static_cast<std::size_t>(output)] = true;
    for (std::size_t s = 0; s < steps_.size(); ++s) {
      if (!read[s]) continue;
      if (steps_[s].varies == Varies::row) row_values_.push_back(static_cast<std::int32_t>(s));
      if (steps_[s].varies == Varies::column)
        column_values_.push_back(static_cast<std::int32_t>(s));
    }
  }

  std::string operand(std::int32_t s) const {
    if (step(s).varies == Varies::constant) return literal(numbers_[static_cast<std::size_t>(s)]);
    if (is_condition(step(s))) return fmt::format("math::scalar::truth<L>(m{})", s);
    return fmt::format("s{}", s);
  }

  /// Whether the value of `s` is not 0, as a mask.
  std::string condition(std::int32_t s) const {
    if (is_condition(step(s))) return fmt::format("m{}", s);
    return fmt::format("({} != L::set(0))", operand(s));
  }

  /// Of a step that is_condition().
  std::string mask(const Step& s) const {
    const auto* f = std::get_if<math::Binary>(&s.op);
    if (f == nullptr) return fmt::format("!{}", condition(s.a));
    const std::string_view compare = comparison(*f);
    if (!compare.empty()) return fmt::format("{} {} {}", operand(s.a), compare, operand(s.b));
    return fmt::format("{} {} {}", condition(s.a), connective(*f), condition(s.b));
  }

  std::string expression(const Step& s) const {
    if (is_selection(s) && s.varies == Varies::pixel) {
      return fmt::format("select({}, {}, {})", condition(s.a), operand(s.b), operand(s.c));
    }
    if (const auto* input = std::get_if<Input>(&s.op)) {
      return fmt::format("L::set({})", kInputs[static_cast<std::size_t>(*input)]);
    }
    if (const auto* f = std::get_if<math::Unary>(&s.op)) {
      return fmt::format("math::scalar::apply<math::Unary::{}, Value>({})", enumerator(name(*f)),
                         operand(s.a));
    }
    if (const auto* f = std::get_if<math::Binary>(&s.op)) {
      return fmt::format("math::scalar::apply<math::Binary::{}, Value>({}, {})",
                         enumerator(name(*f)), operand(s.a), operand(s.b));
    }
    return fmt::format("math::scalar::apply<math::Ternary::{}, Value>({}, {}, {})",
                       enumerator(name(std::get<math::Ternary>(s.op))), operand(s.a), operand(s.b),
                       operand(s.c));
  }

  void write_steps(Varies varies) {
    for (std::size_t s = 0; s < steps_.size(); ++s) {
      const Step& made = steps_[s];
      if (made.varies != varies) continue;
      if (is_condition(made)) {
        code_ += fmt::format("    const L::Mask m{} = {};\n", s, mask(made));
      } else if (demand_[s] >= 0) {
        // Other samples leave the value out. Where no thread of a warp needs it, all go past it.
        code_ += fmt::format("    const L s{} = {}.v ? {} : L::set(0);\n", s, condition(demand_[s]),
                             expression(made));
      } else {
        code_ += fmt::format("    const L s{} = {};\n", s, expression(made));
      }
    }
  }

  void write_axis(Varies varies, std::string_view function,
                  const std::vector<std::int32_t>& values) {
    code_ += fmt::format(
        "  static PANTILE_HD void {}([[maybe_unused]] const AxisInput<Value>& axis,\n"
        "                            [[maybe_unused]] Value* out, [[maybe_unused]] int stride) "
        "{{\n",
        function);
    if (!values.empty()) write_steps(varies);
    for (std::size_t k = 0; k < values.size(); ++k) {
      code_ += fmt::format("    out[{} * stride] = s{}.v;\n", k, values[k]);
    }
    code_ += "  }\n";
  }

  void write_pixel(const std::vector<std::int32_t>& outputs) {
    code_ +=
        "  static PANTILE_HD void pixel([[maybe_unused]] const Value* row,\n"
        "                               [[maybe_unused]] const Value* column,\n"
        "                               [[maybe_unused]] int column_stride, Value* out) {\n";
    for (std::size_t k = 0; k < row_values_.size(); ++k) {
      code_ += fmt::format("    const L s{} = L::set(row[{}]);\n", row_values_[k], k);
    }
    for (std::size_t k = 0; k < column_values_.size(); ++k) {
      code_ += fmt::format("    const L s{} = L::set(column[{} * column_stride]);\n",
                           column_values_[k], k);
    }
    write_steps(Varies::pixel);
    for (std::size_t k = 0; k < outputs.size(); ++k) {
      code_ += fmt::format("    out[{}] = ({}).v;\n", k, operand(outputs[k]));
    }
    code_ += "  }\n";
  }

  const std::vector<Step>& steps_;
  const std::vector<std::int32_t>& demand_;
  std::string_view name_;
  std::vector<T> numbers_;  ///< Of constant steps.
  std::vector<std::int32_t> row_values_, column_values_;
  std::string code_;
};

constexpr std::string_view word(PixelForm form) {
  switch (form) {
    case PixelForm::rgb8: return "rgb8";
    case PixelForm::u16: return "u16";
    case PixelForm::f32: return "f32";
  }
  return "f32";
}

}  // namespace

FormulaText formula_text(const Program& program, Precision precision, std::string_view name) {
  const Schedule schedule = make_schedule(program);
  return precision == Precision::f64 ? Writer<double>(schedule, name).finish()
                                     : Writer<float>(schedule, name).finish();
}

KernelText kernel_text(const Program& program, Precision precision, PixelForm form,
                       bool one_sample) {
  FormulaText formula = formula_text(program, precision, "Formula");
  KernelText text;
  text.kernel = "pantile_formula";
  text.halve_kernel = "pantile_halve";
  text.row_values = formula.row_values;
  text.column_values = formula.column_values;
  text.code = fmt::format(
      "#include \"compute/math/apply-inl.h\"\n"
      "#include \"compute/cuda/halve_kernel.h\"\n"
      "#include \"ops/formula/gpu/pixel_kernel.h\"\n"
      "namespace pantile::formula {{\n"
      "{0}"
      "}}  // namespace pantile::formula\n"
      "PANTILE_FORMULA_KERNEL({1}, pantile::formula::Formula, pantile::formula::PixelForm::{2}, "
      "{3})\n"
      "PANTILE_HALVE_KERNEL({4}, pantile::formula::PixelForm::{2})\n",
      formula.code, text.kernel, word(form), one_sample, text.halve_kernel);
  return text;
}

}  // namespace pantile::formula
