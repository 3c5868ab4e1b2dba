#pragma once
/// \file
/// A machine whose GPU is the host: the driver of fake_cuda.h, and the kernels of the tests
/// compiled for the CPU. It has no NVRTC, so that a kernel nobody compiled is an error, as on a
/// machine that has the portable archive and a driver alone.

#include <map>
#include <string>

#include "contract/temporary_folder.h"
#include "gpu/gpu_machine.h"
#include "support/fake_driver.h"

namespace pantile::gpu {

/// The kernels by their texts, as code of fake_cuda.h.
using HostCodes = std::map<std::string, std::string>;
HostCodes host_codes();

class HostMachine {
 public:
  HostMachine();
  /// From here on this is the code of the kernel `text`.
  void use(const std::string& text, const std::string& code);
  Result<GpuMachine> open();
  testing_cuda::Control& control() { return driver_.control(); }

 private:
  testing_cuda::FakeDriver driver_;
  const contract::TemporaryFolder folder_;
};

/// One that lives as long as what it gives.
Result<GpuMachine> open_host_machine();

}  // namespace pantile::gpu
