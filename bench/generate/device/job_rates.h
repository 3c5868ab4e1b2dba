#pragma once
/// \file
/// Whole jobs by GPU and by both, beside what the same cores encode from memory.

#include <cstdint>
#include <string>

#include "generate/device/table.h"
#include "gpu/gpu_machine.h"
#include "pantile/result.h"

namespace pantile::bench {

/// Writes stores of size × size pixels below `folder`, checks that GPU, both and CPU write the same
/// bytes, and adds its lines to `table`. `ordinal`: the GPU to be used; `to_host_px_s`: what it
/// brings to the host alone.
Status measure_jobs(const gpu::GpuMachine& machine, int ordinal, double to_host_px_s,
                    std::int64_t size, const std::string& folder, Table& table);

}  // namespace pantile::bench
