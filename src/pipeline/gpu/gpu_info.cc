#include "compute/cuda/device.h"
#include "compute/cuda/nvrtc.h"
#include "ops/formula/gpu/builtin_kernels/builtin_kernels.h"
#include "pantile/info.h"

namespace pantile {
namespace {

GpuInfo describe(const cuda::Driver& driver, int ordinal) {
  GpuInfo gpu;
  gpu.ordinal = ordinal;
  const auto facts = cuda::read_facts(driver, ordinal);
  if (!facts.ok()) {
    gpu.unusable = facts.error().message();
    return gpu;
  }
  gpu.name = facts->name;
  gpu.major = facts->major;
  gpu.minor = facts->minor;
  gpu.memory_bytes = facts->memory_bytes;
  if (const Status usable = facts->usable(); !usable.ok()) gpu.unusable = usable.error().message();
  return gpu;
}

}  // namespace

DevicesInfo read_devices(const CudaOptions& cuda) {
  DevicesInfo info;
  if (const auto driver = cuda::Driver::open(cuda.driver); driver.ok()) {
    info.driver = (*driver)->version();
    for (int i = 0; i < (*driver)->device_count(); ++i) info.gpus.push_back(describe(**driver, i));
  } else {
    info.no_gpu = driver.error().message();
  }
  if (const auto nvrtc = cuda::Nvrtc::open(cuda.nvrtc); nvrtc.ok()) {
    info.nvrtc = (*nvrtc)->version();
  } else {
    info.no_nvrtc = nvrtc.error().message();
  }
  info.builtin_kernels = formula::builtin_kernel_targets();
  return info;
}

}  // namespace pantile
