#pragma once
/// \file
/// The words for settings, as flags, TOML files and job.json spell them.

#include <string>

#include "pantile/generate.h"

namespace pantile {

std::string name_of(Precision value);
std::string name_of(Sampling value);
std::string name_of(StoreKind value);
std::string name_of(TiffCompression value);
std::string name_of(TiffDialect value);

/// "#rrggbb".
std::string hex_color(const Rgb8& color);
/// The inverse; nothing when `text` is not "#rrggbb".
std::optional<Rgb8> parse_hex_color(const std::string& text);

/// The file stem of a preview: its name, or "preview-<width>" (and "x<height>" where given).
std::string preview_name(const PreviewSize& size);
/// "1024", "thumb:512x512".
std::string to_text(const PreviewSize& size);

}  // namespace pantile
