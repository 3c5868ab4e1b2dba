#pragma once
/// \file
/// The job that writes a caller's image.

#include <memory>

#include "pantile/output_options.h"
#include "pantile/tile_source.h"
#include "pipeline/job/folder_setup.h"

namespace pantile {

/// The job of write_image() and repair_image(). Errors: invalid (an image, a layout or a preview
/// that cannot be).
Result<FolderJob> image_folder_job(std::shared_ptr<const TileSource> image,
                                   const OutputOptions& output);

}  // namespace pantile
