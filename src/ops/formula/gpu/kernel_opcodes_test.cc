// What a GPU does for each operation that kernels are made of (compute/math/rounded.h and the lane
// type above it): one kernel for each, and the instructions that are in it. Needs NVRTC, no GPU.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "support/nvrtc_test.h"
#include "support/ptx.h"

namespace pantile::formula {
namespace {

class KernelOpcodes : public testing_cuda::NvrtcTest {
 protected:
  /// In `precision`, "f32" or "f64", the expression of a, b and c becomes these instructions ("#"
  /// for the precision) and no others; with leave to contract too.
  void expect_in(std::string_view precision, std::string_view expression,
                 std::string_view instructions) const {
    const std::string text = fmt::format(
        "#include \"compute/math/apply-inl.h\"\n"
        "namespace pantile::math {{\n"
        "using T = {};\n"
        "using L = scalar::Lane<T>;\n"
        "extern \"C\" __global__ void kernel(T* x) {{\n"
        "  [[maybe_unused]] const T a = x[1], b = x[2], c = x[3];\n"
        "  x[0] = {};\n"
        "}}\n"
        "}}\n",
        precision == "f32" ? "float" : "double", expression);
    std::string expected;
    for (const char letter : instructions) {
      expected += letter == '#' ? std::string(precision) : std::string(1, letter);
    }
    expected += ' ';
    EXPECT_EQ(testing_cuda::float_instructions(ptx(text)), expected) << expression;
    EXPECT_EQ(testing_cuda::float_instructions(ptx(text, contracting())), expected)
        << "with leave to contract: " << expression;
  }
  void expect(std::string_view expression, std::string_view instructions) const {
    expect_in("f32", expression, instructions);
    expect_in("f64", expression, instructions);
  }
};

TEST_F(KernelOpcodes, RoundedOperationsAreOneInstructionEach) {
  expect("rounded_add(a, b)", "add.rn.#");
  expect("rounded_sub(a, b)", "sub.rn.#");
  expect("rounded_mul(a, b)", "mul.rn.#");
  expect("rounded_div(a, b)", "div.rn.#");
  expect("rounded_sqrt(a)", "sqrt.rn.#");
  expect("rounded_fma(a, b, c)", "fma.rn.#");
}

TEST_F(KernelOpcodes, GreaterAndLesserAreOneInstructionInF32) {
  expect_in("f32", "greater(a, b)", "max.#");
  expect_in("f32", "lesser(a, b)", "min.#");
  expect_in("f64", "greater(a, b)", "setp.gt.# selp.#");
  expect_in("f64", "lesser(a, b)", "setp.lt.# selp.#");
}

TEST_F(KernelOpcodes, ALanesOperatorsAreTheRoundedOnes) {
  expect("(L::set(a) + L::set(b)).v", "add.rn.#");
  expect("(L::set(a) - L::set(b)).v", "sub.rn.#");
  expect("(L::set(a) * L::set(b)).v", "mul.rn.#");
  expect("(L::set(a) / L::set(b)).v", "div.rn.#");
  expect("sqrt(L::set(a)).v", "sqrt.rn.#");
}

TEST_F(KernelOpcodes, FusedIsOnlyWhatIsWrittenSo) {
  expect("fma(L::set(a), L::set(b), L::set(c)).v", "fma.rn.#");
  expect("fnma(L::set(a), L::set(b), L::set(c)).v", "neg.# fma.rn.#");
  expect("(L::set(a) * L::set(b) + L::set(c)).v", "mul.rn.# add.rn.#");
  expect("(L::set(a) * L::set(b) - L::set(c)).v", "mul.rn.# sub.rn.#");
  expect("rounded_add(rounded_mul(a, b), c)", "mul.rn.# add.rn.#");
}

TEST_F(KernelOpcodes, LongNumbersOfF64LieInConstantMemory) {
  const auto loads = [&](std::string_view type, std::string_view number) {
    const std::string text =
        ptx(fmt::format("#include \"compute/math/apply-inl.h\"\n"
                        "extern \"C\" __global__ void kernel({0}* x) {{\n"
                        "  using L = pantile::math::scalar::Lane<{0}>;\n"
                        "  x[0] = (L::set(x[1]) + pantile::math::scalar::constant<L, {1}>()).v;\n"
                        "}}\n",
                        type, number));
    return text.find("ld.const.f64") != std::string::npos;
  };
  EXPECT_TRUE(loads("double", "0.1"));
  EXPECT_FALSE(loads("double", "0.5"));
  EXPECT_FALSE(loads("float", "0.1f"));
}

}  // namespace
}  // namespace pantile::formula
