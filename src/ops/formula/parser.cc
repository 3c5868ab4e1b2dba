#include "ops/formula/parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "core/spelling.h"
#include "ops/formula/builtins.h"
#include "ops/formula/lexer.h"
#include "ops/formula/source_error.h"

namespace pantile::formula {
namespace {

using math::Binary;
using math::Ternary;
using math::Unary;
using Index = std::int32_t;

// How tightly infix operators bind, loosest first. `not` lies between `and` and comparisons.
enum Level : int { kOr, kAnd, kNot, kCompare, kSum, kProduct, kTighter };

struct Infix {
  Binary op;
  Level level;
};

std::optional<Infix> infix(const Token& token) {
  switch (token.kind) {
    case TokenKind::plus: return Infix{Binary::add, kSum};
    case TokenKind::minus: return Infix{Binary::sub, kSum};
    case TokenKind::times: return Infix{Binary::mul, kProduct};
    case TokenKind::divide: return Infix{Binary::div, kProduct};
    case TokenKind::lt: return Infix{Binary::lt, kCompare};
    case TokenKind::le: return Infix{Binary::le, kCompare};
    case TokenKind::gt: return Infix{Binary::gt, kCompare};
    case TokenKind::ge: return Infix{Binary::ge, kCompare};
    case TokenKind::eq: return Infix{Binary::eq, kCompare};
    case TokenKind::ne: return Infix{Binary::ne, kCompare};
    case TokenKind::name:
      if (token.text == "and") return Infix{Binary::logical_and, kAnd};
      if (token.text == "or") return Infix{Binary::logical_or, kOr};
      return std::nullopt;
    default: return std::nullopt;
  }
}

bool starts_value(const Token& token) {
  return token.kind == TokenKind::number || token.kind == TokenKind::open ||
         (token.kind == TokenKind::name && !is_keyword(token.text));
}

class Parser {
 public:
  Parser(std::string_view text, bool of_bands)
      : text_(text), tokens_(tokenize(text)), of_bands_(of_bands) {}

  Result<Ast> run() {
    if (peek().kind == TokenKind::end) {
      return source_error(text_, peek().offset, "expected an expression or the name of a built-in",
                          ", but the formula is empty");
    }
    PANTILE_ASSIGN(ast_.root, expression());
    if (peek().kind != TokenKind::end) return unexpected();
    if (of_bands_) PANTILE_TRY(check_value(ast_.root));
    return std::move(ast_);
  }

 private:
  struct Binding {
    std::string_view name;
    Index node;
  };

  // Counts one level of nesting for as long as it lives.
  class Nesting {
   public:
    explicit Nesting(int& depth) : depth_(depth) { ++depth_; }
    ~Nesting() { --depth_; }
    Nesting(const Nesting&) = delete;
    Nesting& operator=(const Nesting&) = delete;
    bool too_deep() const { return depth_ > kMaxNesting; }

   private:
    int& depth_;
  };

  const Token& peek(std::size_t ahead = 0) const {
    return tokens_.list[std::min(next_ + ahead, tokens_.list.size() - 1)];
  }
  const Token& take() { return tokens_.list[std::min(next_++, tokens_.list.size() - 1)]; }
  bool accept(TokenKind kind) {
    if (peek().kind != kind) return false;
    ++next_;
    return true;
  }
  bool at_keyword(std::string_view word) const {
    return peek().kind == TokenKind::name && peek().text == word;
  }
  bool accept_keyword(std::string_view word) {
    if (!at_keyword(word)) return false;
    ++next_;
    return true;
  }

  Error error(std::size_t offset, std::string_view problem, std::string_view hint = "") const {
    return source_error(text_, offset, problem, hint);
  }
  // The next token stands where `wanted` should.
  Error expected(std::string_view wanted, std::string_view hint = "") const {
    const Token& token = peek();
    if (token.kind == TokenKind::bad) return error(token.offset, tokens_.problem, tokens_.hint);
    const std::string found = token.kind == TokenKind::end
                                  ? std::string("but the formula ends")
                                  : fmt::format("but found '{}'", token.text);
    return error(token.offset, fmt::format("expected {}, {}", wanted, found), hint);
  }
  Error too_deep() const {
    return error(peek().offset, fmt::format("nesting deeper than {} levels", kMaxNesting),
                 " (name the inner parts with let)");
  }

  // A complete operand is followed by something that can continue nothing.
  Error unexpected() const {
    const Token& token = peek();
    if (starts_value(token) && next_ > 0) {
      const Token& before = tokens_.list[next_ - 1];
      const std::string_view left = before.kind == TokenKind::close ? "(…)" : before.text;
      const std::string_view right = token.kind == TokenKind::open ? "(…)" : token.text;
      return error(token.offset, "missing operator",
                   fmt::format(" (to multiply, write {}*{})", left, right));
    }
    if (token.kind == TokenKind::close) {
      return error(token.offset, "this ')' closes nothing");
    }
    if (token.kind == TokenKind::assign) {
      return error(token.offset, "'=' gives a name to a value after let",
                   " (to compare, write ==)");
    }
    if (token.kind == TokenKind::comma) {
      return error(token.offset, "a comma outside the brackets of a function");
    }
    return expected("an operator or the end");
  }

  // Adds a node, checking that no operand is a colour.
  Result<Index> add(Node node) {
    for (const Index k : {node.a, node.b, node.c}) {
      if (k >= 0) PANTILE_TRY(check_value(k));
    }
    if (ast_.nodes.size() >= kMaxNodes) {
      return error(node.offset, fmt::format("more than {} operations", kMaxNodes),
                   " (shorten the formula)");
    }
    ast_.nodes.push_back(node);
    return static_cast<Index>(ast_.nodes.size() - 1);
  }
  Status check_value(Index index) const {
    const Node& node = ast_.nodes[static_cast<std::size_t>(index)];
    if (!std::holds_alternative<Rgb>(node.op)) return {};
    return error(node.offset, "rgb(…) is a colour, not a number",
                 ": it can only be the whole formula, or stand after the last 'in'");
  }

  // let … in …, or operators.
  Result<Index> expression() {
    const Nesting level(depth_);
    if (level.too_deep()) return too_deep();
    if (!at_keyword("let")) return operators(kOr);

    const std::size_t outer = bindings_.size();
    take();
    do {
      accept_keyword("let");  // "let a = 1, let b = 2" is as clear
      PANTILE_TRY(binding());
    } while (accept(TokenKind::comma));
    if (!accept_keyword("in")) {
      if (starts_value(peek())) return unexpected();
      return expected("'in' after the values of let");
    }
    PANTILE_ASSIGN(const Index body, expression());
    bindings_.resize(outer);
    return body;
  }

  Status binding() {
    const Token name = peek();
    if (name.kind != TokenKind::name || is_keyword(name.text)) {
      return expected("a name", " (let name = value in …)");
    }
    const auto taken = [&](std::string_view as) {
      return error(name.offset, fmt::format("'{}' is already {}", name.text, as),
                   " (choose another name)");
    };
    if (find_function(name.text) != nullptr) return taken("a function");
    if (find_variable(name.text) != nullptr) return taken("a name of the language");
    if (of_bands_ && band_of(name.text)) return taken("a channel");
    if (find_binding(name.text) != nullptr) return taken("the name of another value");
    take();
    if (!accept(TokenKind::assign)) {
      return expected(fmt::format("'=' after '{}'", name.text), " (let name = value in …)");
    }
    PANTILE_ASSIGN(const Index value, expression());
    PANTILE_TRY(check_value(value));
    bindings_.push_back({name.text, value});
    return {};
  }

  const Binding* find_binding(std::string_view name) const {
    const auto it = std::ranges::find(bindings_, name, &Binding::name);
    return it == bindings_.end() ? nullptr : &*it;
  }

  // Infix operators that bind at least as tightly as `loosest`, by precedence climbing.
  Result<Index> operators(int loosest) {
    Index left = -1;
    const Token first = peek();
    if (loosest <= kNot && accept_keyword("not")) {
      const Nesting level(depth_);
      if (level.too_deep()) return too_deep();
      PANTILE_ASSIGN(const Index operand, operators(kNot));
      PANTILE_ASSIGN(left, add({Unary::logical_not, operand, -1, -1, first.offset}));
    } else {
      PANTILE_ASSIGN(left, sign());
    }
    while (const std::optional<Infix> op = infix(peek())) {
      if (op->level < loosest) break;
      const Token token = take();
      PANTILE_ASSIGN(const Index right, operators(op->level + 1));
      PANTILE_ASSIGN(left, add({op->op, left, right, -1, token.offset}));
      const std::optional<Infix> next = infix(peek());
      if (op->level == kCompare && next && next->level == kCompare) {
        return error(peek().offset, "comparisons do not chain",
                     " (instead of a < b < c write a < b and b < c)");
      }
    }
    return left;
  }

  // Signs bind looser than powers: -x^2 is -(x^2).
  Result<Index> sign() {
    const Token token = peek();
    if (token.kind != TokenKind::minus && token.kind != TokenKind::plus) return power();
    const Nesting level(depth_);
    if (level.too_deep()) return too_deep();
    take();
    PANTILE_ASSIGN(const Index operand, sign());
    if (token.kind == TokenKind::plus) {
      PANTILE_TRY(check_value(operand));
      return operand;
    }
    return add({Unary::neg, operand, -1, -1, token.offset});
  }

  Result<Index> power() {
    PANTILE_ASSIGN(const Index base, primary());
    const Token token = peek();
    if (!accept(TokenKind::power)) return base;
    const Nesting level(depth_);
    if (level.too_deep()) return too_deep();
    PANTILE_ASSIGN(const Index exponent, sign());  // right associative, and 2^-x is legal
    return add({Binary::pow, base, exponent, -1, token.offset});
  }

  Result<Index> primary() {
    const Token token = peek();
    if (token.kind == TokenKind::number) {
      take();
      return add({token.number, -1, -1, -1, token.offset});
    }
    if (accept(TokenKind::open)) {
      PANTILE_ASSIGN(const Index inner, expression());
      if (!accept(TokenKind::close)) return unclosed(token);
      return inner;
    }
    if (token.kind == TokenKind::name && !is_keyword(token.text)) {
      take();
      return peek().kind == TokenKind::open ? call(token) : variable(token);
    }
    if (at_keyword("not") || at_keyword("let")) {
      return error(token.offset, fmt::format("'{}' needs brackets here", token.text),
                   fmt::format(": ({} …)", token.text));
    }
    if (next_ > 0 && peek().kind != TokenKind::bad) {
      return expected(fmt::format("a value after '{}'", tokens_.list[next_ - 1].text));
    }
    return expected("a value");
  }

  // The bracket opened by `open` was not closed where it had to be.
  Error unclosed(const Token& open) const {
    if (peek().kind == TokenKind::end) {
      return error(open.offset, "the bracket opened", " is never closed");
    }
    if (peek().kind == TokenKind::bad) return expected("");
    if (peek().kind == TokenKind::comma) {
      return error(peek().offset, "a comma outside the brackets of a function");
    }
    return unexpected();
  }

  /// b0, b1, …
  static std::optional<int> band_of(std::string_view name) {
    int number = 0;
    if (name.size() < 2 || name.size() > 6 || name[0] != 'b') return std::nullopt;
    for (const char c : name.substr(1)) {
      if (c < '0' || c > '9') return std::nullopt;
      number = 10 * number + (c - '0');
    }
    if (number > kMaxBand || (name[1] == '0' && name.size() > 2)) return std::nullopt;
    return number;
  }

  Result<Index> variable(const Token& token) {
    if (const Binding* binding = find_binding(token.text)) return binding->node;
    if (of_bands_) {
      const std::optional<int> band = band_of(token.text);
      if (band) return add({Band{*band}, -1, -1, -1, token.offset});
    }
    const Variable* const known = find_variable(token.text);
    if (known != nullptr && of_bands_ && !std::holds_alternative<double>(known->op)) {
      return error(token.offset, fmt::format("'{}' has no meaning here", token.text),
                   " (the channels are b0, b1, …)");
    }
    if (known != nullptr) {
      return std::visit([&](const auto& op) { return add({op, -1, -1, -1, token.offset}); },
                        known->op);
    }
    if (const Function* function = find_function(token.text)) {
      return error(token.offset, fmt::format("'{}' is a function and needs brackets", token.text),
                   fmt::format(": {}", function->call));
    }
    return unknown(token, "name");
  }

  Result<Index> call(const Token& name) {
    const Function* function = find_function(name.text);
    if (function == nullptr) {
      if (find_variable(name.text) != nullptr || find_binding(name.text) != nullptr) {
        return error(name.offset, fmt::format("'{}' is not a function", name.text),
                     fmt::format(" (to multiply, write {}*(…))", name.text));
      }
      return unknown(name, "function");
    }
    const Token open = take();
    std::vector<Index> arguments;
    if (peek().kind != TokenKind::close) {
      do {
        PANTILE_ASSIGN(const Index argument, expression());
        arguments.push_back(argument);
      } while (accept(TokenKind::comma));
    }
    if (!accept(TokenKind::close)) return unclosed(open);
    const auto count = static_cast<int>(std::min(arguments.size(), kMaxNodes));
    if (count < function->least_arguments || count > function->most_arguments) {
      const bool open_ended = function->most_arguments > function->least_arguments;
      return error(name.offset,
                   fmt::format("'{}' takes {}{} argument{}, but got {},", name.text,
                               open_ended ? "at least " : "", function->least_arguments,
                               function->least_arguments == 1 ? "" : "s", count),
                   fmt::format(" (write {})", function->call));
    }
    return std::visit([&](const auto& op) { return apply(op, arguments, name.offset); },
                      function->op);
  }

  Result<Index> apply(Unary op, const std::vector<Index>& args, std::size_t offset) {
    return add({op, args[0], -1, -1, offset});
  }
  Result<Index> apply(Binary op, const std::vector<Index>& args, std::size_t offset) {
    Index left = args[0];
    for (std::size_t k = 1; k < args.size(); ++k) {
      PANTILE_ASSIGN(left, add({op, left, args[k], -1, offset}));
    }
    return left;
  }
  template <class Op>  // Ternary or Rgb
  Result<Index> apply(Op op, const std::vector<Index>& args, std::size_t offset) {
    return add({op, args[0], args[1], args[2], offset});
  }

  Error unknown(const Token& token, std::string_view what) const {
    std::string_view suggestion = name_elsewhere(token.text);
    if (suggestion.empty()) {
      std::vector<std::string_view> known;
      for (const Binding& binding : bindings_) known.push_back(binding.name);
      for (const Variable& entry : variables()) known.push_back(entry.name);
      for (const Function& entry : functions()) known.push_back(entry.name);
      const bool alone = tokens_.list.size() == 2;
      for (const Builtin& entry : builtins()) {
        if (alone) known.push_back(entry.name);
      }
      suggestion = nearest_word(token.text, known);
    }
    std::string hint;
    if (!suggestion.empty()) hint = fmt::format(" (did you mean '{}'?)", suggestion);
    return error(token.offset, fmt::format("unknown {} '{}'", what, token.text), hint);
  }

  std::string_view text_;
  Tokens tokens_;
  bool of_bands_;
  std::size_t next_ = 0;
  int depth_ = 0;
  std::vector<Binding> bindings_;
  Ast ast_;
};

Result<Ast> parse_text(std::string_view text, bool of_bands) {
  if (text.size() > kMaxTextBytes) {
    return Error(Code::invalid, fmt::format("formula: it has {} bytes, at most {} are allowed",
                                            text.size(), kMaxTextBytes));
  }
  return Parser(text, of_bands).run();
}

}  // namespace

Result<Ast> parse(std::string_view text) { return parse_text(text, false); }

Result<Ast> parse_bands(std::string_view text) { return parse_text(text, true); }

}  // namespace pantile::formula
