#include "cli/settings.h"

namespace pantile::cli {

ConvertOptions convert_options(const Settings& settings) {
  ConvertOptions options;
  options.input = settings.input;
  options.output = settings.output;
  options.region = settings.region;
  options.colour = settings.recolour;
  options.tile_px = settings.generate.tile_px;
  options.shard_px = settings.generate.shard_px;
  options.zstd_level = settings.generate.zstd_level;
  options.tiff = settings.generate.tiff;
  return options;
}

ProcessOptions process_options(const Settings& settings) {
  ProcessOptions options;
  options.input = settings.input;
  options.operators = settings.operators;
  options.output = settings.output;
  options.region = settings.region;
  options.regions = settings.regions;
  options.tile_px = settings.generate.tile_px;
  options.shard_px = settings.generate.shard_px;
  options.zstd_level = settings.generate.zstd_level;
  options.tiff = settings.generate.tiff;
  return options;
}

PreviewOptions preview_options(const Settings& settings) {
  PreviewOptions options;
  options.input = settings.input;
  options.output = settings.output;
  options.width = settings.preview_width;
  options.height = settings.preview_height;
  options.region = settings.region;
  options.colour = settings.recolour;
  return options;
}

}  // namespace pantile::cli
