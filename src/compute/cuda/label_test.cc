// Labels as a profiler sees them: this program brings one along, in the way that NVTX describes for
// profilers that are linked in.
#include "compute/cuda/label.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "support/fake_driver.h"

#ifdef PANTILE_NVTX
#define NVTX_NO_IMPL  // types only: this file is on the profiler's side
#include <nvtx3/nvToolsExt.h>

namespace {

/// What was shown, in order: "+name amount" and "-". Other tests of the program show their own,
/// some from several threads.
std::mutex mutex;
std::vector<std::string> events;
void show(std::string event) {
  const std::lock_guard lock(mutex);
  events.push_back(std::move(event));
}
std::vector<std::string> take_shown() {
  const std::lock_guard lock(mutex);
  return std::exchange(events, {});
}

int NVTX_API push(const nvtxEventAttributes_t* event) {
  std::string text = std::string("+") + event->message.ascii;
  if (event->payloadType == NVTX_PAYLOAD_TYPE_INT64) {
    text += " " + std::to_string(event->payload.llValue);
  }
  show(std::move(text));
  return 0;
}
int NVTX_API pop() {
  show("-");
  return 0;
}

int NVTX_API start(NvtxGetExportTableFunc_t find) {
  const auto* const callbacks =
      static_cast<const NvtxExportTableCallbacks*>(find(NVTX_ETID_CALLBACKS));
  NvtxFunctionTable table = nullptr;
  unsigned int size = 0;
  if (callbacks == nullptr ||
      callbacks->GetModuleFunctionTable(NVTX_CB_MODULE_CORE, &table, &size) == 0) {
    return 0;
  }
  *table[NVTX_CBID_CORE_RangePushEx] = reinterpret_cast<NvtxFunctionPointer>(&push);
  *table[NVTX_CBID_CORE_RangePop] = reinterpret_cast<NvtxFunctionPointer>(&pop);
  return 1;
}

}  // namespace

extern "C" {
NvtxInitializeInjectionNvtxFunc_t InitializeInjectionNvtx2_fnptr = &start;
}
#endif

namespace pantile::cuda {
namespace {

TEST(Label, IsAroundWhatItNames) {
#ifdef PANTILE_NVTX
  EXPECT_TRUE(has_labels());
  take_shown();
  {
    const Label outer("batch of tiles", 64);
    { const Label inner("launch"); }
    const Label copy("copy to the host", std::int64_t{1} << 40);
  }
  EXPECT_EQ(take_shown(), (std::vector<std::string>{"+batch of tiles 64", "+launch", "-",
                                                    "+copy to the host 1099511627776", "-", "-"}));
#else
  EXPECT_FALSE(has_labels());
  GTEST_SKIP() << "NVTX's headers are not at hand; scripts/setup --cuda installs them";
#endif
}

#ifdef PANTILE_NVTX
/// A kernel that shows when it is launched (the driver asks then what it takes), and when it runs.
void kernel(const testing_cuda::Launch& launch) {
  if (launch.threads > 0) return show("run");
  for (int k = 0; k < 2; ++k) *static_cast<std::size_t*>(launch.arguments[k]) = 0;
  show("launched");
}
#endif

TEST(Label, IsAroundEveryLaunchCopyAndWait) {
#ifdef PANTILE_NVTX
  testing_cuda::FakeDriver driver(PANTILE_FAKE_CUDA);
  const auto device = driver.open_device();
  const auto stream = Stream::make(device);
  const auto memory = DeviceMemory::take(device, 16);
  const auto module = Module::load(device, testing_cuda::code_line("a_kernel", &kernel));
  ASSERT_TRUE(stream.ok() && memory.ok() && module.ok());
  const auto function = module->kernel("a_kernel", 0);
  ASSERT_TRUE(function.ok());
  char bytes[16] = {};
  take_shown();
  ASSERT_TRUE(stream->copy_to_device(memory->address(), bytes, 16).ok());
  ASSERT_TRUE(stream->launch(*function, {1, 1, 1, 32, 0}, {}, "what a launch is called").ok());
  ASSERT_TRUE(stream->copy_to_host(bytes, memory->address(), 8).ok());
  ASSERT_TRUE(stream->wait().ok());
  EXPECT_EQ(take_shown(), (std::vector<std::string>{
                              "+copy to the device 16", "-", "+what a launch is called", "launched",
                              "-", "+copy to the host 8", "-", "+wait for a stream", "run", "-"}));
#else
  GTEST_SKIP() << "NVTX's headers are not at hand; scripts/setup --cuda installs them";
#endif
}

}  // namespace
}  // namespace pantile::cuda
