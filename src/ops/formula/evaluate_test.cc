#include "ops/formula/evaluate.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "ops/formula/compile.h"

namespace pantile::formula {
namespace {

template <class T>
constexpr Precision precision_of = sizeof(T) == 8 ? Precision::f64 : Precision::f32;

template <class T> bool same_bits(T a, T b) {
  return std::memcmp(&a, &b, sizeof a) == 0 || (a != a && b != b);
}

// Every step for one pixel, through the scalar table.
template <class T> std::vector<T> by_hand(const Program& program, const T (&inputs)[6]) {
  std::vector<T> values;
  for (const Step& step : program.steps) {
    const auto v = [&](std::int32_t k) { return values[static_cast<std::size_t>(k)]; };
    values.push_back(std::visit(
        [&](auto op) -> T {
          using Op = decltype(op);
          if constexpr (std::is_same_v<Op, double>) return static_cast<T>(op);
          if constexpr (std::is_same_v<Op, Input>) return inputs[static_cast<std::size_t>(op)];
          if constexpr (std::is_same_v<Op, math::Unary>) return math::evaluate<T>(op, v(step.a));
          if constexpr (std::is_same_v<Op, math::Binary>) {
            return math::evaluate<T>(op, v(step.a), v(step.b));
          }
          if constexpr (std::is_same_v<Op, math::Ternary>) {
            return math::evaluate<T>(op, v(step.a), v(step.b), v(step.c));
          }
        },
        step.op));
  }
  std::vector<T> outputs;
  for (const std::int32_t k : program.outputs) {
    outputs.push_back(values[static_cast<std::size_t>(k)]);
  }
  return outputs;
}

const char* const kFormulas[] = {
    "complex",
    "gradient",
    "simple",
    "3",
    "x",
    "y",
    "y*2 - 1",
    "x*x + y*y",
    "clamp(x, -1, y)",
    "clamp(y, x, 1)",
    "mix(y, 2*y, x)",
    "if(x > y, 1, 0)",
    "if(y > 0, x, -x)",
    "if(x*y > 0, pow(abs(x), y), if(x < -1, exp(x*y), 0))",
    "let a = x*y, b = a + x, c = b*b in a*b + c*a + (a - b)*(a + c)",
    "rgb(x, y, 0.5)",
    "rgb(x*y, x*y, i + j)",
    "min(x, y) + max(y, x) - 1/x",
    // Roots and quotients that wait beside costly steps, whose operands others read too.
    "let q = x*y + 3, s = sqrt(q) in cos(q)*exp(q)*sin(q + 1) + s",
    "let q = x*y, d = 1/(q + 2), f = x/(d + y) in sin(q)*cos(2*q)*d + f*sqrt(abs(f)) + sin(d)",
    "if(x*y > 0, sqrt(x*y)/y, pow(abs(x), sqrt(abs(y*x))))",
    "if(x*y > 0.5 and sin(x*y) > 0, if(x < 0, exp(x*y), log(x*y)), if(y*x < -2, cos(x*y), 1))",
    "if(sin(x*y) > 0, sin(x*y), cos(x*y)) + if(pow(x, 2.5) > y, pow(x, 2.5), 0)",
    "smoothstep(-1, 1, x*y) + step(0, x) - step(y, x)",
};

template <class T> class EvaluatorTest : public testing::Test {};
using NumberTypes = testing::Types<double, float>;
TYPED_TEST_SUITE(EvaluatorTest, NumberTypes);

// The whole promise: block, row, column and constant handling change no bit on any table.
TYPED_TEST(EvaluatorTest, EqualsStepByStepEvaluation) {
  using T = TypeParam;
  constexpr std::size_t kRows = 5;
  const std::size_t sizes[] = {1, 15, 16, 100, Evaluator<T>::kColumns};
  for (const char* text : kFormulas) {
    auto program = compile(text, precision_of<T>);
    ASSERT_TRUE(program.ok()) << program.error().message();
    for (const auto* table : math::all_kernels<T>()) {
      const Evaluator<T> evaluator(*program, *table);
      auto scratch = evaluator.make_scratch();
      for (const std::size_t n : sizes) {
        std::vector<T> x(n), i(n), u(n), y(kRows), j(kRows), v(kRows);
        for (std::size_t k = 0; k < n; ++k) {
          x[k] = static_cast<T>(k) * T(0.023) - T(1.5);
          i[k] = static_cast<T>(k);
          u[k] = (i[k] + T(0.5)) / static_cast<T>(n);
        }
        for (std::size_t k = 0; k < kRows; ++k) {
          y[k] = static_cast<T>(k) * T(0.7) - T(1.4);
          j[k] = static_cast<T>(k + 3);
          v[k] = (j[k] + T(0.5)) / T(kRows);
        }
        evaluator.set_rows(scratch, {y.data(), j.data(), v.data()}, kRows);
        evaluator.set_columns(scratch, {x.data(), i.data(), u.data()}, n);
        for (std::size_t row = 0; row < kRows; ++row) {
          evaluator.evaluate(scratch, row);
          for (std::size_t k = 0; k < n; ++k) {
            const T inputs[6] = {x[k], y[row], i[k], j[row], u[k], v[row]};
            const std::vector<T> want = by_hand(*program, inputs);
            for (std::size_t c = 0; c < want.size(); ++c) {
              ASSERT_TRUE(same_bits(evaluator.output(scratch, c)[k], want[c]))
                  << text << " on " << table->target << " at column " << k << " of " << n
                  << ", row " << row << ", output " << c << ": " << evaluator.output(scratch, c)[k]
                  << " for " << want[c];
            }
          }
        }
      }
    }
  }
}

TYPED_TEST(EvaluatorTest, ReusesBlocks) {
  std::string text = "x*y";
  for (int k = 0; k < 100; ++k) text = "sin(" + text + ")";
  auto program = compile(text, precision_of<TypeParam>);
  ASSERT_TRUE(program.ok());
  const Evaluator<TypeParam> evaluator(*program, math::kernels<TypeParam>());
  // x as a block, y as rows, one block for all the sines.
  const std::size_t most = (4 * Evaluator<TypeParam>::kColumns + Evaluator<TypeParam>::kRows);
  EXPECT_LT(evaluator.scratch_bytes(), static_cast<std::int64_t>(most * sizeof(TypeParam)));
}

}  // namespace
}  // namespace pantile::formula
