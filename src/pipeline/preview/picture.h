#pragma once
/// \file
/// One picture out of any image on disk: cut out, coloured, written as a PNG.

#include <optional>
#include <string>

#include "ops/colormap/colour_source.h"
#include "pantile/job.h"
#include "pantile/recolour.h"
#include "pipeline/folder/open_image.h"
#include "pipeline/preview/previews.h"

namespace pantile {

/// Opens `input` and cuts `region` out of it. Values get colours when `colour` asks for them, or
/// when the result is to be looked at (`as_picture`). `levels`: see ColourSource.
/// Errors: those of open_image(), CropSource and colour_values(); foreign (a picture of more than
/// one plane, or of several channels of values).
Result<OpenImage> open_view(const std::string& input, const std::optional<Rect>& region,
                            const RecolourOptions& colour, bool as_picture,
                            ColourSource::Levels levels);

/// Refuses (invalid) an `output` that is `input` itself, lies inside it or contains it: writing or
/// replacing the one would harm the other. Links are followed. An empty `input`: an image in no
/// file, which nothing harms.
Status check_apart(const std::string& input, const std::string& output);

/// Writes `image`, shrunk to `size`, as the PNG `path`: a job of one stage.
Result<JobSummary> write_picture(const OpenImage& image, const FittedSize& size,
                                 const std::string& path, const RunOptions& run);

}  // namespace pantile
