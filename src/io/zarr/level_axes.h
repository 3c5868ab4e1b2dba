#pragma once
/// \file
/// Which axis of an array is which.

#include <string>
#include <vector>

#include "io/zarr/array_metadata.h"
#include "pantile/result.h"

namespace pantile::zarr {

/// Numbers of the array's axes; -1: it has none of that name. y and x are always there.
struct LevelAxes {
  int t = -1, c = -1, z = -1, y = -1, x = -1;

  std::int64_t extent(const std::vector<std::int64_t>& shape, int axis) const {
    return axis < 0 ? 1 : shape[static_cast<std::size_t>(axis)];
  }
  friend bool operator==(const LevelAxes&, const LevelAxes&) = default;
};

/// From names "t", "c", "z", "y", "x". Errors: foreign (another name, y or x missing), corrupt
/// (a name twice).
Result<LevelAxes> axes_from_names(const std::vector<std::string>& names, const std::string& where);

/// Of an array that stands alone: by dimension_names if it has them; else (y, x), (y, x, c) when
/// only the last axis is 3 or 4 long, (c, y, x), or (t, c, z, y, x). Errors: foreign.
Result<LevelAxes> axes_of_array(const ArrayMetadata& array, const std::string& where);

}  // namespace pantile::zarr
