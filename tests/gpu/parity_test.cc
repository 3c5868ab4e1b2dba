// On any machine: every function, every picture and whole jobs have the CPU's bits on its GPUs.
#include "gpu/parity_test.h"

#include <algorithm>
#include <cstring>

#include "gpu/parity_checks.h"
#include "pantile/info.h"
#include "pantile/validate.h"

namespace pantile::gpu {

TEST_P(Parity, FunctionsOfOneArgumentInF64) {
  expect_same_functions<double>(machine_, 0, GetParam().arguments);
}
TEST_P(Parity, FunctionsOfTwoArgumentsInF64) {
  expect_same_functions<double>(machine_, 1, GetParam().arguments);
}
TEST_P(Parity, FunctionsOfThreeArgumentsInF64) {
  expect_same_functions<double>(machine_, 2, GetParam().arguments);
}
TEST_P(Parity, FunctionsOfOneArgumentInF32) {
  expect_same_functions<float>(machine_, 0, GetParam().arguments);
}
TEST_P(Parity, FunctionsOfTwoArgumentsInF32) {
  expect_same_functions<float>(machine_, 1, GetParam().arguments);
}
TEST_P(Parity, FunctionsOfThreeArgumentsInF32) {
  expect_same_functions<float>(machine_, 2, GetParam().arguments);
}

TEST_P(Parity, PicturesInEveryOption) {
  for (const Picture& picture : pictures(GetParam().picture_size)) {
    for (const std::int32_t tile_px : GetParam().picture_tiles_px) {
      if (tile_px < GetParam().picture_tiles_px.back() && picture.image.frame.samples > 1) continue;
      expect_same_picture(machine_, picture, tile_px);
    }
  }
}

TEST_P(Parity, CopiesArriveInTheOrderOfTheirStream) {
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

TEST_P(Parity, TooMuchMemoryIsAnErrorAndHarmsNothing) {
  for (const auto& device : machine_.devices) {
    const auto most = cuda::DeviceMemory::take(device, device->facts().memory_bytes * 2);
    ASSERT_FALSE(most.ok());
    EXPECT_EQ(most.error().code(), Code::out_of_memory) << most.error().message();
    EXPECT_TRUE(cuda::DeviceMemory::take(device, 1 << 20).ok());
  }
}

TEST_P(Parity, JobOfABuiltinInF64) { expect_same_jobs(machine_, job("complex")); }
TEST_P(Parity, JobOfABuiltinInF32) {
  GenerateOptions options = job("complex");
  options.precision = Precision::f32;
  expect_same_jobs(machine_, options);
}
TEST_P(Parity, JobOfAnExpressionInValues) {
  GenerateOptions options = job("r*cos(3*theta)");
  options.store = StoreKind::value_f32;
  expect_same_jobs(machine_, options);
}
TEST_P(Parity, JobOfAColourFormulaInSmallTiles) {
  GenerateOptions options = job("gradient");
  options.tile_px = 64;
  options.shard_px = 512;
  expect_same_jobs(machine_, options);
}

TEST_P(Parity, ValidationFindsItsPixelsEqual) {
  for (const char* formula : {"complex", "r*cos(3*theta)", "gradient"}) {
    GenerateOptions options = job(formula);
    // More than 64 tiles.
    options.width = options.height = 10 * options.tile_px;
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

TEST_P(Parity, InfoListsIt) {
  const DevicesInfo info = read_devices(machine_.places);
  EXPECT_EQ(std::ranges::count(info.gpus, "", &GpuInfo::unusable), std::ssize(machine_.devices));
  EXPECT_EQ(info.no_gpu, "");
  EXPECT_NE(info.driver, "");
  for (const auto& device : machine_.devices) {
    const GpuInfo& gpu = info.gpus.at(static_cast<std::size_t>(device->facts().ordinal));
    EXPECT_EQ(gpu.name, device->facts().name);
    EXPECT_EQ(gpu.unusable, "");
    EXPECT_GT(gpu.memory_bytes, std::int64_t{1} << 30);
  }
}

}  // namespace pantile::gpu
