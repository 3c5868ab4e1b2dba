#include "ops/formula/compile.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numbers>
#include <random>
#include <set>
#include <tuple>
#include <vector>

#include "ops/formula/parser.h"

namespace pantile::formula {
namespace {

using math::Binary;
using math::Ternary;
using math::Unary;

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

Program compiled(std::string_view text, Precision precision = Precision::f64) {
  Result<Program> program = compile(text, precision);
  EXPECT_TRUE(program.ok()) << text.substr(0, 200) << "\n"
                            << (program.ok() ? "" : program.error().message());
  return program.ok() ? *std::move(program) : Program{};
}

std::size_t at(std::int32_t index) { return static_cast<std::size_t>(index); }

template <class Op> long count(const Program& program, Op op) {
  return std::ranges::count_if(program.steps, [&](const Step& step) {
    const Op* found = std::get_if<Op>(&step.op);
    return found != nullptr && *found == op;
  });
}

// What the program computes at one pixel, step by step, from the scalar functions.
using Pixel = std::array<double, 6>;  // x y i j u v
template <class T> T evaluate(const Program& program, const Pixel& pixel) {
  std::vector<T> values;
  for (const Step& step : program.steps) {
    const auto value = [&](std::int32_t k) { return values[at(k)]; };
    struct Visitor {
      const Pixel& pixel;
      T a, b, c;
      T operator()(double constant) const { return static_cast<T>(constant); }
      T operator()(Input input) const {
        return static_cast<T>(pixel[static_cast<std::size_t>(input)]);
      }
      T operator()(Unary f) const { return math::evaluate<T>(f, a); }
      T operator()(Binary f) const { return math::evaluate<T>(f, a, b); }
      T operator()(Ternary f) const { return math::evaluate<T>(f, a, b, c); }
    };
    values.push_back(
        std::visit(Visitor{pixel, step.a < 0 ? T{} : value(step.a),
                           step.b < 0 ? T{} : value(step.b), step.c < 0 ? T{} : value(step.c)},
                   step.op));
  }
  return values[at(program.outputs[0])];
}

// The same straight from the tree, nothing simplified: the language's definition.
template <class T> T define(const Ast& ast, const Pixel& pixel) {
  std::vector<T> values;
  std::vector<bool> constant;  // does not depend on the pixel
  for (const Node& node : ast.nodes) {
    const auto value = [&](std::int32_t k) { return k < 0 ? T{} : values[at(k)]; };
    const T a = value(node.a), b = value(node.b), c = value(node.c);
    bool fixed = std::holds_alternative<double>(node.op) || node.a >= 0;
    for (const std::int32_t k : {node.a, node.b, node.c})
      fixed = fixed && (k < 0 || constant[at(k)]);
    const auto result = [&]() -> T {
      const auto mul = [](T p, T q) { return math::evaluate<T>(Binary::mul, p, q); };
      const T x = static_cast<T>(pixel[0]), y = static_cast<T>(pixel[1]);
      if (const auto* v = std::get_if<double>(&node.op)) return static_cast<T>(*v);
      if (const auto* input = std::get_if<Input>(&node.op)) {
        return static_cast<T>(pixel[static_cast<std::size_t>(*input)]);
      }
      if (const auto* derived = std::get_if<Derived>(&node.op)) {
        if (*derived == Derived::theta) return math::evaluate<T>(Binary::atan2, y, x);
        return std::sqrt(x * x + y * y);
      }
      if (const auto* f = std::get_if<Unary>(&node.op)) return math::evaluate<T>(*f, a);
      if (const auto* f = std::get_if<Binary>(&node.op)) {
        if (*f == Binary::pow && constant[at(node.b)]) {
          if (b == 0) return 1;
          if (b == 1) return a;
          if (b == 2) return mul(a, a);
          if (b == 3) return mul(mul(a, a), a);
          if (b == 4) return mul(mul(a, a), mul(a, a));
          if (b == -1) return 1 / a;
        }
        return math::evaluate<T>(*f, a, b);
      }
      return math::evaluate<T>(std::get<Ternary>(node.op), a, b, c);
    };
    values.push_back(result());
    constant.push_back(fixed);
  }
  return values[at(ast.root)];
}

template <class T> bool same_bits(T a, T b) {
  return std::isnan(a) ? std::isnan(b) : a == b && std::signbit(a) == std::signbit(b);
}

const std::vector<std::string_view> kFormulas = {"complex",
                                                 "simple",
                                                 "sin(x*y)+sin(y*x)",
                                                 "-(-x)",
                                                 "abs(abs(x))",
                                                 "abs(-x)",
                                                 "not not x",
                                                 "not not not x",
                                                 "not not (x<y)",
                                                 "x*1",
                                                 "1*x",
                                                 "x/1",
                                                 "x/2",
                                                 "x/-4",
                                                 "x/3",
                                                 "x/0",
                                                 "x/0.1",
                                                 "x/8^300",
                                                 "x+0",
                                                 "0+x",
                                                 "x-0",
                                                 "0-x",
                                                 "x*0",
                                                 "x^0",
                                                 "x^1",
                                                 "x^2",
                                                 "x^3",
                                                 "x^4",
                                                 "x^-1",
                                                 "x^-2",
                                                 "x^0.5",
                                                 "x^5",
                                                 "pow(x, 1+1)",
                                                 "3^2",
                                                 "0.1^3",
                                                 "2^0.5",
                                                 "if(x<y, x, y)",
                                                 "if(1, x, y)",
                                                 "if(0, x, y)",
                                                 "if(nan, x, y)",
                                                 "if(not x, y, 3)",
                                                 "if(x, y, y)",
                                                 "x>y",
                                                 "x>=y",
                                                 "x<=y",
                                                 "x==y",
                                                 "x!=y",
                                                 "x and y",
                                                 "y and x",
                                                 "x or 0",
                                                 "min(x,y)",
                                                 "min(y,x)",
                                                 "max(x,y,2)",
                                                 "clamp(x, -1, 1)",
                                                 "mix(x,y,0.5)",
                                                 "step(x,y)",
                                                 "smoothstep(-1, 1, x)",
                                                 "r*theta",
                                                 "r+hypot(x,y)",
                                                 "mod(x, y)",
                                                 "fmod(x, y)",
                                                 "sinc(x)",
                                                 "nan",
                                                 "-inf",
                                                 "0*inf",
                                                 "let a = x+y, b = a*a in b/2 - a/4",
                                                 "1e-5*x+1e30",
                                                 "sqrt(-1)",
                                                 "i+j*u-v",
                                                 "erf(x)+erfc(y)"};

TEST(Compile, SimplificationsChangeNoBit) {
  const std::vector<double> specials = {0.0,  -0.0,   1,       -1,    2,      0.5,     -2.5,
                                        3,    1e-310, -5e-324, 1e300, -1e200, 1.5e-45, 3e38,
                                        kInf, -kInf,  kNan,    0.1,   7.25};
  for (const std::string_view text : kFormulas) {
    const Builtin* builtin = find_builtin(text);
    const Result<Ast> ast = parse(builtin != nullptr ? builtin->text : text);
    ASSERT_TRUE(ast.ok()) << text;
    const Program f64 = compiled(text), f32 = compiled(text, Precision::f32);
    for (const double x : specials) {
      for (const double y : specials) {
        const Pixel pixel{x, y, 3, 5, 0.25, 0.75};
        const double d = evaluate<double>(f64, pixel), want_d = define<double>(*ast, pixel);
        EXPECT_TRUE(same_bits(d, want_d))
            << text << " at " << x << ", " << y << ": " << d << " " << want_d << "\n"
            << f64.canonical;
        const float s = evaluate<float>(f32, pixel), want_s = define<float>(*ast, pixel);
        EXPECT_TRUE(same_bits(s, want_s))
            << text << " at " << x << ", " << y << " in f32: " << s << " " << want_s << "\n"
            << f32.canonical;
      }
    }
  }
}

TEST(Compile, ProgramsKeepTheirPromises) {
  for (const std::string_view text : kFormulas) {
    const Program program = compiled(text);
    std::set<std::int32_t> used(program.outputs.begin(), program.outputs.end());
    std::set<std::tuple<decltype(Step::op), std::int32_t, std::int32_t, std::int32_t>> distinct;
    for (std::size_t k = 0; k < program.steps.size(); ++k) {
      const Step& step = program.steps[k];
      bool all_constant = true;
      for (const std::int32_t operand : {step.a, step.b, step.c}) {
        if (operand < 0) continue;
        EXPECT_LT(operand, static_cast<std::int32_t>(k)) << text;
        used.insert(operand);
        all_constant = all_constant && program.steps[at(operand)].varies == Varies::constant;
      }
      EXPECT_EQ(step.varies == Varies::constant, std::holds_alternative<double>(step.op)) << text;
      EXPECT_FALSE(step.a >= 0 && all_constant) << text << ": a constant was not folded";
      // NaN and the zeros of either sign do not compare by their bits.
      const auto* number = std::get_if<double>(&step.op);
      if (number == nullptr || *number < 0 || *number > 0) {
        EXPECT_TRUE(distinct.insert({step.op, step.a, step.b, step.c}).second) << text;
      }
    }
    EXPECT_EQ(used.size(), program.steps.size()) << text << ": a step is not used";
  }
}

TEST(Compile, JoinsCommonParts) {
  EXPECT_EQ(count(compiled("sin(x*y)+sin(y*x)"), Unary::sin), 1);
  EXPECT_EQ(count(compiled("sin(x)^2 + cos(sin(x))"), Unary::sin), 1);
  EXPECT_EQ(count(compiled("sqrt(x^2+y^2) - r"), Unary::sqrt), 1);
  EXPECT_EQ(count(compiled("sin(x+y+1)*sin(x+(y+1))"), Unary::sin), 2);  // never regrouped
  EXPECT_EQ(compiled("x+x").steps.size(), 2U);
  EXPECT_EQ(compiled("let unused = sin(x)^cos(y) in x").steps.size(), 1U);
}

TEST(Compile, ComplexIsSmall) {
  const Program program = compiled("complex");
  EXPECT_EQ(count(program, Binary::pow), 1);
  EXPECT_EQ(count(program, Unary::sin), 2);
  EXPECT_EQ(count(program, Unary::cos), 1);
  EXPECT_EQ(count(program, Unary::sqrt), 1);
  EXPECT_EQ(std::ranges::count(program.steps, Varies::constant, &Step::varies), 9);
  EXPECT_EQ(std::ranges::count(program.steps, Varies::pixel, &Step::varies), 22);
  EXPECT_EQ(program.steps.size(), 36U);
}

// The predecessor's kernel with the exponent's sign kept.
double complex_kernel(double x, double y) {
  const double q = x * x + y * y, c = math::evaluate(Unary::cos, q);
  const double s = math::evaluate(Unary::sin, 100 * std::sqrt(q + 1e-10));
  double power = 0;
  if (c > 0) {
    power = math::evaluate(Binary::pow, c, s);
  } else if (c < 0 && std::abs(s - std::round(s)) < 1e-6) {
    power = math::evaluate(Binary::pow, -c, s);
    if (std::fmod(std::round(s), 2) != 0) power = -power;
  }
  const double value = math::evaluate(Unary::sin, 1000 * x * y) + power - 0.5;
  return std::min(3.0, std::max(-3.0, value));
}

TEST(Compile, ComplexIsTheKernel) {
  const Program program = compiled("complex");
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> uniform(-5, 5);
  const auto check = [&](double x, double y) {
    const double got = evaluate<double>(program, {x, y, 0, 0, 0, 0});
    EXPECT_EQ(got, complex_kernel(x, y)) << x << ", " << y;
    return got;
  };
  for (int k = 0; k < 20'000; ++k) check(uniform(random), uniform(random));
  // Radii at which s is -1, 0 or 1, where negative cosines have a power.
  std::map<bool, int> powers;
  for (int k = 1; k < 2000; ++k) {
    const double radius = k * std::numbers::pi / 200, angle = uniform(random);
    const double x = radius * std::cos(angle), y = radius * std::sin(angle);
    const double got = check(x, y);
    if (math::evaluate(Unary::cos, x * x + y * y) < 0) {
      ++powers[got != math::evaluate(Unary::sin, 1000 * x * y) - 0.5];
    }
  }
  EXPECT_GT(powers[true], 500);
}

TEST(Compile, NaNInTheBranchNotTakenDoesNotLeak) {
  const Program program = compiled("if(x < 0, 1, sqrt(x))");
  EXPECT_EQ(evaluate<double>(program, {-4, 0, 0, 0, 0, 0}), 1);
  EXPECT_EQ(evaluate<double>(program, {4, 0, 0, 0, 0, 0}), 2);
}

TEST(Compile, FoldsInThePrecisionOfTheJob) {
  const auto only = [](std::string_view text, Precision precision) {
    const Program program = compiled(text, precision);
    EXPECT_EQ(program.steps.size(), 1U) << text;
    return std::get<double>(program.steps[0].op);
  };
  EXPECT_EQ(only("0.1+0.2", Precision::f64), 0.1 + 0.2);
  EXPECT_EQ(only("0.1+0.2", Precision::f32), static_cast<double>(0.1F + 0.2F));
  EXPECT_EQ(only("1e8+1-1e8", Precision::f64), 1);
  EXPECT_EQ(only("1e8+1-1e8", Precision::f32), 0);
  EXPECT_EQ(only("pi", Precision::f32), static_cast<double>(std::numbers::pi_v<float>));
  EXPECT_EQ(only("2^-1", Precision::f64), 0.5);
  EXPECT_EQ(only("inf-1", Precision::f32), kInf);
  EXPECT_TRUE(std::isnan(only("inf-inf", Precision::f64)));
}

TEST(Compile, RefusesNumbersThatF32CannotHold) {
  EXPECT_TRUE(compile("x*1e39", Precision::f64).ok());
  const Result<Program> program = compile("x*1e39", Precision::f32);
  ASSERT_FALSE(program.ok());
  EXPECT_EQ(program.error().code(), Code::invalid);
  EXPECT_TRUE(
      program.error().message().starts_with("formula: a number too large for f32 at character 3"));
  EXPECT_TRUE(compile("inf*x", Precision::f32).ok());
}

TEST(Compile, PowersOfSmallWholeNumbersAreProducts) {
  for (const std::string_view text : {"x^2", "x^3", "x^4", "x^-1", "pow(x,2)", "x^(1+1)"}) {
    EXPECT_EQ(count(compiled(text), Binary::pow), 0) << text;
  }
  for (const std::string_view text : {"x^0.5", "x^5", "x^-2", "x^y", "2^x"}) {
    EXPECT_EQ(count(compiled(text), Binary::pow), 1) << text;
  }
  EXPECT_EQ(compiled("x^4").steps.size(), 3U);
}

TEST(Compile, DividesByPowersOfTwoByMultiplying) {
  EXPECT_EQ(count(compiled("x/4"), Binary::div), 0);
  EXPECT_EQ(count(compiled("x/3"), Binary::div), 1);
  EXPECT_EQ(count(compiled("x/0"), Binary::div), 1);
  EXPECT_EQ(count(compiled("x/2^1023"), Binary::div), 1);  // its reciprocal is subnormal
  EXPECT_EQ(count(compiled("x/2^126", Precision::f32), Binary::div), 1);
}

TEST(Compile, TellsWhatValuesDependOn) {
  const auto varies = [](std::string_view text) {
    const Program program = compiled(text);
    return program.steps[at(program.outputs[0])].varies;
  };
  for (const std::string_view text : {"1", "pi*2", "if(1,2,3)"}) {
    EXPECT_EQ(varies(text), Varies::constant) << text;
  }
  for (const std::string_view text : {"x", "i", "u", "sin(x)+2", "x*u"}) {
    EXPECT_EQ(varies(text), Varies::column) << text;
  }
  for (const std::string_view text : {"y", "j", "v", "1000*y", "if(y<0,v,j)"}) {
    EXPECT_EQ(varies(text), Varies::row) << text;
  }
  for (const std::string_view text : {"x+y", "r", "theta", "if(x,y,1)", "i+v"}) {
    EXPECT_EQ(varies(text), Varies::pixel) << text;
  }
}

TEST(Compile, CanonicalTextIsThatOfTheComputation) {
  const std::vector<std::pair<std::string_view, std::string_view>> equal = {
      {"x+y", "y+x"},
      {"sin(x*y)+cos(y)", "cos(y)+sin(y*x)"},
      {"x^2", "x*x"},
      {"r", "sqrt(y^2+x^2)"},
      {"let a = x+1 in a*a", "(1+x)^2"},
      {"x>y", "y<x"},
      {"min(x,y)", "min(y,x)"},
      {"x + 6", "x+2*3"},
      {" θ × π ", "pi*theta"},
      {"x/2", "0.5*x"},
      {"simple", "sin(x*y)"},
      {"if(not (x<y), 1, 2)", "if(x<y, 2, 1)"},
  };
  for (const auto& [a, b] : equal) {
    EXPECT_EQ(compiled(a).canonical, compiled(b).canonical) << a << " | " << b;
  }
  const std::vector<std::pair<std::string_view, std::string_view>> different = {
      {"x+y", "x-y"},
      {"x-y", "y-x"},
      {"x", "y"},
      {"(x+y)+1", "x+(y+1)"},
      {"0", "-0"},
      {"0.1", "0.10000000000000002"},
      {"min(x,y)", "max(x,y)"},
      {"rgb(x,y,0)", "rgb(y,x,0)"},
      {"x", "rgb(x,x,x)"},
      {"i", "u"},
  };
  for (const auto& [a, b] : different) {
    EXPECT_NE(compiled(a).canonical, compiled(b).canonical) << a << " | " << b;
  }
  EXPECT_EQ(compiled("complex").canonical, compiled("complex").canonical);
}

TEST(Compile, ColoursHaveThreeOutputs) {
  const Program gradient = compiled("gradient");
  EXPECT_TRUE(gradient.is_colour());
  EXPECT_FALSE(compiled("complex").is_colour());
  EXPECT_EQ(compiled("let a = x in rgb(a, a, y)").outputs.size(), 3U);
  EXPECT_EQ(compiled("rgb(x,x,x)").steps.size(), 1U);
}

TEST(Compile, BuiltinsAreFoundByName) {
  EXPECT_EQ(find_builtin("nothing"), nullptr);
  ASSERT_NE(find_builtin("complex"), nullptr);
  EXPECT_EQ(find_builtin("complex")->range, (std::array<double, 2>{-3, 3}));
  EXPECT_EQ(find_builtin("simple")->range, (std::array<double, 2>{-1, 1}));
  for (const Builtin& builtin : builtins()) {
    const Program program = compiled(builtin.name);
    EXPECT_EQ(program.canonical, compiled(builtin.text).canonical);
    EXPECT_EQ(program.canonical, compiled(fmt::format(" {}\n", builtin.name)).canonical);
    EXPECT_EQ(program.is_colour(), !builtin.range.has_value());
    EXPECT_TRUE(compile(builtin.name, Precision::f32).ok());
  }
  EXPECT_FALSE(compile("complex + 1").ok());  // a built-in is a whole formula, not a name in one
}

TEST(Compile, LongChainsNeedNoDeepStack) {
  std::string text = "x";
  for (int k = 0; k < 4000; ++k) text = "let a" + std::to_string(k) + " = y in " + text;
  EXPECT_FALSE(compile(text).ok());  // nested lets are limited
  std::string sum = "sin(x)";
  for (int k = 0; k < 2400; ++k) sum += "+x*" + std::to_string(k + 2);
  EXPECT_EQ(compiled(sum).steps.size(), 2U + 3 * 2400U);
}

}  // namespace
}  // namespace pantile::formula
