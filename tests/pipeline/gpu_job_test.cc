// Jobs beside GPUs, and what becomes of them where something is missing or fails: the bytes are the
// CPU's.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "pipeline/gpu/formula_lanes.h"
#include "pipeline/gpu_job.h"

namespace pantile::gpu_job {
namespace {

namespace fs = std::filesystem;

TEST_F(GpuJob, TheSameBytesOnEveryDevice) {
  control_->devices = 2;
  const std::pair<std::string, DeviceChoice> choices[] = {{"auto", {Device::automatic, {}}},
                                                          {"hybrid", {Device::hybrid, {}}},
                                                          {"cuda", {Device::cuda, {}}},
                                                          {"one", {Device::cuda, {1}}}};
  for (const auto& [name, device] : choices) {
    const auto done = generate(name, device);
    ASSERT_TRUE(done.ok()) << done.error().message();
    EXPECT_TRUE(files_in(folder_ + "/" + name) == by_cpu()) << name;
    ASSERT_EQ(done->devices.size(), device.gpus.empty() ? 2u : 1u) << listener_.notes;
    std::int64_t by_gpus = 0;
    for (const DeviceSummary& d : done->devices) by_gpus += d.pixels;
    EXPECT_LE(by_gpus, kPixels);
    if (device.kind == Device::cuda) {
      EXPECT_EQ(by_gpus, kPixels);
    }
  }
  EXPECT_EQ(listener_.notes + listener_.warnings, "");
}

TEST_F(GpuJob, EveryStoreAndItsPyramid) {
  for (const StoreKind store : {StoreKind::rgb8, StoreKind::value_u16, StoreKind::value_f32}) {
    std::map<std::string, std::string> files[2];
    for (const Device device : {Device::cpu, Device::cuda}) {
      RunOptions run = run_;
      run.device.kind = device;
      const std::string out = folder_ + "/store";
      const int before = control_->launches;
      const auto done = run_generate(options_of(out, store), run);
      ASSERT_TRUE(done.ok()) << done.error().message();
      files[static_cast<int>(device == Device::cuda)] = files_in(out);
      fs::remove_all(out);
      // Two batches: each drawn, each halved.
      EXPECT_EQ(control_->launches - before, device == Device::cuda ? 4 : 0);
    }
    EXPECT_TRUE(files[0] == files[1]) << static_cast<int>(store);
  }
  EXPECT_EQ(listener_.warnings, "");
}

TEST_F(GpuJob, ALostGpuIsToldAndTheCpuGoesOn) {
  for (const int call : {3, 4, 5, 7}) {
    control_->calls = 0;
    control_->fail_call = call;
    listener_.warnings.clear();
    const auto done = generate("lost" + std::to_string(call), {Device::cuda, {}});
    ASSERT_TRUE(done.ok()) << done.error().message();
    EXPECT_TRUE(files_in(folder_ + "/lost" + std::to_string(call)) == by_cpu());
    EXPECT_NE(listener_.warnings.find("the job went on without it"), std::string::npos);
    ASSERT_EQ(done->devices.size(), 1u);
    EXPECT_NE(done->devices[0].lost, "");
  }
}

TEST_F(GpuJob, OfTwoGpusTheOtherDrawsOn) {
  control_->devices = 2;
  for (const std::size_t lost : {0, 1}) {
    const std::string gpu = "GPU " + std::to_string(lost),
                      other = "GPU " + std::to_string(1 - lost);
    bool was_lost = false;
    // One GPU may have drawn all before the other begins.
    for (int attempt = 0; attempt < 20 && !was_lost; ++attempt) {
      control_->calls = 0;
      control_->fail_device = static_cast<int>(lost);
      control_->fail_call = 3;
      listener_.warnings.clear();
      const std::string name = "without" + std::to_string(20 * lost + attempt);
      const auto done = generate(name, {Device::cuda, {}});
      ASSERT_TRUE(done.ok()) << done.error().message();
      EXPECT_TRUE(files_in(folder_ + "/" + name) == by_cpu());
      ASSERT_EQ(done->devices.size(), 2u);
      was_lost = !done->devices[lost].lost.empty();
      EXPECT_EQ(done->devices[1 - lost].lost, "") << "it worked all the time";
      EXPECT_EQ(listener_.warnings.find(gpu) != std::string::npos, was_lost);
      EXPECT_EQ(listener_.warnings.find(other), std::string::npos) << listener_.warnings;
    }
    EXPECT_TRUE(was_lost);
  }
}

TEST_F(GpuJob, AGpuOutOfMemoryDrawsLessAtATime) {
  // What the lane takes before its first batch.
  const auto whole = generate("whole", {Device::cuda, {}});
  ASSERT_TRUE(whole.ok());
  EXPECT_EQ(whole->devices[0].note, "");
  EXPECT_EQ(whole->devices[0].memory_bytes, control_->device_peak_bytes);
  // Calls 0 to 5 are the colours and the host's memory, 6 is the trial of the device's.
  for (const auto& [pools, call] : {std::pair(true, 3), {true, 6}, {true, 8}, {false, 7}}) {
    *control_ = {};
    control_->pools = pools;
    control_->memory_call = call;
    const std::string name = fmt::format("short{}-{}", static_cast<int>(pools), call);
    const auto done = generate(name, {Device::cuda, {}});
    ASSERT_TRUE(done.ok()) << done.error().message();
    EXPECT_TRUE(files_in(folder_ + "/" + name) == by_cpu()) << name;
    ASSERT_EQ(done->devices.size(), 1u);
    EXPECT_EQ(done->devices[0].lost, "");
    EXPECT_EQ(done->devices[0].pixels, kPixels);
    EXPECT_EQ(done->devices[0].memory_bytes, control_->device_peak_bytes);
    EXPECT_EQ(done->devices[0].note.empty(), call == 3) << done->devices[0].note;
  }
  EXPECT_EQ(listener_.warnings, "");
}

TEST_F(GpuJob, AGpuThatCannotDrawIsToldOnceAndLeftOut) {
  const auto done = generate("without", {Device::automatic, {}}, "x*y");
  ASSERT_TRUE(done.ok()) << done.error().message();
  EXPECT_TRUE(done->devices.empty());
  EXPECT_NE(listener_.notes.find("GPU 0 (Fake) is not used"), std::string::npos) << listener_.notes;
  EXPECT_NE(listener_.notes.find("NVRTC"), std::string::npos) << listener_.notes;
  ASSERT_TRUE(generate("by-cpu", {Device::cpu, {}}, "x*y").ok());
  EXPECT_TRUE(files_in(folder_ + "/without") == files_in(folder_ + "/by-cpu"));

  listener_.notes.clear();
  const auto asked = generate("asked", {Device::cuda, {}}, "x*y");
  ASSERT_TRUE(asked.ok()) << asked.error().message();
  EXPECT_NE(listener_.notes.find("NVRTC"), std::string::npos) << listener_.notes;
  EXPECT_TRUE(files_in(folder_ + "/asked") == files_in(folder_ + "/by-cpu"));
}

TEST_F(GpuJob, AMissingCompilerIsToldOnceForAllGpus) {
  control_->devices = 3;
  const auto done = generate("without", {Device::automatic, {}}, "x*y");
  ASSERT_TRUE(done.ok()) << done.error().message();
  const std::size_t first = listener_.notes.find("NVRTC");
  ASSERT_NE(first, std::string::npos);
  EXPECT_EQ(std::ranges::count(listener_.notes, '\n'), 1) << listener_.notes;
  EXPECT_TRUE(listener_.notes.ends_with("; the CPU draws\n")) << listener_.notes;
}

TEST_F(GpuJob, AGpuThatIsTooOldIsLeftOutUnlessItWasNamed) {
  control_->devices = 2;
  control_->minor = 0;
  control_->old_device = 0;
  for (const Device device : {Device::automatic, Device::cuda}) {
    listener_.notes.clear();
    const std::string name = device == Device::cuda ? "cuda" : "auto";
    const auto done = generate(name, {device, {}});
    ASSERT_TRUE(done.ok()) << done.error().message();
    EXPECT_EQ(done->devices.size(), 1u);
    EXPECT_NE(listener_.notes.find("7.0"), std::string::npos) << listener_.notes;
    EXPECT_TRUE(files_in(folder_ + "/" + name) == by_cpu());
  }
  const auto named = generate("named", {Device::cuda, {0, 1}});
  ASSERT_FALSE(named.ok());
  EXPECT_NE(named.error().message().find("7.0"), std::string::npos) << named.error().message();
}

TEST_F(GpuJob, WhereNoGpuCanBeOpenedEachOnesReasonIsTold) {
  control_->devices = 2;
  control_->major = 7;
  control_->minor = 0;
  ASSERT_TRUE(generate("auto", {Device::automatic, {}}).ok());
  const auto asked = generate("cuda", {Device::cuda, {}});
  ASSERT_FALSE(asked.ok());
  for (const std::string& text : {listener_.notes, asked.error().message()}) {
    EXPECT_NE(text.find("GPU 0"), std::string::npos) << text;
    EXPECT_NE(text.find("GPU 1"), std::string::npos) << text;
  }
}

TEST_F(GpuJob, ATinyPictureIsLeftToTheCpuUnlessGpusWereAskedFor) {
  run_.cuda.auto_samples = CudaOptions().auto_samples;
  const auto left = generate("auto", {Device::automatic, {}});
  ASSERT_TRUE(left.ok());
  EXPECT_TRUE(left->devices.empty());
  EXPECT_EQ(control_->memory_calls, 0) << "no GPU was opened";
  EXPECT_EQ(listener_.notes, "");
  run_.cuda.auto_samples = kPixels / run_.threads;
  const auto taken = generate("large", {Device::automatic, {}});
  ASSERT_TRUE(taken.ok());
  EXPECT_EQ(taken->devices.size(), 1u);
  run_.cuda.auto_samples = CudaOptions().auto_samples;
  const auto asked = generate("hybrid", {Device::hybrid, {}});
  ASSERT_TRUE(asked.ok());
  EXPECT_EQ(asked->devices.size(), 1u);
}

TEST_F(GpuJob, ABudgetForTheCpuAloneMeansNoGpuUnlessItWasAskedFor) {
  run_.device.kind = Device::cpu;
  const auto plan = plan_generate(options_of(folder_ + "/plan"), run_);
  ASSERT_TRUE(plan.ok());
  run_.memory_bytes = plan->least_memory_bytes;
  const auto done = generate("auto", {Device::automatic, {}});
  ASSERT_TRUE(done.ok()) << done.error().message();
  EXPECT_TRUE(done->devices.empty());
  EXPECT_NE(listener_.notes.find("no GPU is used: the memory budget"), std::string::npos)
      << listener_.notes;
  EXPECT_TRUE(files_in(folder_ + "/auto") == by_cpu());
  const auto asked = generate("asked", {Device::cuda, {}});
  ASSERT_FALSE(asked.ok());
  EXPECT_EQ(asked.error().code(), Code::invalid);
}

TEST_F(GpuJob, TilesLargerThanTheBudgetsShareLeaveGpusOut) {
  const auto resolved = resolve_generate(options_of("unused"));
  ASSERT_TRUE(resolved.ok());
  run_.memory_bytes = std::int64_t{64} << 20;
  for (const Device device : {Device::automatic, Device::cuda}) {
    run_.device.kind = device;
    const auto lanes =
        open_gpu_lanes(resolved->program, resolved->image, 4096, formula::Halves::yes, run_);
    const std::string said = lanes.ok() ? lanes->none : lanes.error().message();
    EXPECT_EQ(lanes.ok(), device == Device::automatic);
    EXPECT_NE(said.find("do not fit into a GPU's share"), std::string::npos) << said;
  }
  // Of what fits, all batches together are within the share.
  run_.memory_bytes = std::int64_t{1} << 30;
  run_.threads = 64;
  const auto lanes =
      open_gpu_lanes(resolved->program, resolved->image, 512, formula::Halves::yes, run_);
  ASSERT_TRUE(lanes.ok() && lanes->lanes.size() == 1);
  EXPECT_LE(lanes->memory_bytes, run_.memory_bytes / 4);
  const TileLane& lane = *lanes->lanes[0];
  EXPECT_GE(lane.batch_tiles() * (lane.batches() - 2), 2 * run_.threads);
}

TEST_F(GpuJob, ValidatedFirstItOpensItsGpusOnce) {
  RunOptions run = run_;
  run.device.kind = Device::cuda;
  GenerateOptions options = options_of(folder_ + "/plain");
  ASSERT_TRUE(run_generate(options, run).ok());
  const int once = control_->streams;
  options.out = folder_ + "/validated";
  options.validate.enabled = true;
  options.validate.samples = 0;
  const auto done = run_generate(options, run);
  ASSERT_TRUE(done.ok()) << done.error().message();
  EXPECT_EQ(control_->streams, 2 * once);
  EXPECT_EQ(done->devices.size(), 1u);
  EXPECT_TRUE(files_in(options.out) == files_in(folder_ + "/plain"));
}

TEST_F(GpuJob, ADriverThatDoesNotStartIsToldOfOnce) {
  control_->init_outcome = 999;
  const auto done = generate("auto", {Device::automatic, {}});
  ASSERT_TRUE(done.ok());
  const std::string words = "starting the NVIDIA driver";
  const std::size_t at = listener_.notes.find(words);
  ASSERT_NE(at, std::string::npos) << listener_.notes;
  EXPECT_EQ(listener_.notes.find(words, at + 1), std::string::npos) << listener_.notes;
}

TEST_F(GpuJob, NoDriverIsNoErrorUnlessAGpuWasAskedFor) {
  run_.cuda.driver = "/nowhere/libcuda.so";
  const auto done = generate("auto", {Device::automatic, {}});
  ASSERT_TRUE(done.ok());
  EXPECT_EQ(listener_.notes, "");
  for (const Device device : {Device::cuda, Device::hybrid}) {
    const auto none = generate("none", {device, {}});
    ASSERT_FALSE(none.ok());
    EXPECT_EQ(none.error().code(), Code::not_found);
    EXPECT_NE(none.error().message().find("--device"), std::string::npos);
  }
}

}  // namespace
}  // namespace pantile::gpu_job
