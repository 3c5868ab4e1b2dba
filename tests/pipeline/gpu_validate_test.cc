// The devices check beside a GPU that is none: the driver of tests/support/fake_cuda.h, whose
// kernels here are FormulaSource, and FormulaSource with a mistake.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "contract/temporary_folder.h"
#include "ops/formula/compile.h"
#include "ops/formula/gpu/kernel_headers.h"
#include "ops/formula/gpu/kernel_text.h"
#include "pantile/generate.h"
#include "pantile/info.h"
#include "pantile/validate.h"
#include "pipeline/folder/kernel_files.h"
#include "pipeline/generate/resolve.h"
#include "support/fake_driver.h"
#include "support/host_kernels.h"
#include "support/source_kernel.h"

namespace pantile {
namespace {

namespace fs = std::filesystem;
using formula::PixelBatch;
using testing_cuda::HostKernel;
using testing_cuda::Launch;

constexpr char kFormula[] = "sin(x*y) + x";  // no built-in, whose kernel may come with the program
constexpr std::int64_t kColumns = 24, kRows = 18, kTilePx = 64;  // the last of each are cut

GenerateOptions job_options() {
  GenerateOptions options;
  options.formula = kFormula;
  options.range_lo = -1;
  options.range_hi = 1;
  options.width = 1500;
  options.height = 1100;
  options.tile_px = kTilePx;
  options.shard_px = 256;
  options.scale = 0.01;
  options.previews = {};
  options.validate.size = 128;
  options.validate.samples = 10;
  return options;
}

/// Draws the tiles of a batch with the CPU's source, and flips a bit of the job's pixel (x, y).
void draw(const Launch& launch, std::int64_t x, std::int64_t y) {
  testing_cuda::draw_by_source(launch, [] {
    const auto resolved = resolve_generate(job_options());
    return resolved.ok() ? resolved->job.source : nullptr;
  });
  if (launch.threads == 0) return;
  const auto& batch = *static_cast<const PixelBatch*>(launch.arguments[1]);
  for (unsigned i = 0; i < launch.z; ++i) {
    const formula::PixelRect& tile = batch.tiles[i];
    const Rect whole{tile.x0, tile.y0, tile.x0 + kTilePx, tile.y0 + kTilePx};
    if (!whole.contains({x, y, x + 1, y + 1})) continue;
    batch.out[((i * kTilePx + y - tile.y0) * kTilePx + x - tile.x0) * 3 + 1] ^= 1;
  }
}
constexpr std::int64_t kWrongX = 1499, kWrongY = 1095;  // in the tile of the lower right corner
void draw_right(const Launch& launch) { draw(launch, -1, -1); }
void draw_one_wrong(const Launch& launch) { draw(launch, kWrongX, kWrongY); }
/// The picture ends at x = 1500; what lies beyond is stored as zeros.
void draw_beyond_the_edge(const Launch& launch) { draw(launch, 1500, kWrongY); }

/// What the GPU makes for the level above, with one bit of its first pixel wrong.
void halve_one_wrong(const Launch& launch) {
  testing_cuda::halve_on_host<formula::PixelForm::rgb8>(launch);
  if (launch.threads == 0) return;
  const auto& batch = *static_cast<const PixelBatch*>(launch.arguments[0]);
  batch.half[1] ^= 1;
}

class Listener : public JobListener {
 public:
  void on_stage_begin(const Progress& p) override { stages.insert(std::string(p.stage)); }
  void on_stage_end(const Progress& p) override {
    if (p.stage == "validate/devices") left = p.total - p.done;
  }
  void on_note(std::string_view text) override { notes += std::string(text) + "\n"; }
  std::set<std::string> stages;
  std::int64_t left = -1;
  std::string notes;
};

class GpuValidate : public testing::Test {
 protected:
  void SetUp() override {
    run_.cuda = {PANTILE_FAKE_CUDA, "/nowhere/libnvrtc.so", {folder_.path() + "/kernels"}};
    run_.cuda.auto_samples = 0;
    run_.threads = 2;
    run_.listener = &listener_;
    use(&draw_right);
  }

  /// The kernel that the driver runs for the job's formula.
  void use(HostKernel kernel, HostKernel halve = nullptr) {
    const auto program = formula::compile(kFormula, Precision::f64);
    const auto text =
        formula::kernel_text(*program, Precision::f64, formula::PixelForm::rgb8, true);
    const std::string code = testing_cuda::kernel_code(kernel, formula::PixelForm::rgb8, halve);
    ASSERT_TRUE(
        KernelFiles(folder_.path() + "/kernels")
            .keep(cuda::KernelCompiler::key(text.code, formula::kernel_headers(), "sm_90"), code)
            .ok());
  }
  ValidateReport validate(DeviceChoice device = {}) {
    RunOptions run = run_;
    run.device = std::move(device);
    GenerateOptions options = job_options();
    options.validate.out = folder_.path() + "/report";
    auto report = run_validate(options, run);
    EXPECT_TRUE(report.ok()) << report.error().message();
    return std::move(report).value();
  }
  nlohmann::json report_json() {
    std::ifstream file(folder_.path() + "/report/report.json");
    return nlohmann::json::parse(file);
  }

  const contract::TemporaryFolder folder_;
  RunOptions run_;
  Listener listener_;
  testing_cuda::FakeDriver driver_{PANTILE_FAKE_CUDA};
  testing_cuda::Control* const control_ = &driver_.control();
};

TEST_F(GpuValidate, PassesWhenEveryGpuDrawsTheCpusPixels) {
  control_->devices = 2;
  for (const DeviceChoice& device : {DeviceChoice{Device::automatic, {}},
                                     {Device::cuda, {}},
                                     {Device::cuda, {1}},
                                     {Device::hybrid, {}}}) {
    const ValidateReport report = validate(device);
    const ValidateCheck* const check = report.check("devices");
    ASSERT_NE(check, nullptr) << device_words(device);
    EXPECT_TRUE(check->passed) << check->sentence;
    EXPECT_TRUE(report.not_made.empty());
    EXPECT_EQ(check->number("devices"), device.gpus.empty() ? 2 : 1);
    EXPECT_EQ(check->number("tiles GPU 1 (Fake)"), 64);
    EXPECT_EQ(check->number("pixels GPU 1 (Fake)"), check->number("pixels"));
    EXPECT_LT(check->number("pixels"), 64 * kTilePx * kTilePx) << "tiles at the edges are cut";
    EXPECT_EQ(check->number("different GPU 1 (Fake)"), 0);
    EXPECT_EQ(listener_.left, 0);
    EXPECT_EQ(report_json()["device"], device_words(device));
  }
  EXPECT_EQ(listener_.notes, "");
}

TEST_F(GpuValidate, FindsOnePixelOfTheLevelAbove) {
  use(&draw_right, &halve_one_wrong);
  const ValidateReport report = validate();
  EXPECT_FALSE(report.passed());
  const ValidateCheck* const check = report.check("devices");
  ASSERT_NE(check, nullptr);
  EXPECT_FALSE(check->passed);
  EXPECT_NE(check->sentence.find("that it halved them to"), std::string::npos) << check->sentence;
  ASSERT_FALSE(check->places.empty());
  EXPECT_NE(check->places.front().text.find("halved"), std::string::npos);
}

TEST_F(GpuValidate, FindsOnePixelInItsTile) {
  use(&draw_one_wrong);
  const ValidateReport report = validate();
  EXPECT_FALSE(report.passed());
  const ValidateCheck* const check = report.check("devices");
  ASSERT_NE(check, nullptr);
  EXPECT_FALSE(check->passed);
  EXPECT_EQ(check->number("different GPU 0 (Fake)"), 1);
  ASSERT_EQ(check->places.size(), 1u);
  EXPECT_TRUE(check->places[0].of_job);
  EXPECT_EQ(check->places[0].rect, (Rect{kWrongX, kWrongY, kWrongX + 1, kWrongY + 1}));
  // That tile is 28 pixels wide and 12 high.
  EXPECT_EQ(check->places[0].text, "GPU 0 (Fake), tile " + std::to_string(kColumns - 1) + "," +
                                       std::to_string(kRows - 1) +
                                       ": 1 of 336 pixels differ from the CPU's");
  EXPECT_NE(report.status().error().message().find("devices: GPU 0 (Fake): 1 of "),
            std::string::npos);
  EXPECT_TRUE(report.check("proof")->passed) << "the CPU's own pixels are right";
  EXPECT_EQ(report_json()["passed"], false);
  EXPECT_TRUE(fs::exists(folder_.path() + "/report/report.png"));
}

TEST_F(GpuValidate, FindsWhatIsDrawnBeyondTheEdge) {
  use(&draw_beyond_the_edge);
  const ValidateReport report = validate();
  EXPECT_FALSE(report.check("devices")->passed);
  EXPECT_EQ(report.check("devices")->number("different GPU 0 (Fake)"), 1);
}

TEST_F(GpuValidate, ALostGpuFailsTheCheck) {
  std::set<double> tiles;
  for (const int call : {3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16, 18, 20}) {
    control_->calls = 0;
    control_->fail_call = call;
    const ValidateReport report = validate();
    const ValidateCheck* const check = report.check("devices");
    ASSERT_NE(check, nullptr);
    EXPECT_FALSE(check->passed);
    EXPECT_NE(check->sentence.find("0 of "), std::string::npos) << check->sentence;
    EXPECT_NE(check->sentence.find("LOST: GPU 0 (Fake): "), std::string::npos) << check->sentence;
    EXPECT_EQ(check->number("different GPU 0 (Fake)"), 0);
    EXPECT_LT(check->number("tiles GPU 0 (Fake)"), 64);
    tiles.insert(check->number("tiles GPU 0 (Fake)"));
    EXPECT_EQ(listener_.stages.count("validate/proof"), 1u) << "the other checks go on";
  }
  EXPECT_GT(tiles.size(), 2u) << "lost at different moments";
}

TEST_F(GpuValidate, WithoutAGpuItIsNotMade) {
  const auto reason_of = [&](DeviceChoice device) {
    const ValidateReport report = validate(std::move(device));
    EXPECT_EQ(report.check("devices"), nullptr);
    EXPECT_EQ(report.not_made.size(), 1u);
    EXPECT_EQ(report.not_made.at(0).name, "devices");
    EXPECT_EQ(report_json()["not_made"][0]["reason"], report.not_made.at(0).reason);
    EXPECT_TRUE(report.passed());
    return report.not_made.at(0).reason;
  };
  EXPECT_EQ(reason_of({Device::cpu, {}}), "--device cpu asks for no GPU");
  EXPECT_EQ(listener_.notes, "");
  const CudaOptions there = run_.cuda;
  run_.cuda.driver = "/nowhere/libcuda.so";
  EXPECT_NE(reason_of({}).find("no NVIDIA driver"), std::string::npos);
  run_.cuda = there;
  run_.cuda.kernel_folders.clear();
  EXPECT_NE(reason_of({}).find("GPU 0 (Fake) is not used: this kernel has to be compiled"),
            std::string::npos);
  EXPECT_EQ(listener_.stages.count("validate/devices"), 0u);
}

TEST_F(GpuValidate, AGpuThatIsAskedForHasToBeThere) {
  GenerateOptions options = job_options();
  options.validate.out = folder_.path() + "/report";
  run_.device = {Device::cuda, {0, 7}};
  auto refused = run_validate(options, run_);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), Code::not_found);
  EXPECT_NE(refused.error().message().find("--device cuda:0,7: there is no GPU 7"),
            std::string::npos);
  run_.cuda.driver = "/nowhere/libcuda.so";
  for (const Device device : {Device::cuda, Device::hybrid}) {
    run_.device = {device, {}};
    refused = run_validate(options, run_);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code(), Code::not_found);
  }
  EXPECT_FALSE(fs::exists(options.validate.out));
  EXPECT_TRUE(listener_.stages.empty());
}

TEST_F(GpuValidate, ItsMemoryIsCounted) {
  run_.memory_bytes = std::int64_t{1} << 20;
  const auto least = [&](Device device) {
    run_.device = {device, {}};
    const auto refused = run_validate(job_options(), run_);
    EXPECT_FALSE(refused.ok());
    const std::string text = refused.error().message();
    const std::size_t at = text.find("at least ");
    EXPECT_NE(at, std::string::npos) << text;
    return std::stoll(text.substr(at + 9));
  };
  const auto without = least(Device::cpu);
  run_.memory_bytes = without << 20;  // in MiB
  run_.device = {Device::cpu, {}};
  EXPECT_TRUE(run_validate(job_options(), run_).ok());
  EXPECT_GT(least(Device::cuda), without) << "its batches lie in the host's memory";
}

TEST_F(GpuValidate, ThePlanNamesTheGpusAndCountsTheirMemory) {
  control_->devices = 2;
  const auto plan = [&](DeviceChoice device) {
    run_.device = std::move(device);
    auto made = plan_generate(job_options(), run_);
    EXPECT_TRUE(made.ok()) << made.error().message();
    return std::move(made).value();
  };
  const GeneratePlan cpu = plan({Device::cpu, {}});
  EXPECT_TRUE(cpu.gpus.empty() && cpu.cpu_draws && cpu.refusal.ok());
  EXPECT_EQ(cpu.no_gpus, "--device cpu asks for no GPU");
  const GeneratePlan hybrid = plan({Device::automatic, {}});
  EXPECT_EQ(hybrid.gpus, (std::vector<std::string>{"GPU 0 (Fake)", "GPU 1 (Fake)"}));
  EXPECT_TRUE(hybrid.cpu_draws);
  EXPECT_EQ(hybrid.no_gpus, "");
  EXPECT_GT(hybrid.least_memory_bytes, cpu.least_memory_bytes);
  EXPECT_FALSE(plan({Device::cuda, {1}}).cpu_draws);
  EXPECT_EQ(plan({Device::cuda, {1}}).gpus.size(), 1u);
  const GeneratePlan refused = plan({Device::cuda, {2}});
  ASSERT_FALSE(refused.refusal.ok());
  EXPECT_EQ(refused.refusal.error().code(), Code::not_found);
  EXPECT_EQ(refused.no_gpus, refused.refusal.error().message());
  EXPECT_FALSE(refused.cpu_draws);
  EXPECT_GT(refused.store_bytes, 0) << "the rest is planned all the same";
}

TEST_F(GpuValidate, ThePlanKeepsNoKernel) {
  const char* const nvrtc = std::getenv("PANTILE_NVRTC");
  if (nvrtc == nullptr) GTEST_SKIP() << "no NVRTC";
  run_.cuda.nvrtc = nvrtc;
  fs::remove_all(folder_.path() + "/kernels");
  // The driver cannot run what is compiled, which shows that it was.
  const auto plan = plan_generate(job_options(), run_);
  ASSERT_TRUE(plan.ok());
  ASSERT_EQ(plan->notes.size(), 1u);
  EXPECT_TRUE(plan->notes[0].starts_with("GPU 0 (Fake) is not used: loading machine code failed"))
      << plan->notes[0];
  EXPECT_FALSE(fs::exists(folder_.path() + "/kernels"));
}

TEST_F(GpuValidate, TheMachinesGpusAreListed) {
  control_->devices = 2;
  const DevicesInfo info = read_devices(run_.cuda);
  ASSERT_EQ(info.gpus.size(), 2u);
  EXPECT_EQ(info.gpus[1].ordinal, 1);
  EXPECT_EQ(info.gpus[1].name, "Fake");
  EXPECT_EQ(info.gpus[1].major, 9);
  EXPECT_EQ(info.gpus[1].minor, 0);
  EXPECT_EQ(info.gpus[1].memory_bytes, control_->memory_bytes);
  EXPECT_EQ(info.gpus[1].unusable + info.no_gpu + info.nvrtc, "");
  EXPECT_EQ(info.driver, "13.0");
  EXPECT_NE(info.no_nvrtc.find("/nowhere/libnvrtc.so"), std::string::npos);

  control_->devices = 0;
  EXPECT_EQ(read_devices(run_.cuda).no_gpu, "the NVIDIA driver finds no GPU");
  run_.cuda.driver = "/nowhere/libcuda.so";
  const DevicesInfo none = read_devices(run_.cuda);
  EXPECT_TRUE(none.gpus.empty() && none.driver.empty());
  EXPECT_NE(none.no_gpu.find("no NVIDIA driver"), std::string::npos);
}

TEST_F(GpuValidate, BeforeAJobItStopsTheJob) {
  use(&draw_one_wrong);
  GenerateOptions options = job_options();
  options.validate.enabled = true;
  options.out = folder_.path() + "/job";
  const auto stopped = run_generate(options, run_);
  ASSERT_FALSE(stopped.ok());
  EXPECT_EQ(stopped.error().code(), Code::corrupt);
  EXPECT_FALSE(fs::exists(options.out));
  use(&draw_right);
  ASSERT_TRUE(run_generate(options, run_).ok());
  EXPECT_NE(listener_.notes.find("devices: passed, GPU 0 (Fake): 0 of "), std::string::npos);
}

}  // namespace
}  // namespace pantile
