#pragma once
/// \file
/// Any source becomes a store, a TIFF and previews: one's own too.
///
///     auto board = std::make_shared<Checkerboard>();
///     pantile::write_image(board, {.out = "board"}, {});

#include <memory>

#include "pantile/check.h"
#include "pantile/job.h"
#include "pantile/output_options.h"
#include "pantile/result.h"
#include "pantile/tile_source.h"

namespace pantile {

/// Writes level 0 of `image` and the levels halved from it, or goes on where an earlier call was
/// stopped: the same call, with an image of the same fingerprint, gives the same bytes, however
/// often it is interrupted. read() is called from run.threads threads at once.
///
/// Previews of values (Kind::intensity) take their range from the first channel's window; without
/// one, only 8- and 16-bit values have previews.
/// Errors: invalid (a layout, level or preview that cannot be; an image of several planes; a budget
/// too small, with the least that works); conflict (a folder that holds another image, the
/// differing settings named; a second writer); foreign (a folder of something else); out_of_space
/// (foreseen before anything is written, or met); out_of_memory; io; corrupt; cancelled (what is
/// committed stays); and those of the image's read().
/// Different folders may be written at the same time, from any threads.
Result<JobSummary> write_image(std::shared_ptr<const TileSource> image, const OutputOptions& output,
                               const RunOptions& run);

/// Checks the folder that write_image() filled with this image, as run_check() does and, since the
/// image is at hand, against what it gives: removes what is wrong, has write_image() make it anew,
/// and checks once more, all under the folder's lock. What is right stays as it is, foreign files
/// are left alone. The report is the last check's: whole() unless foreign files are left.
/// `output.out` names the folder; tile, shard and zstd level must be those it was written with.
///
/// Errors besides those of run_check() and write_image(): conflict (the folder is being written, or
/// holds another image); corrupt (job.json is lost or damaged beyond one bit; or still wrong
/// afterwards); invalid (not a job's folder).
Result<CheckReport> repair_image(std::shared_ptr<const TileSource> image,
                                 const OutputOptions& output, const RunOptions& run);

}  // namespace pantile
