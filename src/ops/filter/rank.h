#pragma once
/// \file
/// Operators that choose a sample of the window by its rank.

#include <cstdint>
#include <memory>

#include "ops/filter/row_operator.h"

namespace pantile::filter {

/// Of (2·reach + 1)² samples the one with `rank` smaller ones before it, from 0. What is no number
/// counts as +infinity. Of any type.
std::shared_ptr<const RowOperator> make_rank(RowType type, std::int32_t reach, std::int64_t rank);

/// The rank of quantile `q`, 0 to 1, among that many samples: the nearest, halves upwards.
std::int64_t rank_of_quantile(double q, std::int64_t samples);

}  // namespace pantile::filter
