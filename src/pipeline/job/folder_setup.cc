#include "pipeline/job/folder_setup.h"

#include <algorithm>
#include <utility>

#include "io/zarr/zarr_source.h"
#include "pipeline/drain/drain.h"
#include "pipeline/folder/outputs.h"
#include "pipeline/preview/previews.h"

namespace pantile {
namespace {

/// PNG files of formula pictures take about this share of their raw size.
constexpr double kPngRatio = 0.6;

std::int64_t estimate_previews(const LevelInfo& image, const OutputOptions& output) {
  std::int64_t bytes = 0;
  for (const PlannedPreview& p : plan_previews(image.width, image.height, output.previews)) {
    bytes += estimate_preview(p.size);
  }
  return bytes;
}

}  // namespace

std::int64_t estimate_preview(const FittedSize& size) {
  return static_cast<std::int64_t>(3 * kPngRatio * static_cast<double>(size.width) *
                                   static_cast<double>(size.height));
}

Result<FolderSetup> set_up_folder(const FolderJob& job, const RunOptions& run,
                                  const JobLanes& lanes) {
  FolderSetup setup;
  const LevelInfo& image = job.plan.spec.levels.front();
  Codecs codecs;
  PANTILE_ASSIGN(auto store_codec, make_store_codec(job.output.zstd_level, job.plan.planes));
  codecs.push_back(std::move(store_codec));
  std::int64_t finish_bytes = 0, table_bytes = 0;
  if (job.output.tiff.enabled) {
    PANTILE_ASSIGN(auto tiff_codec, make_tiff_codec(job.output.tiff));
    codecs.push_back(std::move(tiff_codec));
    table_bytes = tiff_table_bytes(job.plan);
  }
  const Rect chunk{0, 0, std::min(job.plan.chunk_px, image.width),
                   std::min(job.plan.chunk_px, image.height)};
  const Cost cost = job.source->cost(job.plan.spec.region(0, chunk));
  const auto working = [&](int threads) {
    return drain_memory_bytes(job.plan, codecs, threads, lanes.tiles()) +
           threads * cost.scratch_bytes + cost.shared_bytes + table_bytes + lanes.memory_bytes;
  };
  const std::int64_t store_cache_bytes = zarr::SourceOptions{}.cache_bytes;
  for (const PreviewSize& p : job.output.previews) {
    const FittedSize size = fit_preview(image.width, image.height, p);
    finish_bytes = std::max(finish_bytes,
                            preview_memory_bytes(job.plan.spec, size.width, 1) + store_cache_bytes);
  }
  PANTILE_ASSIGN(setup.memory,
                 plan_memory(run, working, static_cast<int>(codecs.size()), finish_bytes));
  PANTILE_ASSIGN(setup.estimate, estimate_drain(*job.source, job.plan, codecs));
  setup.preview_bytes = estimate_previews(image, job.output);
  return setup;
}

Result<FolderSetup> set_up_folder_or_drop(const FolderJob& job, const RunOptions& run,
                                          JobLanes& lanes) {
  auto setup = set_up_folder(job, run, lanes);
  if (setup.ok() || !lanes.are_optional || lanes.lanes.empty()) return setup;
  auto without = set_up_folder(job, run);
  if (!without.ok()) return without;
  lanes.drop("no GPU is used: the memory budget is enough for the CPU alone; give more --memory");
  return without;
}

std::int64_t FolderSetup::peak_disk_bytes() const {
  // A TIFF's fragments stay until the file that is made of them is in place. A few samples may
  // fall into the easy parts of a picture: by a sixth in those that were tried.
  const std::int64_t tiff = estimate.bytes.size() > 1 ? estimate.bytes[1] : 0;
  return (estimate.bytes[0] + 2 * tiff + preview_bytes) / 4 * 5;
}

}  // namespace pantile
