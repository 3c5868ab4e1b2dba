#pragma once
/// \file
/// Everything a command line or a TOML file can say, before it becomes a call to the pipeline.

#include <cstdint>
#include <optional>
#include <string>

#include "cli/names.h"
#include "pantile/convert.h"
#include "pantile/generate.h"
#include "pantile/job.h"
#include "pantile/preview.h"
#include "pantile/process.h"

namespace pantile::cli {

/// Members without a command of their own are shared: `generate` also holds the tile, shard,
/// zstd and TIFF settings of `convert` and `process`.
struct Settings {
  GenerateOptions generate;
  RunOptions run;
  RecolourOptions recolour;    ///< convert, preview
  std::optional<Rect> region;  ///< convert, process, preview
  std::int64_t preview_width = 1024, preview_height = 0;
  std::string input, output;  ///< convert, process, preview; input also info, check, repair
  std::string operators;      ///< process
  std::string regions;        ///< process
  std::string config;         ///< generate, plan, validate: a TOML file or an earlier job
  LogMode log = LogMode::text;
  Shell shell = Shell::bash;  ///< completion
  bool json = false;          ///< info
  bool fast = false;          ///< check
};

/// What `convert` was asked to do.
ConvertOptions convert_options(const Settings& settings);
/// What `process` was asked to do.
ProcessOptions process_options(const Settings& settings);
/// What `preview` was asked to do.
PreviewOptions preview_options(const Settings& settings);

}  // namespace pantile::cli
