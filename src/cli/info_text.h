#pragma once
/// \file
/// What `info` prints of an image or a job folder.

#include <string>

#include "pantile/info.h"

namespace pantile::cli {

/// A readable account: format, state, size, levels, compression, outputs, the job's settings.
std::string info_text(const ImageInfo& info);
/// One JSON object; "job" holds job.json.
std::string info_json(const ImageInfo& info);

}  // namespace pantile::cli
