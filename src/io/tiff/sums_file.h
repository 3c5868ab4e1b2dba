#pragma once
/// \file
/// The sidecar of a TIFF on disk, and whether it is that file's.

#include <memory>
#include <string>

#include "io/tiff/sums.h"

namespace pantile::tiff {

/// The sidecar beside the file `tiff_path`; null when there is none, or when it is that of another
/// file (neither the size nor the head is as it says: another program has written the TIFF).
/// The head is checked here, so every tile's place and size can be relied on; the tiles are not.
/// Errors: corrupt (the sidecar is damaged; the head is; the file is cut short or longer), io.
Result<std::shared_ptr<const Sums>> open_sums(const std::string& tiff_path);

}  // namespace pantile::tiff
