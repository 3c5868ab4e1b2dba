#include "compute/cuda/device.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "support/fake_driver.h"

namespace pantile::cuda {
namespace {

class Devices : public testing::Test {
 protected:
  testing_cuda::FakeDriver fake_{PANTILE_FAKE_CUDA};
};

TEST_F(Devices, AreAsTheDriverDescribesThem) {
  fake_.control().devices = 3;
  const auto driver = fake_.open();
  EXPECT_EQ(driver->device_count(), 3);
  EXPECT_EQ(driver->version(), "13.0");
  const auto device = fake_.open_device(2);
  const DeviceFacts& facts = device->facts();
  EXPECT_EQ(facts.ordinal, 2);
  EXPECT_EQ(facts.name, "Fake");
  EXPECT_EQ(facts.architecture(), "sm_90");
  EXPECT_EQ(facts.memory_bytes, fake_.control().memory_bytes);
  EXPECT_EQ(facts.shared_bytes, 65536);
  EXPECT_TRUE(facts.has_memory_pools);
}

TEST_F(Devices, ThoseThatAreMissingOrTooOldAreRefusedByName) {
  const auto missing = Device::open(fake_.open(), 1);
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().code(), Code::not_found);
  EXPECT_NE(missing.error().message().find("no GPU 1: this machine's are number 0 alone"),
            std::string::npos);
  EXPECT_EQ(Device::open(fake_.open(), -1).error().code(), Code::not_found);

  fake_.control().major = 7;
  fake_.control().minor = 2;
  const auto old = Device::open(fake_.open(), 0);
  ASSERT_FALSE(old.ok());
  EXPECT_EQ(old.error().code(), Code::foreign);
  EXPECT_NE(old.error().message().find("compute capability 7.2; 7.5"), std::string::npos);
  fake_.control().minor = 5;
  EXPECT_EQ(fake_.open_device()->facts().architecture(), "sm_75");
}

TEST_F(Devices, NoDeviceIsNoDriver) {
  fake_.control().devices = 0;
  const auto none = Driver::open(PANTILE_FAKE_CUDA);
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().code(), Code::not_found);
  EXPECT_NE(none.error().message().find("finds no GPU"), std::string::npos);
}

TEST_F(Devices, ADriverThatFailsIsNotTakenForNone) {
  for (const auto& [outcome, code] : {std::pair{100, Code::not_found}, {999, Code::io}}) {
    fake_.control().init_outcome = outcome;
    const auto none = Driver::open(PANTILE_FAKE_CUDA);
    ASSERT_FALSE(none.ok());
    EXPECT_EQ(none.error().code(), code) << none.error().message();
    EXPECT_NE(none.error().message().find("starting the NVIDIA driver"), std::string::npos);
  }
}

TEST(Driver, SaysWhyItCannotBeOpened) {
  const auto none = Driver::open("/nowhere/libcuda.so");
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().code(), Code::not_found);
  EXPECT_NE(none.error().message().find("/nowhere/libcuda.so"), std::string::npos);
  // A library that is no driver.
  const auto other = Driver::open("libm.so.6");
  ASSERT_FALSE(other.ok());
  EXPECT_EQ(other.error().code(), Code::foreign);
  EXPECT_NE(other.error().message().find("cuInit"), std::string::npos);
}

TEST_F(Devices, MemoryIsGivenBackAndRunsOut) {
  const auto device = fake_.open_device();
  const std::int64_t all = device->facts().memory_bytes;
  for (int k = 0; k < 2; ++k) {
    const auto memory = DeviceMemory::take(device, all);
    ASSERT_TRUE(memory.ok());
    EXPECT_FALSE(DeviceMemory::take(device, 1).ok());
  }
  const auto much = DeviceMemory::take(device, all + 1);
  ASSERT_FALSE(much.ok());
  EXPECT_EQ(much.error().code(), Code::out_of_memory);
  EXPECT_NE(much.error().message().find("GPU 0 (Fake)"), std::string::npos);
  EXPECT_EQ(PinnedMemory::take(device, all + 1).error().code(), Code::out_of_memory);
}

TEST_F(Devices, EventsAreReachedInTheOrderOfTheirStream) {
  const auto device = fake_.open_device();
  const auto stream = Stream::make(device), other = Stream::make(device);
  const auto event = Event::make(device, Event::Timing::yes);
  const auto later = Event::make(device, Event::Timing::yes);
  ASSERT_TRUE(stream.ok() && other.ok() && event.ok() && later.ok());
  EXPECT_TRUE(*event->passed()) << "nothing was recorded";
  ASSERT_TRUE(event->record(*stream).ok());
  ASSERT_TRUE(later->record(*other).ok());
  EXPECT_FALSE(*event->passed());
  ASSERT_TRUE(stream->wait().ok());
  EXPECT_TRUE(*event->passed());
  EXPECT_FALSE(*later->passed());
  ASSERT_TRUE(later->wait().ok());
  EXPECT_TRUE(*later->passed());
  EXPECT_EQ(*later->seconds_since(*event), 0.0015);
}

void fill_with_sevens(const testing_cuda::Launch& launch) {
  if (launch.threads == 0) {
    *static_cast<std::size_t*>(launch.arguments[0]) = sizeof(api::Address);
    *static_cast<std::size_t*>(launch.arguments[1]) = 0;
    return;
  }
  const auto to = *static_cast<api::Address*>(launch.arguments[0]);
  std::memset(reinterpret_cast<void*>(to), 7, launch.x * launch.threads);
}

TEST_F(Devices, CodeIsLoadedAndItsKernelsRunInTheirStream) {
  const auto device = fake_.open_device();
  char code[64];
  std::snprintf(code, sizeof code, "sevens at %llx",
                reinterpret_cast<unsigned long long>(&fill_with_sevens));
  const auto module = Module::load(device, code);
  ASSERT_TRUE(module.ok()) << module.error().message();
  const auto kernel = module->kernel("sevens", 60000);
  ASSERT_TRUE(kernel.ok());
  const auto none = module->kernel("eights", 0);
  ASSERT_FALSE(none.ok());
  EXPECT_NE(none.error().message().find("eights"), std::string::npos);
  EXPECT_EQ(Module::load(device, "no code").error().code(), Code::io);

  const auto stream = Stream::make(device);
  const auto memory = DeviceMemory::take(device, 64);
  const auto pinned = PinnedMemory::take(device, 64);
  ASSERT_TRUE(stream.ok() && memory.ok() && pinned.ok());
  std::memset(pinned->data(), 1, 64);
  api::Address address = memory->address();
  void* arguments[] = {&address};
  ASSERT_TRUE(
      stream->launch(*kernel, {.x = 2, .y = 1, .z = 1, .threads = 32}, arguments, "sevens").ok());
  address = 0;  // arguments are copied at once
  ASSERT_TRUE(stream->copy_to_host(pinned->data(), memory->address(), 64).ok());
  EXPECT_EQ(pinned->data()[0], std::byte{1}) << "before anybody has waited";
  ASSERT_TRUE(stream->wait().ok());
  EXPECT_EQ(pinned->data()[63], std::byte{7});

  fake_.control().fail_call = fake_.control().calls;
  const Status failed =
      stream->launch(*kernel, {.x = 1, .y = 1, .z = 1, .threads = 1}, arguments, "the sevens");
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().code(), Code::io);
  EXPECT_EQ(failed.error().message(),
            "GPU 0 (Fake): launching the sevens failed: as told (CUDA_ERROR_FAKE)");
}

TEST_F(Devices, OneThatIsLostDoesNotTakeTheOtherAlong) {
  fake_.control().devices = 2;
  fake_.control().fail_device = 1;
  fake_.control().fail_call = 0;
  for (const int ordinal : {0, 1}) {
    const auto device = fake_.open_device(ordinal);
    const auto stream = Stream::make(device);
    const auto memory = DeviceMemory::take(device, 64);
    const auto pinned = PinnedMemory::take(device, 64);
    ASSERT_TRUE(stream.ok() && memory.ok() && pinned.ok());
    const Status copied = stream->copy_to_host(pinned->data(), memory->address(), 64);
    EXPECT_EQ(copied.ok(), ordinal == 0);
    EXPECT_EQ(stream->wait().ok(), ordinal == 0);
  }
  EXPECT_EQ(fake_.control().calls, 2) << "of the one that fails";
}

}  // namespace
}  // namespace pantile::cuda
