#pragma once
/// \file
/// Whole jobs beside a GPU that is none: the driver of tests/support/fake_cuda.h, whose kernel here
/// is FormulaSource itself. The folder is byte for byte the one that the CPU makes.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <utility>

#include "compute/cuda/kernel_compiler.h"
#include "ops/formula/compile.h"
#include "ops/formula/gpu/kernel_headers.h"
#include "ops/formula/gpu/kernel_text.h"
#include "pantile/generate.h"
#include "pipeline/folder/kernel_files.h"
#include "pipeline/generate/resolve.h"
#include "support/fake_driver.h"
#include "support/folder_files.h"
#include "support/host_kernels.h"
#include "support/source_kernel.h"

namespace pantile::gpu_job {

/// What is drawn into each kind of store; in numbers, with infinities of both signs side by side.
inline const char* formula_for(StoreKind store) {
  return store == StoreKind::value_f32 ? "log(abs(x)) / floor(3*y)" : "complex";
}

inline GenerateOptions options_of(const std::string& out, StoreKind store = StoreKind::rgb8) {
  GenerateOptions options;
  options.formula = formula_for(store);
  options.store = store;
  options.width = 699;  // odd at every level's edge
  options.height = 499;
  options.tile_px = 64;
  options.shard_px = 256;
  options.scale = 0.01;
  options.previews = {};
  options.out = out;
  return options;
}

/// Of so many tiles (22 x 16) that the first batches of two GPUs leave some.
inline GenerateOptions large_options_of(const std::string& out) {
  GenerateOptions options = options_of(out);
  options.width = 1399;
  options.height = 999;
  options.shard_px = 1024;
  return options;
}

enum class Size { small, large };

/// Draws the tiles of a batch with the CPU's source.
template <StoreKind store, Size size = Size::small>
void draw_by_cpu(const testing_cuda::Launch& launch) {
  testing_cuda::draw_by_source(launch, [] {
    const auto resolved = resolve_generate(size == Size::large ? large_options_of("unused")
                                                               : options_of("unused", store));
    return resolved.ok() ? resolved->job.source : nullptr;
  });
}

class Listener : public JobListener {
 public:
  void on_note(std::string_view text) override { notes += std::string(text) + "\n"; }
  void on_warning(std::string_view text) override { warnings += std::string(text) + "\n"; }
  std::string notes, warnings;
};

class GpuJob : public testing::Test {
 protected:
  void SetUp() override {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = testing::TempDir() + "gpu_job_" + test->name();
    std::filesystem::remove_all(folder_);
    run_.cuda = {PANTILE_FAKE_CUDA, "/nowhere/libnvrtc.so", {folder_ + "/kernels"}};
    run_.cuda.auto_samples = 0;
    run_.threads = 2;
    run_.listener = &listener_;
    keep_kernel(StoreKind::rgb8, formula::PixelForm::rgb8, &draw_by_cpu<StoreKind::rgb8>);
    keep_kernel(StoreKind::value_u16, formula::PixelForm::u16, &draw_by_cpu<StoreKind::value_u16>);
    keep_kernel(StoreKind::value_f32, formula::PixelForm::f32, &draw_by_cpu<StoreKind::value_f32>);
  }
  void keep_kernel(StoreKind store, formula::PixelForm form, testing_cuda::HostKernel draw) {
    const auto program = formula::compile(formula_for(store), Precision::f64);
    const auto text = formula::kernel_text(*program, Precision::f64, form, true);
    ASSERT_TRUE(KernelFiles(folder_ + "/kernels")
                    .keep(cuda::KernelCompiler::key(text.code, formula::kernel_headers(), "sm_90"),
                          testing_cuda::kernel_code(draw, form))
                    .ok());
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  Result<JobSummary> generate(const std::string& name, DeviceChoice device,
                              const std::string& formula = "complex") {
    RunOptions run = run_;
    run.device = std::move(device);
    GenerateOptions options = options_of(folder_ + "/" + name);
    options.formula = formula;
    return run_generate(options, run);
  }
  Result<JobSummary> generate_large(const std::string& name, Device device) {
    RunOptions run = run_;
    run.device.kind = device;
    return run_generate(large_options_of(folder_ + "/" + name), run);
  }
  const std::map<std::string, std::string>& by_cpu() {
    if (by_cpu_.empty()) {
      EXPECT_TRUE(generate("by-cpu", {Device::cpu, {}}).ok());
      by_cpu_ = files_in(folder_ + "/by-cpu");
    }
    return by_cpu_;
  }

  std::string folder_;
  RunOptions run_;
  Listener listener_;
  testing_cuda::FakeDriver driver_{PANTILE_FAKE_CUDA};
  testing_cuda::Control* const control_ = &driver_.control();
  std::map<std::string, std::string> by_cpu_;
};

inline constexpr std::int64_t kPixels = 699 * 499;

}  // namespace pantile::gpu_job
