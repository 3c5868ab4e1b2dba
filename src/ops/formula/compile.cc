#include "ops/formula/compile.h"

#include <cmath>
#include <vector>

#include "ops/formula/parser.h"
#include "ops/formula/source_error.h"

namespace pantile::formula {
namespace {

using Index = ProgramBuilder::Index;
using math::Binary;
using math::Unary;

// The text without the white space around it, to compare it with names.
std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

class Lowering {
 public:
  Lowering(const Ast& ast, Precision precision) : ast_(ast), builder_(precision) {}

  Program run() {
    for (const Node& node : ast_.nodes) {
      steps_.push_back(std::visit([&](const auto& op) { return lower(op, node); }, node.op));
    }
    const Node& root = ast_.nodes[static_cast<std::size_t>(ast_.root)];
    if (std::holds_alternative<Rgb>(root.op)) {
      return builder_.finish(std::vector{step(root.a), step(root.b), step(root.c)});
    }
    return builder_.finish(std::vector{step(ast_.root)});
  }

 private:
  Index step(Index node) const { return steps_[static_cast<std::size_t>(node)]; }

  Index lower(double value, const Node&) { return builder_.constant(value); }
  Index lower(Input which, const Node&) { return builder_.input(which); }
  Index lower(Derived which, const Node&) {
    const Index x = builder_.input(Input::x), y = builder_.input(Input::y);
    if (which == Derived::theta) return builder_.apply(Binary::atan2, y, x);
    const Index xx = builder_.apply(Binary::mul, x, x), yy = builder_.apply(Binary::mul, y, y);
    return builder_.apply(Unary::sqrt, builder_.apply(Binary::add, xx, yy));
  }
  Index lower(Unary f, const Node& node) { return builder_.apply(f, step(node.a)); }
  Index lower(Binary f, const Node& node) { return builder_.apply(f, step(node.a), step(node.b)); }
  Index lower(math::Ternary f, const Node& node) {
    return builder_.apply(f, step(node.a), step(node.b), step(node.c));
  }
  Index lower(Rgb, const Node&) { return -1; }  // the root: its operands are the outputs
  Index lower(Band, const Node&) { return builder_.constant(0); }  // parse() gives none

  const Ast& ast_;
  ProgramBuilder builder_;
  std::vector<Index> steps_;  // of each node
};

}  // namespace

Result<Program> compile(std::string_view text, Precision precision) {
  if (const Builtin* builtin = find_builtin(trimmed(text))) text = builtin->text;
  PANTILE_ASSIGN(const Ast ast, parse(text));
  if (precision == Precision::f32) {
    for (const Node& node : ast.nodes) {
      const double* value = std::get_if<double>(&node.op);
      if (value != nullptr && std::isfinite(*value) && std::isinf(static_cast<float>(*value))) {
        return source_error(text, node.offset, "a number too large for f32",
                            " (at most 3.4e38; or use --precision f64)");
      }
    }
  }
  return Lowering(ast, precision).run();
}

}  // namespace pantile::formula
