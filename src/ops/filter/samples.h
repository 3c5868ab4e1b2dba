#pragma once
/// \file
/// Between samples as views hold them and the rows of a filter.

#include <cstddef>

#include "ops/filter/row_operator.h"
#include "pantile/view.h"

namespace pantile::filter {

/// Row `y`, columns [x, x + n), of the view's first channel, as row_type(its dtype).
void load_samples(const View& view, std::int64_t y, std::int64_t x, std::size_t n, std::byte* to);
/// The other way; samples that are not numbers become the one quiet NaN. The row's samples are
/// values of the view's type already.
void store_samples(const std::byte* from, std::size_t n, const MutableView& view, std::int64_t y,
                   std::int64_t x);

}  // namespace pantile::filter
