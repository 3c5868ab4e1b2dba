#pragma once
/// \file
/// For tests of what NVRTC makes of a text. They need no GPU; without NVRTC they are skipped aloud.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compute/cuda/nvrtc.h"
#include "ops/formula/gpu/kernel_headers.h"

namespace pantile::testing_cuda {

class NvrtcTest : public testing::Test {
 protected:
  void SetUp() override {
    const char* path = std::getenv("PANTILE_NVRTC");
    auto opened = cuda::Nvrtc::open(path != nullptr ? path : "");
    if (!opened.ok()) GTEST_SKIP() << "no NVRTC here: " << opened.error().message();
    nvrtc_ = *opened;
  }

  /// What `text`, which may include the headers of kernels, becomes; a failure where it does not
  /// compile.
  std::string code(const std::string& text, std::string_view architecture, cuda::MachineCode kind,
                   std::span<const char* const> options = cuda::Nvrtc::options()) const {
    const auto compiled =
        nvrtc_->compile(text, formula::kernel_headers(), architecture, kind, options);
    EXPECT_TRUE(compiled.ok()) << text << ": " << compiled.error().message();
    return compiled.ok() ? *compiled : "";
  }
  std::string ptx(const std::string& text,
                  std::span<const char* const> options = cuda::Nvrtc::options()) const {
    return code(text, "compute_75", cuda::MachineCode::ptx, options);
  }

  /// As everything is compiled, but for leave to contract.
  static std::vector<const char*> contracting() {
    std::vector<const char*> options(cuda::Nvrtc::options().begin(), cuda::Nvrtc::options().end());
    const auto off = std::ranges::find(options, std::string_view("--fmad=false"));
    EXPECT_NE(off, options.end());
    *off = "--fmad=true";
    return options;
  }

  std::shared_ptr<const cuda::Nvrtc> nvrtc_;
};

}  // namespace pantile::testing_cuda
