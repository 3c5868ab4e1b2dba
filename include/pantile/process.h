#pragma once
/// \file
/// `process`: an image on disk goes through a chain of operators into another file.

#include <cstdint>
#include <optional>
#include <string>

#include "pantile/geometry.h"
#include "pantile/job.h"
#include "pantile/output_options.h"
#include "pantile/result.h"

namespace pantile {

struct ProcessOptions {
  std::string input;  ///< A job folder, an .ome.zarr, a .tif/.tiff or a .png.
  /// "rescale(q=0.02:0.98) | gaussian(2) | sobel": docs/process.md lists them all.
  std::string operators;
  std::string output;          ///< Ends in .ome.zarr, .tif, .tiff or .png; decides the format.
  std::optional<Rect> region;  ///< Of the result, in level-0 pixels; none: everything.
  /// A .csv or .json that gets a line for every label of the result; empty: none is written.
  std::string regions;
  std::int64_t tile_px = 0, shard_px = 0;  ///< As in OutputOptions.
  int zstd_level = 1;
  TiffOptions tiff;
};

/// Writes what the operators make of the image's full size, each channel by itself, and the levels
/// halved from it. The operators see the whole image: a region is cut out of the result, and
/// boundary rules act at the image's edges only.
///
/// Quantiles, as of rescale(q=a:b), are those of all pixels of a channel, at that place of the
/// chain. They are measured before anything is written, in a stage of their own, exactly.
///
/// Jobs are run, resumed and refused as those of run_convert(): with `<output>.parts` beside the
/// output, which also keeps what was measured. The input's pixels, the operators and the region are
/// what a resumed job has to agree in. A PNG is written at once and shows colours, or one channel
/// of 8 or 16 bits or of a mask.
///
/// `regions` needs a result of labels. When it is written, its labels are measured, channel by
/// channel: area, bounds, centre, and mean, least and greatest of the input's samples there, where
/// the input has as many pixels and as many channels, or one.
///
/// Errors: invalid (an operator or a value that cannot be; a PNG of floats; a quantile that is an
/// infinity), and those of run_convert().
Result<JobSummary> run_process(const ProcessOptions& options, const RunOptions& run);

}  // namespace pantile
