#pragma once
/// \file
/// What was measured of an image, as a small file among a job's parts.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "io/store/byte_store.h"
#include "pantile/result.h"

namespace pantile {

/// A range for each channel.
using Ranges = std::vector<std::pair<double, double>>;

/// Writes them under `key`, all or nothing. `of` says what they were measured of.
Status write_ranges(ByteStore& parts, const std::string& key, const std::string& of,
                    const Ranges& ranges);

/// Reads them back; nothing when there are none, when they are damaged, or when they are of
/// something else: then they have to be measured. Errors: io.
Result<std::optional<Ranges>> read_ranges(const ByteStore& parts, const std::string& key,
                                          const std::string& of, std::size_t channels);

}  // namespace pantile
