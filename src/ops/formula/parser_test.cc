#include "ops/formula/parser.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pantile::formula {
namespace {

using math::Binary;
using math::Ternary;
using math::Unary;

template <class Op> std::string spelled(Op op) {
  for (const Function& function : functions()) {
    const Op* known = std::get_if<Op>(&function.op);
    if (known != nullptr && *known == op) return std::string(function.name);
  }
  return "?";
}
std::string operator_of(Binary op) {
  switch (op) {
    case Binary::add: return "+";
    case Binary::sub: return "-";
    case Binary::mul: return "*";
    case Binary::div: return "/";
    case Binary::pow: return "^";
    case Binary::lt: return "<";
    case Binary::le: return "<=";
    case Binary::gt: return ">";
    case Binary::ge: return ">=";
    case Binary::eq: return "==";
    case Binary::ne: return "!=";
    case Binary::logical_and: return "and";
    case Binary::logical_or: return "or";
    default: return spelled(op);
  }
}

// The tree in prefix notation.
std::string tree(const Ast& ast, std::int32_t index) {
  const Node& node = ast.nodes[static_cast<std::size_t>(index)];
  std::string head;
  if (const auto* value = std::get_if<double>(&node.op)) return fmt::format("{}", *value);
  if (const auto* input = std::get_if<Input>(&node.op)) {
    return std::string(1, "xyijuv"[static_cast<std::size_t>(*input)]);
  }
  if (const auto* derived = std::get_if<Derived>(&node.op)) {
    return *derived == Derived::r ? "r" : "theta";
  }
  if (const auto* f = std::get_if<Unary>(&node.op)) {
    head = *f == Unary::neg ? "neg" : *f == Unary::logical_not ? "not" : spelled(*f);
  }
  if (const auto* f = std::get_if<Binary>(&node.op)) head = operator_of(*f);
  if (const auto* f = std::get_if<Ternary>(&node.op)) head = spelled(*f);
  if (std::holds_alternative<Rgb>(node.op)) head = "rgb";
  for (const std::int32_t operand : {node.a, node.b, node.c}) {
    if (operand >= 0) head += " " + tree(ast, operand);
  }
  return "(" + head + ")";
}

std::string parsed(std::string_view text) {
  const Result<Ast> ast = parse(text);
  return ast.ok() ? tree(*ast, ast->root) : ast.error().message();
}

TEST(Parser, PrecedenceAndAssociativity) {
  const std::vector<std::pair<std::string_view, std::string_view>> table = {
      {"x", "x"},
      {"1+2*3", "(+ 1 (* 2 3))"},
      {"1*2+3", "(+ (* 1 2) 3)"},
      {"(1+2)*3", "(* (+ 1 2) 3)"},
      {"1-2-3", "(- (- 1 2) 3)"},
      {"1/2/3", "(/ (/ 1 2) 3)"},
      {"1/2*3", "(* (/ 1 2) 3)"},
      {"1000*x*y", "(* (* 1000 x) y)"},
      {"x^y^2", "(^ x (^ y 2))"},
      {"-x^2", "(neg (^ x 2))"},
      {"(-x)^2", "(^ (neg x) 2)"},
      {"2^-x", "(^ 2 (neg x))"},
      {"2^-x^y", "(^ 2 (neg (^ x y)))"},
      {"2^-x*y", "(* (^ 2 (neg x)) y)"},
      {"2^+x", "(^ 2 x)"},
      {"--x", "(neg (neg x))"},
      {"+x", "x"},
      {"x--y", "(- x (neg y))"},
      {"x*-y", "(* x (neg y))"},
      {"-x*y", "(* (neg x) y)"},
      {"x+1<y*2", "(< (+ x 1) (* y 2))"},
      {"x<y and y<1 or x>2", "(or (and (< x y) (< y 1)) (> x 2))"},
      {"x or y and r", "(or x (and y r))"},
      {"x or y or r", "(or (or x y) r)"},
      {"not x<y", "(not (< x y))"},
      {"not x and y", "(and (not x) y)"},
      {"not not x", "(not (not x))"},
      {"x and not y", "(and x (not y))"},
      {"(x<y)<1", "(< (< x y) 1)"},
      {"x==y", "(== x y)"},
      {"x!=y", "(!= x y)"},
      {"x>=y", "(>= x y)"},
      {"x<=y", "(<= x y)"},
      {"if(x<0,-x,x)", "(if (< x 0) (neg x) x)"},
      {"min(x,y,r)", "(min (min x y) r)"},
      {"max(1,2)", "(max 1 2)"},
      {"clamp(x,0,1)", "(clamp x 0 1)"},
      {"atan2(y,x)", "(atan2 y x)"},
      {"pow(x,2)", "(^ x 2)"},
      {"2×x÷3−π", "(- (/ (* 2 x) 3) 3.141592653589793)"},
      {"θ", "theta"},
      {"  sin ( x )\n", "(sin x)"},
      {"i+j+u+v", "(+ (+ (+ i j) u) v)"},
      {"inf", "inf"},
      {"rgb(u,v,0)", "(rgb u v 0)"},
      {"((rgb(u,v,0)))", "(rgb u v 0)"},
  };
  for (const auto& [text, want] : table) EXPECT_EQ(parsed(text), want) << text;
}

TEST(Parser, LetBindsNames) {
  EXPECT_EQ(parsed("let a = x+1 in a*a"), "(* (+ x 1) (+ x 1))");
  EXPECT_EQ(parsed("let a = x, b = a*y in a+b"), "(+ x (* x y))");
  EXPECT_EQ(parsed("let a = x, let b = y in a+b"), "(+ x y)");
  EXPECT_EQ(parsed("let a = x in let b = y in a+b"), "(+ x y)");
  EXPECT_EQ(parsed("1 + (let a = x in a)"), "(+ 1 x)");
  EXPECT_EQ(parsed("sin(let a = x in a)"), "(sin x)");
  EXPECT_EQ(parsed("(let a = x in a) + (let a = y in a)"), "(+ x y)");
  EXPECT_EQ(parsed("let a = let b = x in b*b in a"), "(* x x)");
  EXPECT_EQ(parsed("let a = x in rgb(a, a, 1)"), "(rgb x x 1)");
  EXPECT_EQ(parsed("let lettuce = x in lettuce"), "x");
}

TEST(Parser, OperandsPrecedeUsers) {
  const Result<Ast> ast = parse("let a = sin(x), b = a^a in if(a < b, rgb(1,2,3)*0, b) + 1");
  EXPECT_FALSE(ast.ok());
  const Result<Ast> good = parse("let a = sin(x), b = a^a in if(a < b, a*0, b) + 1");
  ASSERT_TRUE(good.ok());
  for (std::size_t k = 0; k < good->nodes.size(); ++k) {
    for (const std::int32_t operand : {good->nodes[k].a, good->nodes[k].b, good->nodes[k].c}) {
      EXPECT_LT(operand, static_cast<std::int32_t>(k));
    }
  }
}

// The sentence of an error, without the lines that show the formula.
std::string sentence(std::string_view text) {
  const std::string message = parsed(text);
  return message.substr(0, message.find('\n'));
}

TEST(Parser, EveryErrorPointsAtItsCharacter) {
  const std::vector<std::pair<std::string_view, std::string_view>> table = {
      {"",
       "expected an expression or the name of a built-in at character 1, but the formula is "
       "empty"},
      {"   ",
       "expected an expression or the name of a built-in at character 4, but the formula "
       "is empty"},
      {"1+sine(x)", "unknown function 'sine' at character 3 (did you mean 'sin'?)"},
      {"ln(x)", "unknown function 'ln' at character 1 (did you mean 'log'?)"},
      {"x+blurb", "unknown name 'blurb' at character 3"},
      {"thet", "unknown name 'thet' at character 1 (did you mean 'theta'?)"},
      {"complx", "unknown name 'complx' at character 1 (did you mean 'complex'?)"},
      {"let total = x in totl+1", "unknown name 'totl' at character 18 (did you mean 'total'?)"},
      {"X", "unknown name 'X' at character 1 (did you mean 'x'?)"},
      {"x+Q", "unknown name 'Q' at character 3"},
      {"sin", "'sin' is a function and needs brackets at character 1: sin(x)"},
      {"x+", "expected a value after '+', but the formula ends at character 3"},
      {"*x", "expected a value, but found '*' at character 1"},
      {"x+*y", "expected a value after '+', but found '*' at character 3"},
      {"(x+1", "the bracket opened at character 1 is never closed"},
      {"sin(x", "the bracket opened at character 4 is never closed"},
      {"x)", "this ')' closes nothing at character 2"},
      {"()", "expected a value after '(', but found ')' at character 2"},
      {"(x,y)", "a comma outside the brackets of a function at character 3"},
      {"x,y", "a comma outside the brackets of a function at character 2"},
      {"2x", "missing operator at character 2 (to multiply, write 2*x)"},
      {"2 3", "missing operator at character 3 (to multiply, write 2*3)"},
      {"1.2.3", "missing operator at character 4 (to multiply, write 1.2*.3)"},
      {"(x)(y)", "missing operator at character 4 (to multiply, write (…)*(…))"},
      {"2(x+1)", "missing operator at character 2 (to multiply, write 2*(…))"},
      {"sin(2x)", "missing operator at character 6 (to multiply, write 2*x)"},
      {"x(y)", "'x' is not a function at character 1 (to multiply, write x*(…))"},
      {"let a = x in a(1)", "'a' is not a function at character 14 (to multiply, write a*(…))"},
      {"x<y<1",
       "comparisons do not chain at character 4 (instead of a < b < c write a < b and b "
       "< c)"},
      {"x==y==1",
       "comparisons do not chain at character 5 (instead of a < b < c write a < b and "
       "b < c)"},
      {"x=1", "'=' gives a name to a value after let at character 2 (to compare, write ==)"},
      {"sin()", "'sin' takes 1 argument, but got 0, at character 1 (write sin(x))"},
      {"1+clamp(x,1)",
       "'clamp' takes 3 arguments, but got 2, at character 3 (write clamp(x, lo, hi))"},
      {"min(x)",
       "'min' takes at least 2 arguments, but got 1, at character 1 (write min(a, b, …))"},
      {"sin(x,)", "expected a value after ',', but found ')' at character 7"},
      {"x + not y", "'not' needs brackets here at character 5: (not …)"},
      {"x + let a = 1 in a", "'let' needs brackets here at character 5: (let …)"},
      {"let", "expected a name, but the formula ends at character 4 (let name = value in …)"},
      {"let 1 = x in x", "expected a name, but found '1' at character 5 (let name = value in …)"},
      {"let in = x in x", "expected a name, but found 'in' at character 5 (let name = value in …)"},
      {"let a x in x",
       "expected '=' after 'a', but found 'x' at character 7 (let name = value in "
       "…)"},
      {"let a = x", "expected 'in' after the values of let, but the formula ends at character 10"},
      {"let a = x a", "missing operator at character 11 (to multiply, write x*a)"},
      {"let sin = x in x", "'sin' is already a function at character 5 (choose another name)"},
      {"let e = x in x",
       "'e' is already a name of the language at character 5 (choose another name)"},
      {"let a = x, a = y in a",
       "'a' is already the name of another value at character 12 (choose another name)"},
      {"(let a = x in a) + a", "unknown name 'a' at character 20"},
      {"let a = a in a", "unknown name 'a' at character 9"},
      {"in", "expected a value, but found 'in' at character 1"},
      {"x in y", "expected an operator or the end, but found 'in' at character 3"},
      {"1+rgb(u,v,0)",
       "rgb(…) is a colour, not a number at character 3: it can only be the whole "
       "formula, or stand after the last 'in'"},
      {"+rgb(u,v,0)",
       "rgb(…) is a colour, not a number at character 2: it can only be the whole "
       "formula, or stand after the last 'in'"},
      {"if(x,rgb(1,1,1),rgb(0,0,0))",
       "rgb(…) is a colour, not a number at character 6: it can only be the whole formula, or "
       "stand after the last 'in'"},
      {"let a = rgb(u,v,0) in a",
       "rgb(…) is a colour, not a number at character 9: it can only be the whole formula, or "
       "stand after the last 'in'"},
      {"x**2", "'**' is not part of the language at character 2 (a power is written ^)"},
      {"x²", "'²' is not part of the language at character 2 (write ^2)"},
      {"θ≤π", "'≤' is not part of the language at character 2 (write <=)"},
      {"x+é", "'é' is not part of the language at character 3"},
      {"x+1e400", "a number outside what f64 can hold at character 3 (4.9e-324 to 1.8e308)"},
      {"sin(x é", "'é' is not part of the language at character 7"},
      {"x\xff", "a byte that is not UTF-8 text at character 2"},
      // What comes first is reported, not what the lexer stumbles over later.
      {"2x + é", "missing operator at character 2 (to multiply, write 2*x)"},
  };
  for (const auto& [text, want] : table) {
    EXPECT_EQ(sentence(text), "formula: " + std::string(want)) << text;
  }
}

TEST(Parser, ErrorsShowTheLine) {
  EXPECT_EQ(parsed("1+sine(x)"),
            "formula: unknown function 'sine' at character 3 (did you mean 'sin'?)\n"
            "  1+sine(x)\n"
            "    ^");
}

std::string repeated(std::string_view text, int times) {
  std::string out;
  for (int k = 0; k < times; ++k) out += text;
  return out;
}

TEST(Parser, NestingIsLimited) {
  const auto nested = [](std::string_view before, std::string_view after, int depth) {
    return repeated(before, depth) + "x" + repeated(after, depth);
  };
  EXPECT_TRUE(parse(nested("(", ")", 250)).ok());
  EXPECT_TRUE(parse(nested("sin(", ")", 250)).ok());
  for (const auto& [before, after] :
       std::vector<std::pair<std::string_view, std::string_view>>{{"(", ")"},
                                                                  {"sin(", ")"},
                                                                  {"-", ""},
                                                                  {"+", ""},
                                                                  {"not ", ""},
                                                                  {"2^", ""},
                                                                  {"if(x,1,", ")"},
                                                                  {"1+(", ")"},
                                                                  {"2^-(", ")"},
                                                                  {"(", ""}}) {
    const std::string text = nested(before, after, 60'000 / static_cast<int>(before.size() + 1));
    EXPECT_NE(sentence(text.substr(0, kMaxTextBytes)).find("nesting deeper than 256"),
              std::string::npos)
        << before;
  }
}

TEST(Parser, SizeIsLimited) {
  EXPECT_TRUE(parse("x" + repeated("+x", 4999)).ok());
  EXPECT_NE(sentence("x" + repeated("+x", 5000)).find("more than 10000 operations"),
            std::string::npos);
  EXPECT_NE(sentence(std::string(kMaxTextBytes + 1, ' ')).find("at most 65536"), std::string::npos);
  // Arguments of one call count as well.
  EXPECT_NE(sentence("min(x" + repeated(",x", 20'000) + ")").find("more than 10000"),
            std::string::npos);
}

TEST(Parser, EveryFunctionAndNameIsReachable) {
  for (const Function& function : functions()) {
    const std::string args = "x" + repeated(",x", function.least_arguments - 1);
    EXPECT_TRUE(parse(std::string(function.name) + "(" + args + ")").ok()) << function.name;
  }
  for (const Variable& variable : variables()) EXPECT_TRUE(parse(variable.name).ok());
}

}  // namespace
}  // namespace pantile::formula
