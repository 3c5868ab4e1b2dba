#include "pantile/process.h"

#include <utility>

#include "ops/filter/quantiles.h"
#include "pipeline/file/values_job.h"
#include "pipeline/process/filtered_image.h"
#include "pipeline/process/open_input.h"
#include "runtime/workers.h"

namespace pantile {
Result<JobSummary> run_process(const ProcessOptions& options, const RunOptions& run) {
  const FloatEnvironmentScope float_environment;
  PANTILE_ASSIGN(filter::Chain chain, filter::parse_chain(options.operators));
  FileJob job;
  job.command = "process";
  job.input = options.input;
  PANTILE_ASSIGN(job.output, file_output(options.output, run));
  PANTILE_ASSIGN(job.image, open_input(options.input));
  const std::shared_ptr<const TileSource> whole = job.image.source;
  job.pixels = {{"input", whole->fingerprint().hex()}, {"operators", filter::text_of(chain)}};
  if (options.region) job.pixels.emplace_back("region", region_text(*options.region));
  const bool keeps_grid = options.tile_px == 0 && !options.region;
  job.tile_px = keeps_grid ? usable_tile(job.image.chunk_px) : options.tile_px;
  job.shard_px = options.shard_px;
  job.zstd_level = options.zstd_level;
  job.tiff = options.tiff;
  PANTILE_ASSIGN(job.image.source,
                 filter_and_crop(whole, {with_ranges_to_come(chain)}, options.region));
  if (filter::first_unsettled(chain) < chain.size()) {
    job.settling = std::make_unique<QuantileSettling>(whole, std::move(chain), options.region);
  }
  return run_values_job(std::move(job), run);
}

}  // namespace pantile
