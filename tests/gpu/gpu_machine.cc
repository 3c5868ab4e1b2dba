#include "gpu/gpu_machine.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "pipeline/gpu/open_devices.h"

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
  const auto say = [](const std::string& text) { std::fprintf(stderr, "%s\n", text.c_str()); };
  machine.compiler =
      std::make_shared<cuda::KernelCompiler>(open_caches(places), machine.places.nvrtc, say);
  PANTILE_ASSIGN(machine.driver, cuda::Driver::open(machine.places.driver));
  RunOptions run;
  run.cuda = places;
  std::vector<std::string> left_out;
  auto devices = open_devices(run, left_out);
  std::ranges::for_each(left_out, say);
  if (!devices.ok()) {
    const bool is_old = devices.error().code() == Code::foreign;
    return is_old ? Error(Code::not_found, devices.error().message()) : devices.error();
  }
  machine.devices = std::move(*devices);
  return machine;
}

}  // namespace pantile::gpu
