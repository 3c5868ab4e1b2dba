#include "pantile/convert.h"

#include <fmt/format.h>

#include <utility>

#include "pipeline/file/file_job.h"
#include "pipeline/folder/open_image.h"
#include "pipeline/preview/picture.h"
#include "runtime/workers.h"

namespace pantile {
namespace {

std::string to_text(const RecolourOptions& c) {
  const auto number = [](const std::optional<double>& v) {
    return v ? fmt::format("{}", *v) : std::string("-");
  };
  const auto color = [](const std::optional<Rgb8>& v) {
    return v ? hex_color(*v) : std::string("-");
  };
  return fmt::format("{} {},{} {} {} {}", c.colormap.value_or("-"), number(c.range_lo),
                     number(c.range_hi), color(c.nan_color), color(c.neg_inf_color),
                     color(c.pos_inf_color));
}

}  // namespace

Result<JobSummary> run_convert(const ConvertOptions& options, const RunOptions& run) {
  const FloatEnvironmentScope float_environment;
  FileJob job;
  job.command = "convert";
  job.input = options.input;
  PANTILE_ASSIGN(job.output, file_output(options.output, run));
  const bool as_picture = format_of(job.output) == FileFormat::png;
  auto image = open_view(options.input, options.region, options.colour, as_picture,
                         ColourSource::Levels::first);
  if (!image.ok()) return with_repair_advice(image.error(), options.input);
  job.image = *std::move(image);
  PANTILE_ASSIGN(const OpenImage opened, open_image(job.image.path));
  job.read_from = opened.source->fingerprint();
  job.pixels = {{"input", job.image.source->fingerprint().hex()},
                {"colour", to_text(options.colour)}};
  if (options.region) job.pixels.emplace_back("region", region_text(*options.region));
  if (!options.colour.any()) job.facts_json = job.image.facts_json;
  const bool changed = options.region.has_value() || options.colour.any();
  job.tile_px = options.tile_px != 0 || changed ? options.tile_px : usable_tile(job.image.chunk_px);
  job.shard_px = options.shard_px;
  job.zstd_level = options.zstd_level;
  job.tiff = options.tiff;
  return run_file_job(std::move(job), run);
}

}  // namespace pantile
