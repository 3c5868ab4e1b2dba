#pragma once
/// \file
/// What plan_generate() and run_generate() share: the job resolved, measured, and fitted to the
/// machine.

#include <memory>
#include <string>

#include "io/codec/codecs.h"
#include "pipeline/drain.h"
#include "pipeline/estimate.h"
#include "pipeline/generate_resolve.h"
#include "pipeline/memory_plan.h"
#include "pipeline/outputs.h"

namespace pantile {

struct GenerateSetup {
  ResolvedGenerate job;
  std::shared_ptr<const ChunkCodec> store_codec;
  MemoryPlan memory;
  Estimate estimate;  ///< bytes[0]: the store; bytes[1]: the TIFF, if enabled.
  std::int64_t preview_bytes = 0;

  /// The most disk the job takes at any time.
  std::int64_t peak_disk_bytes() const;
};

Result<GenerateSetup> set_up_generate(const GenerateOptions& options, const RunOptions& run);

/// What a generate job can do about a full disk.
inline constexpr char kWriteLessAdvice[] =
    "choose another --out, or write less (--tiff off, --previews none)";

}  // namespace pantile
