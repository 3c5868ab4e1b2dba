#pragma once
/// \file
/// Colour deconvolution: how much of each stain a transparent slide holds (Ruifrok and Johnston,
/// Quantification of histochemical staining by color deconvolution, 2001).

#include <array>
#include <span>

#include "pantile/dtype.h"
#include "pantile/result.h"

namespace pantile::filter {

/// Row: red, green, blue. Column: the stain that its absorbance adds to.
using StainMatrix = std::array<std::array<double, 3>, 3>;

/// From what three stains absorb of red, green and blue, one after the other, which is inverted; of
/// nothing: haematoxylin, eosin and DAB. Errors: invalid (not nine numbers; stains that cannot be
/// told apart).
Result<StainMatrix> stain_matrix(std::span<const double> vectors);

/// The sample that lets all light through: the type's greatest, of floats 1.
double white_of(DType dtype);
/// The least share of light that is told apart from none.
inline constexpr double kDarkest = 1e-6;

}  // namespace pantile::filter
