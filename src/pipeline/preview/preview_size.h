#pragma once
/// \file
/// How preview sizes are spelled in flags, TOML files, job.json and file names.

#include <optional>
#include <string>
#include <string_view>

#include "pantile/generate.h"

namespace pantile {

/// The file stem of a preview: its name, or "preview-<width>" (and "x<height>" where given).
std::string preview_name(const PreviewSize& size);
/// "1024", "thumb:512x512".
std::string to_text(const PreviewSize& size);
/// The inverse of to_text(); nothing for any other text.
std::optional<PreviewSize> preview_from_text(std::string_view text);

}  // namespace pantile
