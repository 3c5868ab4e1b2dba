#pragma once
/// \file
/// A quick look at a PNG file, without decoding it.

#include <cstdint>
#include <string>
#include <string_view>

#include "io/store/byte_store.h"
#include "pantile/result.h"

namespace pantile::png {

/// Why the object `key` cannot be a whole PNG of `width` × `height` pixels, in words ("has 0
/// bytes, expected a PNG …"); empty when its size, its first and its last bytes speak for it.
/// Errors: not_found, io.
Result<std::string> find_flaw(const ByteStore& store, std::string_view key, std::int64_t width,
                              std::int64_t height);

}  // namespace pantile::png
