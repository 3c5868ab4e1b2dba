#pragma once
/// \file
/// How preview sizes are spelled in flags, TOML files, job.json and file names.

#include <string>

#include "pantile/generate.h"

namespace pantile {

/// The file stem of a preview: its name, or "preview-<width>" (and "x<height>" where given).
std::string preview_name(const PreviewSize& size);
/// "1024", "thumb:512x512".
std::string to_text(const PreviewSize& size);

}  // namespace pantile
