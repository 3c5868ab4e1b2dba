// The reading of PTX: whatever the text looks like, no instruction on floating-point numbers is
// overlooked, and none passes that is not exact or rounded to the nearest.
#include "support/ptx.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pantile::testing_cuda {
namespace {

using Words = std::vector<std::string>;

TEST(PtxInstructions, AreFoundHoweverLinesEnd) {
  EXPECT_EQ(instructions_of("{ add.f64 %fd1, %fd2, %fd3; }"), Words{"add.f64"}) << "one line";
  EXPECT_EQ(instructions_of("add.f64 a, b, c;"), Words{"add.f64"}) << "no line before it";
  EXPECT_EQ(instructions_of("{add.f64 a,b,c;sub.f64 a,b,c;}"), (Words{"add.f64", "sub.f64"}));
  EXPECT_EQ(instructions_of("\tmul.f32\n\t\ta, b, c;"), Words{"mul.f32"});
  EXPECT_EQ(instructions_of("ret;"), Words{"ret"});
  EXPECT_EQ(instructions_of("mul.f32 a, b, c"), Words{"mul.f32"}) << "cut off";
  EXPECT_EQ(instructions_of(""), Words{});
}

TEST(PtxInstructions, AreFoundBehindLabels) {
  EXPECT_EQ(instructions_of("$L__BB0_1: add.f64 a, b, c;"), Words{"add.f64"});
  EXPECT_EQ(instructions_of("BB0_1:add.f64 a, b, c;"), Words{"add.f64"});
  EXPECT_EQ(instructions_of("one: two :\n @p add.f64 a, b, c;"), Words{"add.f64"});
  EXPECT_EQ(instructions_of("ld.shared::cta.f32 a, [b];"), Words{"ld.shared::cta.f32"});
}

TEST(PtxInstructions, AreFoundBehindGuards) {
  for (const char* guard : {"@p", "@!p", "@%p1", "@!%p1", "@ !%p12", "@!\t$p", "@!%p1\n"}) {
    EXPECT_EQ(instructions_of(std::string("\t") + guard + " add.f64 a, b, c;"), Words{"add.f64"})
        << guard;
  }
}

TEST(PtxInstructions, AreNotHiddenByDirectivesAndComments) {
  const std::string text =
      ".version 9.0\n.target sm_90\n.address_size 64\n"
      ".const .align 8 .f64 number = 0d3FD45F306DC9C883;\n"
      ".global .align 4 .b8 table[4] = {1, 2, 3, 4};\n"
      ".func  (.param .b64 retval0) far\n(\n\t.param .b64 far_0\n)\n;\n"
      ".visible .entry kernel(\n\t.param .u64 kernel_0\n)\n.maxntid 128\n.minnctapersm 6\n"
      "{\n\t.reg .f64 \t%fd<3>;\n"
      "\t.loc 1 2 3\n\tadd.f64 %fd1, %fd2, %fd2; // mul.f64 a, b, c;\n"
      "\t.loc 1 2 3, function_name $L__info_string0, inlined_at 1 2 3\n\tsub.f64 %fd1, %fd2, "
      "%fd2;\n"
      "/* div.f64\n sqrt.f64 a, b; */ fma.f64 a, b, c, d;\n"
      "\t{ // callseq 0, 0\n\t.param .b64 param0;\n\tst.param.f64 [param0+0], %fd1;\n"
      "\tcall.uni (retval0), \n\tfar, \n\t(\n\tparam0\n\t);\n\t}\n"
      "\tld.global.v2.f64 {%fd1, %fd2}, [%rd1];\n\tret;\n}\n";
  EXPECT_EQ(instructions_of(text), (Words{"add.f64", "sub.f64", "fma.f64", "st.param.f64",
                                          "call.uni", "ld.global.v2.f64", "ret"}));
}

TEST(WrongPtx, IsArithmeticThatIsNotRoundedToTheNearest) {
  for (const char* wrong : {"add.f64",          "add.f32",
                            "mul.f64",          "mad.rn.f64",
                            "fma.rz.f64",       "add.rz.f32",
                            "sub.rm.f64",       "div.rp.f64",
                            "div.approx.f32",   "div.full.f32",
                            "mul.rn.ftz.f32",   "fma.rn.sat.f32",
                            "sqrt.approx.f32",  "sqrt.approx.ftz.f32",
                            "rsqrt.approx.f64", "rcp.approx.ftz.f64",
                            "sin.approx.f32",   "ex2.approx.ftz.f32",
                            "tanh.approx.f32",  "add.rn.f16",
                            "fma.rn.bf16x2",    "add.rn.f32x2",
                            "min.ftz.f32",      "max.NaN.f32",
                            "abs.ftz.f32",      "neg.ftz.f32",
                            "setp.lt.ftz.f32",  "setp.lt.and.ftz.f32",
                            "set.lt.f32.f32"}) {
    EXPECT_EQ(wrong_instructions(std::string("{ @!p ") + wrong + " a, b, c; }"),
              std::string(wrong) + " ");
  }
}

TEST(WrongPtx, IsConversionThatRoundsOtherwise) {
  for (const char* wrong :
       {"cvt.rz.f32.f64", "cvt.rm.f32.f64", "cvt.rp.f32.f64", "cvt.rn.ftz.f32.f64",
        "cvt.rn.sat.f32.f64", "cvt.rz.f32.s32", "cvt.rm.f64.s64", "cvt.rp.f32.u64",
        "cvt.rni.s32.f32", "cvt.rmi.s32.f64", "cvt.rzi.ftz.s32.f32", "cvt.rzi.sat.s32.f32",
        "cvt.ftz.f64.f32", "cvt.rn.f16.f32", "cvt.f32.f16", "cvt.rna.tf32.f32", "cvt.rn.bf16x2.f32",
        "cvt.rn.satfinite.e4m3x2.f32", "cvt.rmi.ftz.f32.f32"}) {
    EXPECT_EQ(wrong_instructions(std::string(wrong) + " a, b;"), std::string(wrong) + " ");
  }
}

TEST(WrongPtx, IsEachOnceInAnyPlace) {
  EXPECT_EQ(wrong_instructions("{\n\t@%p1 add.f64 \t%fd1;\n\tdiv.approx.f32 %f1; add.f64 %fd2;\n"
                               "L: @!q mul.rn.ftz.f32 \t%f1;\n}"),
            "add.f64 div.approx.f32 mul.rn.ftz.f32 ");
}

TEST(WrongPtx, IsNothingExactOrRoundedToTheNearest) {
  for (const char* right : {"add.rn.f64",
                            "sub.rn.f32",
                            "mul.rn.f64",
                            "fma.rn.f32",
                            "div.rn.f64",
                            "sqrt.rn.f32",
                            "rcp.rn.f64",
                            "abs.f64",
                            "neg.f32",
                            "min.f32",
                            "max.f32",
                            "copysign.f64",
                            "selp.f64",
                            "setp.lt.f64",
                            "setp.neu.f32",
                            "setp.nan.f64",
                            "setp.gtu.and.f32",
                            "cvt.rn.f64.s64",
                            "cvt.rn.f32.u8",
                            "cvt.rzi.s32.f32",
                            "cvt.rzi.u64.f64",
                            "cvt.rzi.f64.f64",
                            "cvt.rmi.f32.f32",
                            "cvt.rn.f32.f64",
                            "cvt.f64.f32",
                            "cvt.sat.f32.f32",
                            "cvt.u32.u16",
                            "mov.f64",
                            "ld.global.nc.f64",
                            "st.param.f32",
                            "add.s32",
                            "mad.lo.s32",
                            "mul.wide.s32",
                            "add.sat.s32",
                            "cvta.to.global.u64",
                            "call.uni",
                            "bra"}) {
    EXPECT_EQ(wrong_instructions(std::string(right) + " a, b, c;"), "");
  }
}

}  // namespace
}  // namespace pantile::testing_cuda
