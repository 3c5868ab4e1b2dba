// What NVRTC makes of formulas: they compile, for every generation of GPUs, and the code holds no
// approximation, no flush to zero and no contraction that nobody wrote. Needs no GPU.
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "compute/cuda/nvrtc.h"
#include "ops/formula/compile.h"
#include "ops/formula/kernel_headers.h"
#include "ops/formula/kernel_text.h"
#include "ops/formula/text_tool/sample_formulas.h"
#include "support/ptx.h"

namespace pantile::formula {
namespace {

using testing_cuda::wrong_instructions;

class KernelCompile : public testing::Test {
 protected:
  void SetUp() override {
    const char* path = std::getenv("PANTILE_NVRTC");
    auto opened = cuda::Nvrtc::open(path != nullptr ? path : "");
    if (!opened.ok()) GTEST_SKIP() << "no NVRTC here: " << opened.error().message();
    nvrtc_ = *opened;
  }

  std::string ptx(std::string_view formula, Precision precision, PixelForm form,
                  bool one_sample) const {
    const auto program = compile(formula, precision);
    EXPECT_TRUE(program.ok()) << formula;
    const KernelText text = kernel_text(*program, precision, form, one_sample);
    const auto compiled =
        nvrtc_->compile(text.code, kernel_headers(), "compute_75", cuda::MachineCode::ptx);
    EXPECT_TRUE(compiled.ok()) << formula << ": " << compiled.error().message();
    return compiled.ok() ? *compiled : "";
  }

  std::shared_ptr<const cuda::Nvrtc> nvrtc_;
};

TEST(WrongInstructions, AreFound) {
  EXPECT_EQ(wrong_instructions("{\n\tadd.rn.f64 \t%fd1, %fd2, %fd3;\n\tadd.s32 \t%r1;\n}"), "");
  EXPECT_EQ(wrong_instructions("{\n\t@%p1 add.f64 \t%fd1;\n\tdiv.approx.f32 %f1;\n"
                               "\tmul.rn.ftz.f32 \t%f1;\n\tsin.approx.f32 %f;\n"
                               "\tdiv.full.f32 %f1;\n\tadd.rz.f32 %f1;\n}"),
            "add.f64 add.rz.f32 div.approx.f32 div.full.f32 mul.rn.ftz.f32 sin.approx.f32 ");
}

TEST_F(KernelCompile, EveryFormulaIsExactCode) {
  for (const std::string_view formula : kSampleFormulas) {
    const bool colour = compile(formula, Precision::f64)->is_colour();
    for (const Precision precision : {Precision::f64, Precision::f32}) {
      for (const PixelForm form : {PixelForm::rgb8, PixelForm::u16, PixelForm::f32}) {
        if (colour && form != PixelForm::rgb8) continue;
        // Several samples only change what is around the formula.
        const bool one_sample = form != PixelForm::u16;
        const std::string text = ptx(formula, precision, form, one_sample);
        EXPECT_EQ(wrong_instructions(text), "") << formula;
        EXPECT_NE(text.find(".entry pantile_formula"), std::string::npos) << formula;
        EXPECT_NE(text.find(".entry pantile_halve"), std::string::npos) << formula;
      }
    }
  }
}

TEST_F(KernelCompile, SeveralSamplesAreExactCode) {
  for (const PixelForm form : {PixelForm::rgb8, PixelForm::u16, PixelForm::f32}) {
    EXPECT_EQ(wrong_instructions(ptx("complex", Precision::f64, form, false)), "");
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
  EXPECT_NE(bad.error().message().find("formula.cu(1)"), std::string::npos)
      << bad.error().message();
  const auto none = nvrtc_->compile("", {}, "sm_9", cuda::MachineCode::ptx);
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().code(), Code::foreign) << none.error().message();
}

}  // namespace
}  // namespace pantile::formula
