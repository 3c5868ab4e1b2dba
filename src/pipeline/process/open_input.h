#pragma once
/// \file
/// The image that operators work on.

#include <string>

#include "pipeline/folder/open_image.h"

namespace pantile {

/// Opens an image to be read with halos: what decodes a tile for every read gets a cache. (Stores
/// have their own.) Errors: those of open_image(), with advice.
Result<OpenImage> open_input(const std::string& path);

}  // namespace pantile
