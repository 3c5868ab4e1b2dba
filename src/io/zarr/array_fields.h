#pragma once
/// \file
/// What reading v2 and v3 array metadata has in common.

#include <string>

#include "io/zarr/array_metadata.h"
#include "io/zarr/json_fields.h"

namespace pantile::zarr {

/// `zarr_format` is `wanted`. Errors: foreign (another, or none: not Zarr's metadata), corrupt.
Status check_zarr_format(const Json& root, int wanted, const std::string& where);

/// One sample holding a `fill_value`: a number, "NaN", "Infinity", "-Infinity", "0x…" (a float's
/// bits), or null (0, in v2). Errors: corrupt, foreign.
Result<Bytes> parse_fill(const Json& value, DType dtype, const std::string& where);

/// `shape`: 2 to 5 positive sizes. Errors: corrupt, foreign.
Result<std::vector<std::int64_t>> parse_shape(const Json& root, const std::string& where);

/// The limits that ArrayMetadata promises. Errors: corrupt, foreign.
Status check_array(const ArrayMetadata& array, const std::string& where);

}  // namespace pantile::zarr
