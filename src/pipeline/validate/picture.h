#pragma once
/// \file
/// report.png: the checks at a glance.

#include <vector>

#include "core/buffer.h"
#include "io/store/byte_store.h"
#include "pipeline/validate/checks.h"

namespace pantile::validate {

/// What is shown besides the report itself.
struct Drawing {
  std::vector<BorderLine> lines;
  std::vector<ProvenPixel> pixels;
};

/// The smaller picture with the proven pixels on it, a row a check, and where every tile border
/// ranks among the lines beside it. RGB8. Errors: those of reading the picture.
Result<PixelBuffer> draw_report(const Subject& subject, const ValidateReport& report,
                                const Drawing& drawing);

/// Writes it as report.png.
Status write_picture(ByteStore& folder, View picture);

}  // namespace pantile::validate
