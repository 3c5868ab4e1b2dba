#pragma once
/// \file
/// What a GPU draws in its own memory and brings to the host, beside its ceilings and a kernel
/// written by hand.

#include "generate/device/table.h"
#include "gpu/gpu_machine.h"
#include "pantile/result.h"

namespace pantile::bench {

struct DeviceRates {
  /// RGB8 of complex in f64, as a job with a pyramid takes it: halves beside the tiles.
  double to_host_px_s = 0;
};

/// Checks pixels against the CPU first, then adds its lines to `table`. Errors: those of the
/// device; corrupt (pixels differ).
Result<DeviceRates> measure_device(const gpu::GpuMachine& machine,
                                   const std::shared_ptr<const cuda::Device>& device, Table& table);

}  // namespace pantile::bench
