#include "pantile/write_image.h"

#include <fmt/format.h>

#include <utility>

#include "pipeline/folder/outputs.h"
#include "pipeline/image_folder_job.h"
#include "pipeline/job/folder_job.h"
#include "pipeline/preview/previews.h"
#include "pipeline/preview/value_colours.h"

namespace pantile {

Result<FolderJob> image_folder_job(std::shared_ptr<const TileSource> image,
                                   const OutputOptions& output) {
  const ImageSpec& spec = image->spec();
  if (spec.is_stack()) {
    return Error(Code::invalid, fmt::format("{} has {} planes (t {}, z {}); only images of one "
                                            "plane can be written",
                                            spec.name, spec.t * spec.z, spec.t, spec.z));
  }
  PANTILE_TRY(check_previews(output.previews));
  // Whether it can be shown has to be known before hours of writing, not after.
  if (!output.previews.empty()) {
    PANTILE_TRY(colour_values(image, spec.name, "{}", {}, ColourSource::Levels::all));
  }
  FolderJob job;
  PANTILE_ASSIGN(job.plan, plan_layout(spec, output.tile_px, output.shard_px));
  job.output = output;
  job.output.tile_px = job.plan.chunk_px;
  job.output.shard_px = job.plan.shard_px;
  job.command = "write";
  job.pixels = {{"image", image->fingerprint().hex()}};
  add_layout_settings(job.output, job.pixels);
  job.source = std::move(image);
  return job;
}

Result<JobSummary> write_image(std::shared_ptr<const TileSource> image, const OutputOptions& output,
                               const RunOptions& run) {
  PANTILE_ASSIGN(const FolderJob job, image_folder_job(std::move(image), output));
  return run_folder_job(job, run);
}

}  // namespace pantile
