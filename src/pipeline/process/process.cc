#include "pantile/process.h"

#include <utility>
#include <vector>

#include "core/hash.h"
#include "ops/crop/crop_source.h"
#include "ops/filter/graph_rules.h"
#include "ops/filter/settle.h"
#include "pipeline/file/values_job.h"
#include "pipeline/preview/picture.h"
#include "pipeline/process/filtered_image.h"
#include "pipeline/process/open_input.h"
#include "pipeline/process/region_table.h"
#include "runtime/workers.h"

namespace pantile {
namespace {

bool same_size(const ImageSpec& a, const ImageSpec& b) {
  return a.levels.front().bounds() == b.levels.front().bounds();
}

/// The channel of `image` that each channel of `graph` is made of; empty where one is of several.
std::vector<int> origins(const filter::Graph& graph, const TileSource& image) {
  std::vector<int> all;
  for (int c = 0; c < graph.spec().channels; ++c) {
    all.push_back(filter::origin_channel(graph, image, c));
    if (all.back() < 0) return {};
  }
  return all;
}

}  // namespace

Result<JobSummary> run_process(const ProcessOptions& options, const RunOptions& run) {
  const FloatEnvironmentScope float_environment;
  PANTILE_ASSIGN(const filter::Chain chain, filter::parse_chain(options.operators));
  FileJob job;
  job.command = "process";
  job.input = options.input;
  PANTILE_ASSIGN(job.output, file_output(options.output, run));
  PANTILE_ASSIGN(job.image, open_input(options.input));
  const std::shared_ptr<const TileSource> whole = job.image.source;
  const std::string output = job.output;
  job.read_from = whole->fingerprint();
  job.pixels = {{"input", job.read_from->hex()}, {"operators", filter::text_of(chain)}};
  if (options.region) job.pixels.emplace_back("region", region_text(*options.region));
  const bool keeps_grid = options.tile_px == 0 && !options.region;
  job.tile_px = keeps_grid ? usable_tile(job.image.chunk_px) : options.tile_px;
  job.shard_px = options.shard_px;
  job.zstd_level = options.zstd_level;
  job.tiff = options.tiff;
  Hasher others;
  bool has_others = false;
  const auto open = [&](const std::string& path) -> Result<filter::Graph> {
    PANTILE_ASSIGN(OpenImage other, open_input(path));
    PANTILE_TRY(check_apart(path, job.output));
    others.add(other.source->fingerprint().hex());
    has_others = true;
    return filter::Graph::leaf(std::move(other.source));
  };
  PANTILE_ASSIGN(const filter::Graph graph,
                 filter::apply_chain(chain, filter::Graph::leaf(whole), open));
  if (has_others) job.pixels.emplace_back("images", others.finish().hex());
  PANTILE_ASSIGN(const filter::Graph to_come, with_numbers_to_come(graph));
  PANTILE_ASSIGN(job.image.source, filter_and_crop(to_come, options.region));
  if (!filter::is_settled(graph)) {
    job.settling = std::make_unique<GraphSettling>(graph, options.region);
  }
  if (options.regions.empty()) return run_values_job(std::move(job), run);
  PANTILE_TRY(check_region_table(options.regions, job.image.source->spec()));
  PANTILE_TRY(check_apart(options.input, options.regions));
  PANTILE_TRY(check_apart(options.regions, output));
  std::shared_ptr<const TileSource> values = whole;
  const std::vector<int> value_channels = origins(graph, *whole);
  if (!same_size(graph.spec(), whole->spec()) || value_channels.empty()) {
    values = nullptr;
  } else if (options.region) {
    PANTILE_ASSIGN(values, CropSource::create(whole, *options.region));
  }
  PANTILE_ASSIGN(JobSummary summary, run_values_job(std::move(job), run));
  PANTILE_ASSIGN(const OpenImage labels, open_input(output));
  PANTILE_ASSIGN(StageSummary stage, write_region_table(options.regions, *labels.source,
                                                        values.get(), value_channels, run));
  summary.wall_s += stage.wall_s;
  summary.stages.push_back(std::move(stage));
  return summary;
}

}  // namespace pantile
