#pragma once
/// \file
/// A job that fills a folder, and how it fits the machine and the disk.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "pantile/job.h"
#include "pantile/output_options.h"
#include "pantile/tile_sink.h"
#include "pantile/tile_source.h"
#include "pipeline/drain/memory_plan.h"
#include "pipeline/folder/job_record.h"
#include "pipeline/gpu/job_lanes.h"
#include "pipeline/job/estimate.h"
#include "pipeline/preview/previews.h"

namespace pantile {

/// An image that becomes a folder of outputs, with nothing left open.
struct FolderJob {
  std::shared_ptr<const TileSource> source;
  SinkPlan plan;
  OutputOptions output;
  std::string command;             ///< As job.json names it: "generate".
  std::string config_json = "{}";  ///< The resolved configuration, for job.json.
  PixelSettings pixels;            ///< What decides the store's bytes.
  std::string facts_json = "{}";   ///< For the store's attributes.
  /// Opens the lanes that `run` asks for; null: there can be none.
  std::function<Result<JobLanes>(const RunOptions& run)> open_lanes;
};

/// What the job takes on this machine.
struct FolderSetup {
  MemoryPlan memory;
  Estimate estimate;  ///< bytes[0]: the store; bytes[1]: the TIFF, if enabled.
  std::int64_t preview_bytes = 0;

  /// The most disk the job takes at any time.
  std::int64_t peak_disk_bytes() const;
};

/// Bytes that a preview of this size is expected to take as a file.
std::int64_t estimate_preview(const FittedSize& size);

/// Measures a few sample tiles; writes nothing. Errors: invalid (a codec's setting; a budget too
/// small, with the least that works), out_of_memory, and those of the source.
Result<FolderSetup> set_up_folder(const FolderJob& job, const RunOptions& run,
                                  const JobLanes& lanes = {});

/// The same; lanes that are beside the CPU's own work (`are_optional`) are dropped, with a note,
/// where the budget is enough for the job but not for them too.
Result<FolderSetup> set_up_folder_or_drop(const FolderJob& job, const RunOptions& run,
                                          JobLanes& lanes);

/// What a job can do about a full disk.
inline constexpr char kWriteLessAdvice[] =
    "choose another --out, or write less (--tiff off, --previews none)";

}  // namespace pantile
