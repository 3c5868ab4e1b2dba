#pragma once
/// \file
/// From operators to rows: types, boundary rules and pointwise steps are settled here.

#include <vector>

#include "ops/filter/catalogue.h"
#include "ops/filter/row_pipeline.h"
#include "pantile/image_spec.h"

namespace pantile::filter {

/// A chain ready to run on planes of one type.
struct Compiled {
  std::vector<Node> nodes;
  DType dtype = DType::f32;  ///< Of the result's samples, which its rows hold (row_type).
  bool is_mask = false;
};

/// `chain` has no quantiles left (settle_quantiles). Errors: invalid.
Result<Compiled> compile(const Chain& chain, DType input);

}  // namespace pantile::filter
