#pragma once
/// \file
/// What has to be known before pixels can be made.

#include "pantile/job.h"
#include "pipeline/image/image_state.h"

namespace pantile {

/// Finds out what has to be known before a pixel of `image` can be made. Errors: those of what is
/// read; cancelled.
Status prepare(const ImageState& image, const RunOptions& run);

}  // namespace pantile
