#pragma once
/// \file
/// `preview`: a picture of an image on disk, small enough to look at.

#include <cstdint>
#include <optional>
#include <string>

#include "pantile/geometry.h"
#include "pantile/job.h"
#include "pantile/recolour.h"
#include "pantile/result.h"

namespace pantile {

struct PreviewOptions {
  std::string input;  ///< A job folder, an .ome.zarr, a .tif/.tiff or a .png.
  /// A .png; empty: previews/preview-<width>.png in a job folder, else
  /// "<input stem>-preview-<width>.png" beside the input; with a region or colours
  /// "view-<width>…" in place of "preview-<width>".
  std::string output;
  std::int64_t width = 1024, height = 0;  ///< Fits into; 0: no limit on that side.
  std::optional<Rect> region;
  RecolourOptions colour;
};

/// Writes a PNG that shows all of the image, or of a rectangle of it, shrunk by area averaging from
/// the smallest level that is large enough; never enlarged, which is noted to run.listener. Values
/// are shown in colours. A PNG that is there already is replaced, atomically; nothing else is
/// touched. There is nothing to resume: what is stopped leaves no file.
/// run.restart and run.share_* mean nothing here.
///
/// Errors: invalid (an output not named .png, or inside the input; a region outside the image; a
/// negative size; a colour or budget that cannot be); conflict (an output that is there and is no
/// PNG); not_found (no input, or a job's picture that is not complete); foreign; corrupt;
/// out_of_space; out_of_memory; io; cancelled. Thread-safe for different outputs.
Result<JobSummary> run_preview(const PreviewOptions& options, const RunOptions& run);

}  // namespace pantile
