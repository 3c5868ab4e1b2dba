#include "compute/cuda/label.h"

#ifdef PANTILE_NVTX
#include <nvtx3/nvToolsExt.h>
#endif

namespace pantile::cuda {

#ifdef PANTILE_NVTX

Label::Label(const char* name, std::int64_t amount) {
  nvtxEventAttributes_t event{};
  event.version = NVTX_VERSION;
  event.size = NVTX_EVENT_ATTRIB_STRUCT_SIZE;
  event.messageType = NVTX_MESSAGE_TYPE_ASCII;
  event.message.ascii = name;
  if (amount != 0) {
    event.payloadType = NVTX_PAYLOAD_TYPE_INT64;
    event.payload.llValue = amount;
  }
  nvtxRangePushEx(&event);
}
Label::~Label() { nvtxRangePop(); }
bool has_labels() { return true; }

#else

Label::Label(const char*, std::int64_t) {}
Label::~Label() = default;
bool has_labels() { return false; }

#endif

}  // namespace pantile::cuda
