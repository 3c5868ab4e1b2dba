#include "ops/filter/expression.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>
#include <variant>

#include "compute/math/kernels.h"
#include "ops/formula/parser.h"

namespace pantile::filter {
namespace {

using math::Binary;
using math::Ternary;
using math::Unary;

/// Columns that are worked on at a time, so that what lies between stays in the nearest cache.
constexpr std::size_t kColumns = 4 * kRowAlign;

/// Where an operand lies.
struct Operand {
  enum class Place : std::uint8_t { none, input, constant, slot } place = Place::none;
  std::size_t at = 0;
};

struct Operation {
  std::variant<Unary, Binary, Ternary> function;
  Operand a, b, c;
  std::size_t out = 0;  ///< Slot.
};

/// An expression as operations over few slots.
struct Schedule {
  std::vector<Operation> operations;
  std::vector<double> constants;
  std::size_t slots = 0;
  Operand result;
};

/// Lowers a tree into operations; a slot is used again when nobody asks for its value any more.
class Scheduler {
 public:
  explicit Scheduler(const Expression& expression)
      : ast_(expression.ast), bands_(expression.bands), readers_(ast_.nodes.size(), 0) {}

  Schedule run() {
    count_readers();
    for (std::size_t i = 0; i < ast_.nodes.size(); ++i) {
      values_.push_back(readers_[i] > 0 ? lower(ast_.nodes[i]) : Operand{});
    }
    schedule_.result = values_[static_cast<std::size_t>(ast_.root)];
    return std::move(schedule_);
  }

 private:
  void count_readers() {
    readers_[static_cast<std::size_t>(ast_.root)] = 1;
    for (std::size_t i = ast_.nodes.size(); i-- > 0;) {
      if (readers_[i] == 0) continue;
      const formula::Node& node = ast_.nodes[i];
      for (const std::int32_t operand : {node.a, node.b, node.c}) {
        if (operand >= 0) ++readers_[static_cast<std::size_t>(operand)];
      }
    }
  }
  Operand lower(const formula::Node& node) {
    if (const auto* value = std::get_if<double>(&node.op)) {
      schedule_.constants.push_back(*value);
      return {Operand::Place::constant, schedule_.constants.size() - 1};
    }
    if (const auto* band = std::get_if<formula::Band>(&node.op)) {
      const auto at = std::ranges::lower_bound(bands_, band->number);
      return {Operand::Place::input, static_cast<std::size_t>(at - bands_.begin())};
    }
    if (const auto* f = std::get_if<Unary>(&node.op)) return operation(*f, node);
    if (const auto* f = std::get_if<Ternary>(&node.op)) return operation(*f, node);
    if (const auto* f = std::get_if<Binary>(&node.op)) {
      const std::optional<double> exponent = *f == Binary::pow ? constant_of(node.b) : std::nullopt;
      if (exponent) {
        if (const auto power = small_power(node, *exponent)) return *power;
      }
      return operation(*f, node);
    }
    return {};
  }
  /// The value of a number, with a sign or without.
  std::optional<double> constant_of(std::int32_t index) const {
    const formula::Node& node = ast_.nodes[static_cast<std::size_t>(index)];
    if (const auto* value = std::get_if<double>(&node.op)) return *value;
    const auto* f = std::get_if<Unary>(&node.op);
    if (f == nullptr || *f != Unary::neg) return std::nullopt;
    const auto* value = std::get_if<double>(&ast_.nodes[static_cast<std::size_t>(node.a)].op);
    if (value == nullptr) return std::nullopt;
    return -*value;
  }
  /// Products for the exponents that the language has them for.
  std::optional<Operand> small_power(const formula::Node& node, double exponent) {
    const Operand x = value(node.a);
    const auto constant = [&](double v) -> Operand {
      schedule_.constants.push_back(v);
      return {Operand::Place::constant, schedule_.constants.size() - 1};
    };
    if (exponent == 0) return constant(1);
    std::optional<Operand> made;
    if (exponent == 2) made = push(Binary::mul, x, x, {});
    if (exponent == -1) made = push(Binary::div, constant(1), x, {});
    if (exponent == 3 || exponent == 4) {
      const Operand square = push(Binary::mul, x, x, {});
      made = push(Binary::mul, square, exponent == 3 ? x : square, {});
      release(square);
    }
    if (made) release_of(node.a);
    return made;
  }
  template <class F> Operand operation(F f, const formula::Node& node) {
    const Operand made = push(f, value(node.a), value(node.b), value(node.c));
    for (const std::int32_t operand : {node.a, node.b, node.c}) release_of(operand);
    return made;
  }
  Operand push(std::variant<Unary, Binary, Ternary> f, Operand a, Operand b, Operand c) {
    std::size_t slot = schedule_.slots;
    if (free_.empty()) {
      ++schedule_.slots;
    } else {
      slot = free_.back();
      free_.pop_back();
    }
    schedule_.operations.push_back({f, a, b, c, slot});
    return {Operand::Place::slot, slot};
  }
  Operand value(std::int32_t node) const {
    return node < 0 ? Operand{} : values_[static_cast<std::size_t>(node)];
  }
  void release_of(std::int32_t node) {
    if (node >= 0 && --readers_[static_cast<std::size_t>(node)] == 0) release(value(node));
  }
  void release(const Operand& operand) {
    if (operand.place == Operand::Place::slot) free_.push_back(operand.at);
  }

  const formula::Ast& ast_;
  const std::vector<int>& bands_;
  std::vector<int> readers_;  ///< Of each node, still to come.
  std::vector<Operand> values_;
  std::vector<std::size_t> free_;
  Schedule schedule_;
};

template <class T> class Evaluation final : public RowOperator {
 public:
  explicit Evaluation(const Expression& expression) : schedule_(Scheduler(expression).run()) {
    for (const double value : schedule_.constants) {
      constants_.insert(constants_.end(), kColumns, static_cast<T>(value));
    }
  }
  RowType input_type() const override { return row_type_of<T>; }
  RowType output_type() const override { return row_type_of<T>; }
  std::size_t scratch_bytes(std::size_t) const override {
    return schedule_.slots * kColumns * sizeof(T);
  }
  void apply(const RowWindow* inputs, std::byte* out, std::size_t n,
             std::byte* scratch) const override {
    T* const slots = reinterpret_cast<T*>(scratch);
    T* const to = reinterpret_cast<T*>(out);
    for (std::size_t x = 0; x < n; x += kColumns) {
      const std::size_t count = std::min(kColumns, n - x);
      const auto from = [&](const Operand& operand) -> const T* {
        switch (operand.place) {
          case Operand::Place::input: return inputs[operand.at].row<T>(0) + x;
          case Operand::Place::constant: return constants_.data() + operand.at * kColumns;
          case Operand::Place::slot: return slots + operand.at * kColumns;
          case Operand::Place::none: break;
        }
        return nullptr;
      };
      for (const Operation& op : schedule_.operations) {
        T* const made = slots + op.out * kColumns;
        const T* const a = from(op.a);
        const T* const b = from(op.b);
        if (const auto* f = std::get_if<Unary>(&op.function)) {
          kernels_->unary[static_cast<std::size_t>(*f)](a, made, count);
        } else if (const auto* g = std::get_if<Binary>(&op.function)) {
          kernels_->binary[static_cast<std::size_t>(*g)](a, b, made, count);
        } else {
          const auto h = static_cast<std::size_t>(std::get<Ternary>(op.function));
          kernels_->ternary[h](a, b, from(op.c), made, count);
        }
      }
      std::copy_n(from(schedule_.result), count, to + x);
    }
  }

 private:
  const math::Kernels<T>* kernels_ = &math::kernels<T>();
  Schedule schedule_;
  std::vector<T> constants_;  ///< Each spread over a block.
};

}  // namespace

Result<Expression> parse_expression(std::string_view text) {
  Expression expression;
  PANTILE_ASSIGN(expression.ast, formula::parse_bands(text));
  for (const formula::Node& node : expression.ast.nodes) {
    if (const auto* band = std::get_if<formula::Band>(&node.op)) {
      expression.bands.push_back(band->number);
    }
  }
  std::ranges::sort(expression.bands);
  const auto rest = std::ranges::unique(expression.bands);
  expression.bands.erase(rest.begin(), rest.end());
  return expression;
}

std::shared_ptr<const RowOperator> make_expression(RowType type, const Expression& expression) {
  if (type == RowType::f64) return std::make_shared<Evaluation<double>>(expression);
  return std::make_shared<Evaluation<float>>(expression);
}

}  // namespace pantile::filter
