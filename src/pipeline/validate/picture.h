#pragma once
/// \file
/// report.png: the checks at a glance.

#include <vector>

#include "core/buffer.h"
#include "pipeline/validate/checks.h"

namespace pantile::validate {

/// What is shown besides the report itself.
struct Drawing {
  std::vector<BorderLine> lines;
  std::vector<ProvenPixel> pixels;
};

/// Which job it is; its picture with the proven pixels on it and a frame around each place that is
/// wrong; what every check means and found; where every tile border ranks among the lines beside
/// it. RGB8. Errors: those of reading the picture.
Result<PixelBuffer> draw_report(const Subject& subject, const ValidateReport& report,
                                const Drawing& drawing);

}  // namespace pantile::validate
