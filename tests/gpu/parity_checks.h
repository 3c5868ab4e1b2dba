#pragma once
/// \file
/// What a test expects of a machine's GPUs: the CPU's bits. Each failure says what differs, and
/// where.

#include <cstdint>

#include "gpu/function_parity.h"
#include "gpu/gpu_machine.h"
#include "gpu/picture_parity.h"
#include "pantile/generate.h"

namespace pantile::gpu {

/// Every function of `group` + 1 arguments.
template <class T>
void expect_same_functions(const GpuMachine& machine, std::size_t group,
                           const ArgumentCount& count);

void expect_same_picture(const GpuMachine& machine, const Picture& picture, std::int32_t tile_px);

/// The folder of a job, made by CPU, by GPUs and by both.
void expect_same_jobs(const GpuMachine& machine, GenerateOptions options);

}  // namespace pantile::gpu
