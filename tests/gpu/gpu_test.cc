// On a real GPU: every function, every picture and whole jobs have the CPU's bits. Without one,
// everything here is skipped and says so.
#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <string>

#include "gpu/function_parity.h"
#include "gpu/gpu_machine.h"
#include "gpu/picture_parity.h"
#include "pantile/generate.h"
#include "pantile/info.h"
#include "pantile/validate.h"
#include "support/folder_files.h"

namespace pantile::gpu {
namespace {

constexpr std::int64_t kRandomArguments = 10'000'000;

class Gpu : public testing::Test {
 protected:
  void SetUp() override {
    auto opened = open_gpu_machine();
    if (!opened.ok() && opened.error().code() == Code::not_found) {
      GTEST_SKIP() << "not run, it needs a GPU: " << opened.error().message();
    }
    ASSERT_TRUE(opened.ok()) << opened.error().message();
    machine_ = *opened;
  }

  template <class T> void compare_functions(std::size_t group) {
    for (const auto& device : machine_.devices) {
      for (const Function& f : all_functions()) {
        if (f.index() != group) continue;
        const auto parity = compare_function<T>(f, device, *machine_.compiler, kRandomArguments);
        ASSERT_TRUE(parity.ok()) << name_of(f) << ": " << parity.error().message();
        EXPECT_GE(parity->compared, kRandomArguments);
        EXPECT_EQ(parity->different, 0) << "of " << parity->compared << ": " << parity->first;
      }
    }
  }

  GpuMachine machine_;
};

TEST_F(Gpu, FunctionsOfOneArgumentInF64) { compare_functions<double>(0); }
TEST_F(Gpu, FunctionsOfTwoArgumentsInF64) { compare_functions<double>(1); }
TEST_F(Gpu, FunctionsOfThreeArgumentsInF64) { compare_functions<double>(2); }
TEST_F(Gpu, FunctionsOfOneArgumentInF32) { compare_functions<float>(0); }
TEST_F(Gpu, FunctionsOfTwoArgumentsInF32) { compare_functions<float>(1); }
TEST_F(Gpu, FunctionsOfThreeArgumentsInF32) { compare_functions<float>(2); }

TEST_F(Gpu, PicturesInEveryOption) {
  for (const auto& device : machine_.devices) {
    for (const Picture& picture : pictures()) {
      for (const std::int32_t tile_px : {64, 512}) {
        if (tile_px == 64 && picture.image.frame.samples > 1) continue;
        const auto parity = compare_picture(picture, device, *machine_.compiler, tile_px);
        ASSERT_TRUE(parity.ok()) << picture.words() << ": " << parity.error().message();
        EXPECT_EQ(parity->different, 0) << picture.words() << ": " << parity->first;
      }
    }
  }
}

TEST_F(Gpu, CopiesArriveInTheOrderOfTheirStream) {
  constexpr std::int64_t kBytes = std::int64_t{64} << 20;
  for (const auto& device : machine_.devices) {
    const auto stream = cuda::Stream::make(device);
    const auto from = cuda::PinnedMemory::take(device, kBytes);
    const auto to = cuda::PinnedMemory::take(device, kBytes);
    const auto between = cuda::DeviceMemory::take(device, kBytes);
    const auto begin = cuda::Event::make(device, cuda::Event::Timing::yes);
    const auto end = cuda::Event::make(device, cuda::Event::Timing::yes);
    ASSERT_TRUE(stream.ok() && from.ok() && to.ok() && between.ok() && begin.ok() && end.ok());
    for (std::int64_t i = 0; i < kBytes; ++i) from->data()[i] = static_cast<std::byte>(i * 7 % 251);
    ASSERT_TRUE(begin->record(*stream).ok());
    ASSERT_TRUE(stream->copy_to_device(between->address(), from->data(), kBytes).ok());
    ASSERT_TRUE(stream->copy_to_host(to->data(), between->address(), kBytes).ok());
    ASSERT_TRUE(end->record(*stream).ok());
    ASSERT_TRUE(end->wait().ok());
    EXPECT_EQ(std::memcmp(from->data(), to->data(), static_cast<std::size_t>(kBytes)), 0);
    const auto seconds = end->seconds_since(*begin);
    ASSERT_TRUE(seconds.ok());
    EXPECT_GT(*seconds, 0);
  }
}

TEST_F(Gpu, TooMuchMemoryIsAnErrorAndHarmsNothing) {
  for (const auto& device : machine_.devices) {
    const auto most = cuda::DeviceMemory::take(device, device->facts().memory_bytes * 2);
    ASSERT_FALSE(most.ok());
    EXPECT_EQ(most.error().code(), Code::out_of_memory) << most.error().message();
    EXPECT_TRUE(cuda::DeviceMemory::take(device, 1 << 20).ok());
  }
}

/// A job's folder by CPU, GPU and both.
void expect_same_jobs(const GpuMachine& machine, GenerateOptions options, const std::string& name) {
  const std::string folder = testing::TempDir() + "pantile_gpu_" + name;
  std::filesystem::remove_all(folder);
  RunOptions run;
  run.cuda = machine.places;
  std::map<std::string, std::string> by_cpu;
  for (const auto& [words, kind] : {std::pair("cpu", Device::cpu), std::pair("cuda", Device::cuda),
                                    std::pair("hybrid", Device::hybrid)}) {
    options.out = folder + "/" + words;
    run.device = {kind, {}};
    const auto done = run_generate(options, run);
    ASSERT_TRUE(done.ok()) << words << ": " << done.error().message();
    if (kind == Device::cpu) {
      by_cpu = files_in(options.out);
      continue;
    }
    EXPECT_EQ(done->devices.size(), machine.devices.size());
    std::int64_t by_gpus = 0;
    for (const DeviceSummary& device : done->devices) {
      EXPECT_EQ(device.lost, "");
      by_gpus += device.pixels;
    }
    if (kind == Device::cuda) {
      EXPECT_EQ(by_gpus, options.width * options.height);
    }
    EXPECT_TRUE(files_in(options.out) == by_cpu) << words << " of " << name;
  }
  std::filesystem::remove_all(folder);
}

GenerateOptions job(std::string formula) {
  GenerateOptions options;
  options.formula = std::move(formula);
  options.width = 5001;
  options.height = 4097;
  options.scale = 0.003;
  return options;
}

TEST_F(Gpu, JobOfABuiltinInF64) { expect_same_jobs(machine_, job("complex"), "complex"); }
TEST_F(Gpu, JobOfABuiltinInF32) {
  GenerateOptions options = job("complex");
  options.precision = Precision::f32;
  expect_same_jobs(machine_, options, "complex_f32");
}
TEST_F(Gpu, JobOfAnExpressionInValues) {
  GenerateOptions options = job("r*cos(3*theta)");
  options.store = StoreKind::value_f32;
  expect_same_jobs(machine_, options, "values");
}
TEST_F(Gpu, JobOfAColourFormulaInSmallTiles) {
  GenerateOptions options = job("gradient");
  options.tile_px = 64;
  options.shard_px = 512;
  expect_same_jobs(machine_, options, "gradient");
}

TEST_F(Gpu, ValidationFindsItsPixelsEqual) {
  for (const char* formula : {"complex", "r*cos(3*theta)", "gradient"}) {
    GenerateOptions options = job(formula);
    options.validate.samples = 0;
    options.validate.size = 128;
    RunOptions run;
    run.cuda = machine_.places;
    run.device = {Device::cuda, {}};
    const auto report = run_validate(options, run);
    ASSERT_TRUE(report.ok()) << report.error().message();
    const ValidateCheck* const check = report->check("devices");
    ASSERT_NE(check, nullptr);
    EXPECT_TRUE(check->passed) << check->sentence;
    EXPECT_EQ(check->number("devices"), static_cast<double>(machine_.devices.size()));
    EXPECT_EQ(check->number("tiles"), 64);
  }
}

TEST_F(Gpu, InfoListsIt) {
  const DevicesInfo info = read_devices(machine_.places);
  ASSERT_EQ(info.gpus.size(), machine_.devices.size());
  EXPECT_EQ(info.no_gpu, "");
  EXPECT_NE(info.driver, "");
  for (const auto& device : machine_.devices) {
    const GpuInfo& gpu = info.gpus.at(static_cast<std::size_t>(device->facts().ordinal));
    EXPECT_EQ(gpu.name, device->facts().name);
    EXPECT_EQ(gpu.unusable, "");
    EXPECT_GT(gpu.memory_bytes, std::int64_t{1} << 30);
  }
}

}  // namespace
}  // namespace pantile::gpu
