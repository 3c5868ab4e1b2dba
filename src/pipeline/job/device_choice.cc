#include <fmt/format.h>
#include <fmt/ranges.h>

#include "pantile/job.h"

namespace pantile {

std::string device_words(const DeviceChoice& choice) {
  switch (choice.kind) {
    case Device::automatic: return "auto";
    case Device::cpu: return "cpu";
    case Device::hybrid: return "hybrid";
    case Device::cuda: break;
  }
  if (choice.gpus.empty()) return "cuda";
  return fmt::format("cuda:{}", fmt::join(choice.gpus, ","));
}

}  // namespace pantile
