#pragma once
/// \file
/// Whole jobs by GPU and by both, beside what the same cores encode from memory.

#include <cstdint>
#include <string>

#include "generate/device/encoding_rate.h"
#include "generate/device/table.h"
#include "gpu/gpu_machine.h"
#include "pantile/result.h"

namespace pantile::bench {

struct JobBench {
  std::int64_t size = 131072;         ///< Edge of the picture, pixels; a multiple of 512.
  std::int64_t drawing_size = 65536;  ///< Of that with 8 × 8 samples a pixel.
  std::string folder;                 ///< Where stores are written, and removed.
  /// The same in memory, for the job that encoding alone shall bind; used where there is room.
  std::string memory_folder;
  int rounds = 3;                                   ///< Jobs are run so often; the median counts.
  std::int64_t disk_bytes = std::int64_t{1} << 31;  ///< Written and synced to see how fast it is.
  EncodingBench encoding = {};
};

/// Writes stores of complex, checks that GPU, both and CPU write the same bytes, and adds its lines
/// to `table`. `ordinal`: the GPU to be used; `to_host_px_s`: what it brings to the host alone.
Status measure_jobs(const gpu::GpuMachine& machine, int ordinal, double to_host_px_s,
                    const JobBench& bench, Table& table);

}  // namespace pantile::bench
