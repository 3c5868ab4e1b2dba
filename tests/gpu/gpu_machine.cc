#include "gpu/gpu_machine.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "ops/formula/builtin_kernels/builtin_kernels.h"
#include "pipeline/folder/kernel_files.h"

namespace pantile::gpu {
namespace {

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

Result<GpuMachine> open_gpu_machine() {
  CudaOptions places;
  places.driver = variable("PANTILE_CUDA_DRIVER");
  places.nvrtc = variable("PANTILE_NVRTC");
  if (std::string kernels = variable("PANTILE_KERNELS"); !kernels.empty()) {
    places.kernel_folders = {std::move(kernels)};
  }
  return open_gpu_machine(places);
}

Result<GpuMachine> open_gpu_machine(const CudaOptions& places) {
  GpuMachine machine;
  machine.places = places;
  std::vector<std::shared_ptr<cuda::CodeCache>> caches;
  for (const std::string& folder : places.kernel_folders) {
    caches.push_back(std::make_shared<KernelFiles>(folder));
  }
  caches.push_back(formula::builtin_kernel_cache());
  machine.compiler = std::make_shared<cuda::KernelCompiler>(
      std::move(caches), machine.places.nvrtc,
      [](const std::string& warning) { std::fprintf(stderr, "%s\n", warning.c_str()); });
  PANTILE_ASSIGN(machine.driver, cuda::Driver::open(machine.places.driver));
  for (int ordinal = 0; ordinal < machine.driver->device_count(); ++ordinal) {
    PANTILE_ASSIGN(auto device, cuda::Device::open(machine.driver, ordinal));
    machine.devices.push_back(std::move(device));
  }
  return machine;
}

}  // namespace pantile::gpu
