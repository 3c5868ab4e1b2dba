// Labels as a profiler sees them: this program brings one along, in the way that NVTX describes for
// profilers that are linked in.
#include "compute/cuda/label.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#ifdef PANTILE_NVTX
#define NVTX_NO_IMPL  // types only: this file is on the profiler's side
#include <nvtx3/nvToolsExt.h>

namespace {

/// What was shown, in order: "+name amount" and "-".
std::vector<std::string>& shown() {
  static std::vector<std::string> events;
  return events;
}

int NVTX_API push(const nvtxEventAttributes_t* event) {
  std::string text = std::string("+") + event->message.ascii;
  if (event->payloadType == NVTX_PAYLOAD_TYPE_INT64) {
    text += " " + std::to_string(event->payload.llValue);
  }
  shown().push_back(std::move(text));
  return 0;
}
int NVTX_API pop() {
  shown().push_back("-");
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
  shown().clear();
  {
    const Label outer("batch of tiles", 64);
    { const Label inner("launch"); }
    const Label copy("copy to the host", std::int64_t{1} << 40);
  }
  EXPECT_EQ(shown(), (std::vector<std::string>{"+batch of tiles 64", "+launch", "-",
                                               "+copy to the host 1099511627776", "-", "-"}));
#else
  EXPECT_FALSE(has_labels());
  GTEST_SKIP() << "NVTX's headers are not at hand; scripts/setup --cuda installs them";
#endif
}

}  // namespace
}  // namespace pantile::cuda
