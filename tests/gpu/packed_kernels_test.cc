// The kernels that the portable archive takes along, where PANTILE_PACKED_KERNELS says that they
// lie: all that the tests of this program run, found as on a machine without NVRTC. Needs no GPU.
#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <sstream>
#include <string>

#include "gpu/test_kernels.h"
#include "ops/formula/gpu/kernel_headers.h"
#include "pipeline/folder/kernel_files.h"

namespace pantile::gpu {
namespace {

TEST(PackedKernels, AreAllThatTheTestsRun) {
  const char* const folder = std::getenv("PANTILE_PACKED_KERNELS");
  if (folder == nullptr) GTEST_SKIP() << "PANTILE_PACKED_KERNELS names no folder of kernels";
  const auto files = std::make_shared<KernelFiles>(folder);
  std::string warnings;
  cuda::KernelCompiler compiler({files}, "/nowhere/libnvrtc.so",
                                [&](const std::string& warning) { warnings += warning + "\n"; });
  std::istringstream generations(PANTILE_CUDA_GENERATIONS);
  for (std::string generation; std::getline(generations, generation, ',');) {
    const std::string architecture = "sm_" + generation;
    for (const std::string& text : texts_of_the_tests()) {
      const auto code = compiler.compile(text, formula::kernel_headers(), architecture);
      ASSERT_TRUE(code.ok()) << "none for " << architecture << " of\n" << text;
      ASSERT_EQ(code->substr(1, 3), "ELF") << "for " << architecture << " of\n" << text;
    }
  }
  for (const std::string& text : texts_of_the_tests()) {
    const auto code = compiler.compile(text, formula::kernel_headers(), "sm_999");
    ASSERT_TRUE(code.ok()) << "none for later GPUs of\n" << text;
    ASSERT_NE(code->find(".target sm_75"), std::string::npos);
  }
  EXPECT_EQ(warnings, "");
}

}  // namespace
}  // namespace pantile::gpu
