#pragma once
/// \file
/// `convert`: an image on disk becomes another file.

#include <cstdint>
#include <optional>
#include <string>

#include "pantile/geometry.h"
#include "pantile/job.h"
#include "pantile/output_options.h"
#include "pantile/recolour.h"
#include "pantile/result.h"

namespace pantile {

struct ConvertOptions {
  std::string input;           ///< A job folder, an .ome.zarr, a .tif/.tiff or a .png.
  std::string output;          ///< Ends in .ome.zarr, .tif, .tiff or .png; decides the format.
  std::optional<Rect> region;  ///< Level-0 pixels; none: everything.
  RecolourOptions colour;
  std::int64_t tile_px = 0, shard_px = 0;  ///< As in OutputOptions.
  int zstd_level = 1;
  TiffOptions tiff;
};

/// Writes the image, or a rectangle of it, in another format or in other colours. Only images of
/// one plane are converted.
///
/// A store or a TIFF is written shard by shard and can be resumed: `<output>.parts` beside the
/// output holds the record of the conversion (its settings, the identity of the input's pixels)
/// and the output so far, which takes its name when it is complete; then the parts are removed.
/// The same call goes on where an earlier one was stopped or failed. A PNG is written at once,
/// under its name when it is complete. With run.share_count > 1 only a share of a store or TIFF is
/// written, and a last call without shares completes it.
///
/// With run.restart a store (only if it is one) or a TIFF that is there, and what an earlier run
/// left, are removed first; a PNG is replaced.
///
/// Errors: invalid (an output of no known format, or that is, lies inside or contains the input; a
/// region outside the image; a layout, level, colour or budget that cannot be); not_found (no
/// input); foreign (an
/// input that is not read here or cannot be what is asked for; a folder in the output's place);
/// conflict (an output that is there without run.restart; parts of another conversion, the
/// differing settings named; a second writer); corrupt (the input, or parts); out_of_space
/// (foreseen before anything is written, or met); out_of_memory; io; cancelled (what is committed
/// stays).
/// Different outputs may be written at the same time, from any threads.
Result<JobSummary> run_convert(const ConvertOptions& options, const RunOptions& run);

}  // namespace pantile
