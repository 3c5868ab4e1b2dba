#pragma once
/// \file
/// Which levels an image has.

#include <vector>

#include "pantile/image_spec.h"

namespace pantile {

/// Level 0 and its halvings (odd sides round up) until the longer side fits `chunk_px`.
/// Level n's pixel is 2^n of level 0's and its centre lies (2^n − 1)/2 level-0 pixels further in.
std::vector<LevelInfo> halving_levels(const LevelInfo& level0, std::int64_t chunk_px);

/// The edge of chunks and TIFF tiles when the user names none: 512, and 1024 from 2^19 pixels a
/// side on, where 512 would need too many index entries.
std::int64_t default_chunk_px(std::int64_t width, std::int64_t height);

}  // namespace pantile
