// Whole jobs beside a GPU that is none: the driver of tests/support/fake_cuda.h, whose kernel here
// is FormulaSource itself. The folder is byte for byte the one that the CPU makes.
#include <dlfcn.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <filesystem>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include "core/buffer.h"
#include "ops/formula/compile.h"
#include "ops/formula/kernel_headers.h"
#include "ops/formula/kernel_text.h"
#include "pantile/generate.h"
#include "pipeline/folder/kernel_files.h"
#include "pipeline/generate/resolve.h"
#include "pipeline/gpu/formula_lanes.h"
#include "support/fake_cuda.h"
#include "support/folder_files.h"
#include "support/host_kernels.h"

namespace pantile {
namespace {

namespace fs = std::filesystem;
using formula::PixelBatch;
using formula::PixelParameters;
using testing_cuda::Control;
using testing_cuda::Launch;

/// What is drawn into each kind of store; in numbers, with infinities of both signs side by side.
const char* formula_for(StoreKind store) {
  return store == StoreKind::value_f32 ? "log(abs(x)) / floor(3*y)" : "complex";
}

GenerateOptions options_of(const std::string& out, StoreKind store = StoreKind::rgb8) {
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
GenerateOptions large_options_of(const std::string& out) {
  GenerateOptions options = options_of(out);
  options.width = 1399;
  options.height = 999;
  options.shard_px = 1024;
  return options;
}

enum class Size { small, large };

/// Draws the tiles of a batch with the CPU's source.
template <StoreKind store, Size size = Size::small> void draw_by_cpu(const Launch& launch) {
  if (launch.threads == 0) {
    *static_cast<std::size_t*>(launch.arguments[0]) = sizeof(PixelParameters<double>);
    *static_cast<std::size_t*>(launch.arguments[1]) = sizeof(PixelBatch);
    return;
  }
  const auto& batch = *static_cast<const PixelBatch*>(launch.arguments[1]);
  const auto resolved = resolve_generate(size == Size::large ? large_options_of("unused")
                                                             : options_of("unused", store));
  ASSERT_TRUE(resolved.ok());
  const TileSource& source = *resolved->job.source;
  const Layout layout = Layout::interleaved(source.spec().dtype, batch.tile_px, batch.tile_px,
                                            source.spec().channels);
  for (unsigned i = 0; i < launch.z; ++i) {
    auto* const out = reinterpret_cast<std::byte*>(batch.out) + i * layout.packed_bytes();
    std::fill_n(out, layout.packed_bytes(), std::byte{0});
    const Rect rect{batch.tiles[i].x0, batch.tiles[i].y0, batch.tiles[i].x1, batch.tiles[i].y1};
    ReadContext context;
    ASSERT_TRUE(source
                    .read(source.spec().region(0, rect),
                          MutableView(out, layout).window({0, 0, rect.width(), rect.height()}),
                          context)
                    .ok());
  }
}

class Listener : public JobListener {
 public:
  void on_note(std::string_view text) override { notes += std::string(text) + "\n"; }
  void on_warning(std::string_view text) override { warnings += std::string(text) + "\n"; }
  std::string notes, warnings;
};

/// Where everybody who is to draw waits, each with his first tiles in hand, until all are there. If
/// one of them never gets any, nobody goes on before long, and the test fails.
class Gate {
 public:
  Gate(std::size_t gpus, bool workers_draw) : gpus_(gpus), workers_draw_(workers_draw) {}
  /// By a lane's thread, of which each GPU has one.
  void pass_launch() {
    pass([this] { lanes_.insert(std::this_thread::get_id()); });
  }
  /// By a worker with a tile; before any launch has passed it is one that the worker drew.
  void pass_pixels() {
    pass([this] { workers_have_drawn_ = true; });
  }

 private:
  template <class Note> void pass(const Note& note) {
    std::unique_lock lock(mutex_);
    if (is_open_) return;
    note();
    is_open_ = lanes_.size() == gpus_ && (workers_have_drawn_ || !workers_draw_);
    if (is_open_) opened_.notify_all();
    const bool opened =
        opened_.wait_for(lock, std::chrono::seconds(60), [this] { return is_open_; });
    EXPECT_TRUE(opened) << lanes_.size() << " GPUs and " << workers_have_drawn_ << " workers drew";
    is_open_ = true;
  }

  const std::size_t gpus_;
  const bool workers_draw_;
  std::mutex mutex_;
  std::condition_variable opened_;
  std::set<std::thread::id> lanes_;
  bool workers_have_drawn_ = false, is_open_ = false;
};
Gate* the_gate = nullptr;  ///< For a kernel, which is a function.

/// The driver asks a kernel for its parameters on the thread that launches it.
void draw_behind_the_gate(const Launch& launch) {
  if (launch.threads == 0) the_gate->pass_launch();
  draw_by_cpu<StoreKind::rgb8, Size::large>(launch);
}

class GateKeeper final : public Listener {
 public:
  /// Progress is told 200 ms after it was told last, then with the next tile; and whoever tells it
  /// holds up those who are done with theirs.
  void on_stage_begin(const Progress&) override {
    std::this_thread::sleep_for(std::chrono::milliseconds(250));
  }
  void on_progress(const Progress& progress) override {
    if (progress.stage == "render") the_gate->pass_pixels();
  }
};

class GpuJob : public testing::Test {
 protected:
  void SetUp() override {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = testing::TempDir() + "gpu_job_" + test->name();
    fs::remove_all(folder_);
    library_ = dlopen(PANTILE_FAKE_CUDA, RTLD_NOW);
    ASSERT_NE(library_, nullptr) << dlerror();
    control_ = reinterpret_cast<Control* (*)()>(dlsym(library_, "fake_cuda_control"))();
    *control_ = {};
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
  void TearDown() override {
    EXPECT_EQ(control_->alive, 0);
    dlclose(library_);
    fs::remove_all(folder_);
  }

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
  void* library_ = nullptr;
  Control* control_ = nullptr;
  std::map<std::string, std::string> by_cpu_;
};

constexpr std::int64_t kPixels = 699 * 499;

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

TEST_F(GpuJob, EveryoneWhoIsToDrawDraws) {
  keep_kernel(StoreKind::rgb8, formula::PixelForm::rgb8, &draw_behind_the_gate);
  const auto by_cpu = generate_large("by-cpu", Device::cpu);
  ASSERT_TRUE(by_cpu.ok()) << by_cpu.error().message();
  GateKeeper keeper;
  run_.listener = &keeper;
  for (const auto& [device, gpus] : {std::pair(Device::automatic, 1),
                                     {Device::hybrid, 1},
                                     {Device::hybrid, 2},
                                     {Device::cuda, 2}}) {
    control_->devices = gpus;
    const bool workers_draw = device != Device::cuda;
    Gate gate(static_cast<std::size_t>(gpus), workers_draw);
    the_gate = &gate;
    const std::string name = device_words({device, {}}) + std::to_string(gpus);
    const auto done = generate_large(name, device);
    ASSERT_TRUE(done.ok()) << done.error().message();
    EXPECT_TRUE(files_in(folder_ + "/" + name) == files_in(folder_ + "/by-cpu")) << name;
    ASSERT_EQ(done->devices.size(), static_cast<std::size_t>(gpus));
    std::int64_t by_gpus = 0;
    for (const DeviceSummary& d : done->devices) {
      EXPECT_GT(d.pixels, 0) << name;
      by_gpus += d.pixels;
    }
    if (workers_draw) {
      EXPECT_LT(by_gpus, done->pixels) << name;
    } else {
      EXPECT_EQ(by_gpus, done->pixels) << name;
    }
  }
  EXPECT_EQ(keeper.notes + keeper.warnings, "");
}

TEST_F(GpuJob, OneBatchIsCopiedWhileAnotherIsDrawn) {
  keep_kernel(StoreKind::rgb8, formula::PixelForm::rgb8,
              &draw_by_cpu<StoreKind::rgb8, Size::large>);
  const auto done = generate_large("cuda", Device::cuda);
  ASSERT_TRUE(done.ok()) << done.error().message();
  // Whoever waits for a batch has queued the next one, with its copies (tiles and halves), but for
  // the last.
  const testing_cuda::Overlap& seen = control_->overlap;
  EXPECT_GE(seen.batches, 6);
  EXPECT_EQ(seen.most_under_way, 2);
  EXPECT_EQ(seen.lone_waits, 1);
  EXPECT_EQ(seen.copies_beside, 2 * (seen.batches - 1));
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
}  // namespace pantile
