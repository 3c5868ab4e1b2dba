#pragma once
/// \file
/// A lazy image becomes a file.

#include <string>

#include "pantile/image.h"
#include "pipeline/image/image_state.h"

namespace pantile {

/// See Image::write().
Result<JobSummary> write_image_file(const ImageState& image, const std::string& output,
                                    const WriteOptions& options, const RunOptions& run);

}  // namespace pantile
