// What NVRTC makes of the kernels that the parity of functions is measured with, and of those that
// the benchmark compares with. Needs no GPU.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "gpu/function_kernel.h"
#include "support/nvrtc_test.h"
#include "support/ptx.h"

namespace pantile::gpu {
namespace {

class FunctionCompile : public testing_cuda::NvrtcTest {};

/// All of them as one text: NVRTC takes longer to begin than for a function.
template <class T> std::string text_of_all() {
  std::string text = "#include \"compute/math/apply-inl.h\"\n";
  for (const Function& f : all_functions()) {
    const std::string name = "kernel_" + name_of(f);
    text += "namespace " + name + " {\n" + function_text<T>(f, "run_" + name) + "}\n";
  }
  return text;
}

TEST_F(FunctionCompile, EveryFunctionIsExactCode) {
  for (const std::string& text : {text_of_all<double>(), text_of_all<float>()}) {
    const std::string made = ptx(text);
    EXPECT_EQ(testing_cuda::wrong_instructions(made), "");
    for (const Function& f : all_functions()) {
      EXPECT_NE(made.find(".entry run_kernel_" + name_of(f) + "("), std::string::npos);
    }
    EXPECT_EQ(testing_cuda::float_instructions(ptx(text, contracting())),
              testing_cuda::float_instructions(made))
        << "leave to contract changes it";
  }
}

/// The part of a PTX text that is the kernel `name`.
std::string kernel_of(const std::string& ptx, std::string_view name) {
  const std::size_t start = ptx.find(".entry " + std::string(name) + "(");
  EXPECT_NE(start, std::string::npos) << name;
  return ptx.substr(start, ptx.find(".entry ", start + 1) - start);
}

TEST_F(FunctionCompile, CeilingsAreOfFusedMultiplyAdds) {
  std::ifstream file(PANTILE_SOURCE_DIR "/bench/generate/device/ceilings.cu");
  const std::string text(std::istreambuf_iterator<char>(file), {});
  ASSERT_FALSE(text.empty());
  const std::string made = ptx(text, contracting());
  for (const std::string type : {"f32", "f64"}) {
    const auto all = testing_cuda::instructions_of(kernel_of(made, "multiply_add_" + type));
    EXPECT_EQ(std::ranges::count(all, "fma.rn." + type) % 64, 0) << "64 a round";
    EXPECT_GE(std::ranges::count(all, "fma.rn." + type), 64);
    for (const std::string& one : all) EXPECT_FALSE(one.starts_with("mul.") && one.ends_with(type));
    const auto drawn = testing_cuda::instructions_of(kernel_of(made, "raw_complex_" + type));
    EXPECT_GE(std::ranges::count(drawn, "fma.rn." + type), 1) << "contracted, as by default";
    // Not flushed to zero, as by default; inside of CUDA's functions there are such approximations.
    EXPECT_EQ(std::ranges::count(drawn, "fma.rn.ftz." + type), 0);
    EXPECT_EQ(std::ranges::count(drawn, "mul.ftz." + type), 0);
  }
}

}  // namespace
}  // namespace pantile::gpu
