// Jobs whose kernel has to be compiled first, by the compiler of tests/support/fake_nvrtc.h.
#include <dlfcn.h>
#include <gtest/gtest.h>

#include <string>

#include "pipeline/gpu_job.h"
#include "support/fake_nvrtc.h"

namespace pantile::gpu_job {
namespace {

class GpuCompile : public GpuJob {
 protected:
  void SetUp() override {
    GpuJob::SetUp();
    std::filesystem::remove_all(folder_ + "/kernels");
    library_ = dlopen(PANTILE_FAKE_NVRTC, RTLD_NOW);
    ASSERT_NE(library_, nullptr) << dlerror();
    nvrtc_ = reinterpret_cast<testing_cuda::NvrtcControl* (*)()>(
        dlsym(library_, "fake_nvrtc_control"))();
    nvrtc_->code =
        testing_cuda::kernel_code(&draw_by_cpu<StoreKind::rgb8>, formula::PixelForm::rgb8);
    run_.cuda.nvrtc = PANTILE_FAKE_NVRTC;
  }
  void TearDown() override {
    if (library_ != nullptr) dlclose(library_);
    GpuJob::TearDown();
  }

  void* library_ = nullptr;
  testing_cuda::NvrtcControl* nvrtc_ = nullptr;
};

TEST_F(GpuCompile, IsToldOnceAndKept) {
  control_->devices = 2;
  const auto done = generate("first", {Device::cuda, {}});
  ASSERT_TRUE(done.ok()) << done.error().message();
  EXPECT_EQ(
      listener_.notes,
      "NVRTC 12.9 compiles the formula for GPUs: once, and for a while if it is a long one\n");
  EXPECT_EQ(nvrtc_->compiled, "sm_90 ");
  EXPECT_TRUE(files_in(folder_ + "/first") == by_cpu());
  listener_.notes.clear();
  ASSERT_TRUE(generate("second", {Device::cuda, {}}).ok());
  EXPECT_EQ(listener_.notes, "");
  EXPECT_EQ(nvrtc_->compiled, "sm_90 ");
}

TEST_F(GpuCompile, AGpuYoungerThanTheCompilerFinishesTheCodeOfAnOlderOne) {
  control_->major = 12;
  control_->minor = 1;
  const auto done = generate("young", {Device::cuda, {}});
  ASSERT_TRUE(done.ok()) << done.error().message();
  EXPECT_EQ(nvrtc_->compiled, "sm_121 compute_75 ");
  ASSERT_EQ(done->devices.size(), 1U) << listener_.notes;
  EXPECT_EQ(done->devices[0].pixels, kPixels);
  EXPECT_TRUE(files_in(folder_ + "/young") == by_cpu());
  // It is kept for this kind of GPU.
  ASSERT_TRUE(generate("again", {Device::cuda, {}}).ok());
  EXPECT_EQ(nvrtc_->compiled, "sm_121 compute_75 ");

  // Where even that is not known there is nothing to be done.
  nvrtc_->newest = 70;
  const auto none = generate("none", {Device::cuda, {}}, "x*y");
  ASSERT_FALSE(none.ok());
  EXPECT_NE(none.error().message().find("NVRTC 12.9 does not compile for"), std::string::npos)
      << none.error().message();
}

/// Stops the job as soon as it hears that something is compiled.
class Impatient final : public Listener {
 public:
  void on_note(std::string_view text) override {
    Listener::on_note(text);
    if (text.starts_with("NVRTC")) cancel.cancel();
  }
  CancelToken cancel;
};

TEST_F(GpuCompile, MayBeStopped) {
  nvrtc_->until_cancelled = true;
  for (const Device device : {Device::automatic, Device::cuda}) {
    Impatient listener;
    run_.listener = &listener;
    run_.cancel = &listener.cancel;
    const auto stopped = generate("stopped", {device, {}});
    ASSERT_FALSE(stopped.ok());
    EXPECT_EQ(stopped.error().code(), Code::cancelled) << stopped.error().message();
    EXPECT_FALSE(std::filesystem::exists(folder_ + "/stopped"));
    EXPECT_FALSE(std::filesystem::exists(folder_ + "/kernels"));
  }
}

}  // namespace
}  // namespace pantile::gpu_job
