#pragma once
/// \file
/// The table of operators.

#include <vector>

#include "ops/filter/catalogue.h"

namespace pantile::filter {

/// Every operator, in the order of the documentation.
std::vector<OperatorInfo> make_operators();

}  // namespace pantile::filter
