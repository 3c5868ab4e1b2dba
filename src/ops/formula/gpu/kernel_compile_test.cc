// What NVRTC makes of formulas: they compile, for every generation of GPUs, and the code holds no
// approximation, no flush to zero and no contraction that nobody wrote. Needs no GPU.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <regex>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "compute/cuda/nvrtc.h"
#include "ops/formula/compile.h"
#include "ops/formula/gpu/kernel_headers.h"
#include "ops/formula/gpu/kernel_text.h"
#include "ops/formula/gpu/text_tool/sample_formulas.h"
#include "support/nvrtc_test.h"
#include "support/ptx.h"

namespace pantile::formula {
namespace {

using testing_cuda::wrong_instructions;

class KernelCompile : public testing_cuda::NvrtcTest {
 protected:
  std::string formula_ptx(std::string_view formula, Precision precision, PixelForm form,
                          bool one_sample,
                          std::span<const char* const> options = cuda::Nvrtc::options()) const {
    const auto program = compile(formula, precision);
    EXPECT_TRUE(program.ok()) << formula;
    return ptx(kernel_text(*program, precision, form, one_sample).code, options);
  }
};

/// The instructions of an ELF file, without its notes on how it was compiled.
std::string instructions(const std::string& elf) {
  const auto number = [&]<class T>(std::size_t at, T value) {
    EXPECT_LE(at + sizeof value, elf.size());
    std::memcpy(&value, elf.data() + at, sizeof value);
    return static_cast<std::size_t>(value);
  };
  const std::size_t sections = number(40, std::uint64_t{}), count = number(60, std::uint16_t{});
  std::string all;
  for (std::size_t k = 0; k < count; ++k) {
    const std::size_t header = sections + 64 * k;
    constexpr std::size_t kExecutable = 4;
    if ((number(header + 8, std::uint64_t{}) & kExecutable) == 0) continue;
    all += elf.substr(number(header + 24, std::uint64_t{}), number(header + 32, std::uint64_t{}));
  }
  return all;
}

/// PTX with what leave to contract may change and nobody can see. Products with powers of two have
/// their rounding said: a division by such a number becomes one, which the compiler may fuse where
/// it may contract; the product is exact, so that is no difference. And sums of addresses have
/// their operands in one order.
std::string comparable(std::string ptx) {
  static const std::regex kDouble(R"(mul\.f64(\s+%fd\d+, %fd\d+, 0d[0-9A-F]{3}0{13};))");
  static const std::regex kFloat(R"(mul\.f32(\s+%f\d+, %f\d+, 0f[0-9A-F]{2}[08]0{5};))");
  static const std::regex kSum(R"(add\.s64\s+%rd\d+, (%rd\d+), (%rd\d+);)");
  ptx =
      std::regex_replace(std::regex_replace(ptx, kDouble, "mul.rn.f64$1"), kFloat, "mul.rn.f32$1");
  std::string ordered;
  auto end = ptx.cbegin();
  for (std::sregex_iterator it(ptx.cbegin(), ptx.cend(), kSum), last; it != last; ++it) {
    const std::smatch& sum = *it;
    ordered.append(end, sum[1].first);
    ordered += std::min(sum[1].str(), sum[2].str()) + ", " + std::max(sum[1].str(), sum[2].str());
    end = sum[2].second;
  }
  return ordered.append(end, ptx.cend());
}

TEST(ComparablePtx, DiffersOnlyInWhatIsNoDifference) {
  EXPECT_EQ(
      comparable("mul.f64 \t%fd1, %fd2, 0d3FE0000000000000;\nadd.s64 \t%rd8, %rd7, %rd6;\nret;"),
      comparable(
          "mul.rn.f64 \t%fd1, %fd2, 0d3FE0000000000000;\nadd.s64 \t%rd8, %rd6, %rd7;\nret;"));
  for (const char* other :
       {"mul.f64 \t%fd1, %fd2, 0d3FE0000000000001;", "add.s64 \t%rd8, %rd6, %rd9;",
        "add.rn.f64 \t%fd1, %fd3, %fd2;", "fma.rn.f64 \t%fd1, %fd2, %fd3, %fd4;"}) {
    EXPECT_EQ(comparable(other), other);
  }
  EXPECT_EQ(comparable("sub.s64 \t%rd8, %rd7, %rd6;"), "sub.s64 \t%rd8, %rd7, %rd6;");
}

TEST_F(KernelCompile, EveryFormulaIsExactCode) {
  for (const std::string_view formula : kSampleFormulas) {
    const bool colour = compile(formula, Precision::f64)->is_colour();
    for (const Precision precision : {Precision::f64, Precision::f32}) {
      for (const PixelForm form : {PixelForm::rgb8, PixelForm::u16, PixelForm::f32}) {
        if (colour && form != PixelForm::rgb8) continue;
        // Several samples only change what is around the formula.
        const bool one_sample = form != PixelForm::u16;
        const std::string text = formula_ptx(formula, precision, form, one_sample);
        EXPECT_EQ(wrong_instructions(text), "") << formula;
        EXPECT_TRUE(comparable(formula_ptx(formula, precision, form, one_sample, contracting())) ==
                    comparable(text))
            << formula << ": leave to contract changes its code";
        EXPECT_NE(text.find(".entry pantile_formula"), std::string::npos) << formula;
        EXPECT_NE(text.find(".entry pantile_halve"), std::string::npos) << formula;
      }
    }
  }
}

TEST_F(KernelCompile, SeveralSamplesAreExactCode) {
  for (const Precision precision : {Precision::f64, Precision::f32}) {
    for (const PixelForm form : {PixelForm::rgb8, PixelForm::u16, PixelForm::f32}) {
      EXPECT_EQ(wrong_instructions(formula_ptx("complex", precision, form, false)), "");
    }
  }
}

TEST_F(KernelCompile, LeaveToContractChangesThePlainSumsOfOthers) {
  // Were it without effect at all, the tests here would show nothing.
  const std::string plain =
      "extern \"C\" __global__ void f(double* x) { x[0] = x[1] * x[2] + x[3]; }\n";
  const std::string named =
      "extern \"C\" __global__ void f(double* x) {"
      " x[0] = __dadd_rn(__dmul_rn(x[1], x[2]), x[3]); }\n";
  const auto both = [&](const std::string& text, std::string_view architecture,
                        cuda::MachineCode kind) {
    return std::pair(code(text, architecture, kind, contracting()), code(text, architecture, kind));
  };
  const auto plain_ptx = both(plain, "compute_75", cuda::MachineCode::ptx);
  const auto named_ptx = both(named, "compute_75", cuda::MachineCode::ptx);
  EXPECT_NE(plain_ptx.first, plain_ptx.second);
  EXPECT_EQ(named_ptx.first, named_ptx.second);
  const auto plain_code = both(plain, "sm_90", cuda::MachineCode::cubin);
  const auto named_code = both(named, "sm_90", cuda::MachineCode::cubin);
  EXPECT_NE(instructions(plain_code.first), instructions(plain_code.second));
  EXPECT_EQ(instructions(named_code.first), instructions(named_code.second));
  EXPECT_GT(instructions(named_code.first).size(), 100U);
}

TEST_F(KernelCompile, LeaveToContractChangesNoMachineCode) {
  for (const std::string_view formula : {"complex", "simple", "erf(x) + tan(y)"}) {
    for (const Precision precision : {Precision::f64, Precision::f32}) {
      for (const PixelForm form : {PixelForm::rgb8, PixelForm::u16, PixelForm::f32}) {
        for (const bool one_sample : {true, false}) {
          const auto program = compile(formula, precision);
          const std::string text = kernel_text(*program, precision, form, one_sample).code;
          const std::string with = code(text, "sm_90", cuda::MachineCode::cubin, contracting());
          const std::string without = code(text, "sm_90", cuda::MachineCode::cubin);
          EXPECT_TRUE(instructions(with) == instructions(without)) << formula;
        }
      }
    }
  }
}

TEST_F(KernelCompile, MachineCodeForEveryGeneration) {
  const auto program = compile("complex", Precision::f64);
  const KernelText text = kernel_text(*program, Precision::f64, PixelForm::rgb8, true);
  for (const char* architecture : {"sm_75", "sm_80", "sm_90"}) {
    const auto code =
        nvrtc_->compile(text.code, kernel_headers(), architecture, cuda::MachineCode::cubin);
    ASSERT_TRUE(code.ok()) << code.error().message();
    EXPECT_EQ(code->substr(1, 3), "ELF");
  }
}

TEST_F(KernelCompile, SaysWhyCodeDoesNotCompile) {
  const auto bad = nvrtc_->compile("this is no code", {}, "sm_90", cuda::MachineCode::ptx);
  ASSERT_FALSE(bad.ok());
  EXPECT_NE(bad.error().message().find("kernel.cu(1)"), std::string::npos) << bad.error().message();
  const auto none = nvrtc_->compile("", {}, "sm_9", cuda::MachineCode::ptx);
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().code(), Code::foreign) << none.error().message();
}

}  // namespace
}  // namespace pantile::formula
