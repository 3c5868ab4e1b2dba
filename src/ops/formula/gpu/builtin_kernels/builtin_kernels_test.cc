// The kernels in the program are those that jobs with built-in formulas ask for.
#include "ops/formula/gpu/builtin_kernels/builtin_kernels.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "ops/formula/builtins.h"
#include "ops/formula/compile.h"
#include "ops/formula/gpu/kernel_headers.h"
#include "ops/formula/gpu/kernel_text.h"
#include "support/ptx.h"

namespace pantile::formula {
namespace {

std::string key_of(std::string_view formula, Precision precision, PixelForm form, bool one_sample,
                   std::string_view architecture) {
  const auto program = compile(formula, precision);
  EXPECT_TRUE(program.ok());
  return cuda::KernelCompiler::key(kernel_text(*program, precision, form, one_sample).code,
                                   kernel_headers(), architecture);
}

#ifdef PANTILE_HAS_BUILTIN_KERNELS
TEST(BuiltinKernels, AreThereForEveryBuiltinInEveryForm) {
  const auto cache = builtin_kernel_cache();
  std::set<std::string> codes;
  for (const Builtin& builtin : builtins()) {
    for (const Precision precision : {Precision::f64, Precision::f32}) {
      const bool colour = compile(builtin.name, precision)->is_colour();
      for (const PixelForm form : {PixelForm::rgb8, PixelForm::u16, PixelForm::f32}) {
        if (colour && form != PixelForm::rgb8) continue;
        for (const bool one_sample : {true, false}) {
          const auto code = cache->find(key_of(builtin.name, precision, form, one_sample, "sm_86"));
          ASSERT_TRUE(code.ok());
          ASSERT_GT(code->size(), 4U) << builtin.name;
          EXPECT_EQ(code->substr(0, 4), "\x50\xED\x55\xBA") << "no fatbin: " << builtin.name;
          codes.insert(*code);
        }
      }
    }
  }
  EXPECT_EQ(codes.size(), builtin_kernels().size()) << "two of them are the same, or one unused";
}

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> words;
  std::istringstream in(text);
  for (std::string word; std::getline(in, word, ',');) words.push_back(word);
  return words;
}

// NVRTC's is read by kernel_compile_test.cc; nvcc's need not be the same.
TEST(BuiltinKernels, AreExactCodeByNvccToo) {
  for (const std::string& code : split(PANTILE_KERNEL_CODES)) {
    for (const std::string& generation : split(PANTILE_KERNEL_GENERATIONS)) {
      const std::string path = code + "." + generation + ".ptx";
      std::ifstream file(path);
      ASSERT_TRUE(file) << path;
      const std::string ptx(std::istreambuf_iterator<char>(file), {});
      EXPECT_EQ(testing_cuda::wrong_instructions(ptx), "") << path;
      EXPECT_NE(ptx.find(".entry pantile_formula"), std::string::npos) << path;
      EXPECT_NE(ptx.find(".entry pantile_halve"), std::string::npos) << path;
    }
  }
  EXPECT_EQ(split(PANTILE_KERNEL_CODES).size(), builtin_kernels().size());
}
#endif

TEST(BuiltinKernels, SayWhatTheyRunOn) {
  const std::string targets = builtin_kernel_targets();
  EXPECT_EQ(targets.empty(), builtin_kernels().empty());
  if (targets.empty()) return;
  EXPECT_TRUE(targets.starts_with("sm_") && targets.ends_with(", PTX")) << targets;
  EXPECT_EQ(targets.find(",sm"), std::string::npos) << targets;
}

TEST(BuiltinKernels, HaveNothingForOtherFormulas) {
  const auto cache = builtin_kernel_cache();
  const std::string key = key_of("x*y + 1", Precision::f64, PixelForm::rgb8, true, "sm_90");
  ASSERT_TRUE(cache->keep(key, "code").ok());
  const auto code = cache->find(key);
  ASSERT_TRUE(code.ok());
  EXPECT_EQ(*code, "") << "it keeps nothing";
}

}  // namespace
}  // namespace pantile::formula
