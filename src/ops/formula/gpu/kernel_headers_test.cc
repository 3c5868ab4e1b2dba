// A kernel's text brings everything along that it includes: NVRTC looks nowhere else.
#include "ops/formula/gpu/kernel_headers.h"

#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <string>

#include "ops/formula/compile.h"
#include "ops/formula/gpu/kernel_text.h"

namespace pantile::formula {
namespace {

std::set<std::string> included_by(const std::string& text) {
  static const std::regex kInclude(R"(#\s*include\s*["<]([^">]+)[">])");
  std::set<std::string> names;
  for (std::sregex_iterator it(text.begin(), text.end(), kInclude), end; it != end; ++it) {
    names.insert((*it)[1]);
  }
  return names;
}

TEST(KernelHeaders, AreAllThatKernelsInclude) {
  std::set<std::string> have;
  for (const cuda::HeaderText& header : kernel_headers()) have.insert(header.name);
  // Of SIMD targets; never reached by code for GPUs.
  have.insert("compute/math/lane_simd-inl.h");
  const auto program = compile("sin(x)", Precision::f64);
  const KernelText kernel = kernel_text(*program, Precision::f64, PixelForm::rgb8, true);
  EXPECT_EQ(included_by(kernel.code).size(), 3U);
  for (const std::string& name : included_by(kernel.code)) {
    EXPECT_TRUE(have.contains(name)) << name << ": add it to kernel_headers in CMakeLists.txt";
  }
  for (const cuda::HeaderText& header : kernel_headers()) {
    for (const std::string& name : included_by(header.text)) {
      EXPECT_TRUE(have.contains(name)) << name << ", which " << header.name
                                       << " includes: add it to kernel_headers in CMakeLists.txt";
    }
  }
}

}  // namespace
}  // namespace pantile::formula
