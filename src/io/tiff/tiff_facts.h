#pragma once
/// \file
/// What a TIFF says about itself besides its pixels.

#include <string>
#include <string_view>
#include <vector>

#include "io/tiff/tiff_handle.h"
#include "io/tiff/tiff_levels.h"

namespace pantile::tiff {

/// What the first image of an OME-XML document is called, and how large its pixels are.
struct OmeFacts {
  std::string name;       ///< UTF-8; empty: not said.
  Scale2 pixel_um{0, 0};  ///< Micrometres; 0: not said, or not in a length.
};

/// Reads what it can and passes over the rest: whatever the text, there is no error.
OmeFacts read_ome_facts(std::string_view xml);

struct Facts {
  std::string format;  ///< "OME-BigTIFF, levels in SubIFDs", "TIFF, one level"
  std::string codec;   ///< "deflate, predictor"
  OmeFacts ome;        ///< Empty where the file holds no OME-XML.
};

/// Facts of the image whose `levels` find_levels() found. Leaves `handle` at its first directory.
/// Errors: corrupt.
Result<Facts> read_facts(Handle& handle, const std::vector<LevelLayout>& levels);

/// How a level is cut up, in words: "tiles of 512 px", "strips of 16 rows".
std::string layout_text(const LevelLayout& level);

}  // namespace pantile::tiff
