#pragma once
/// \file
/// Strict reading of untrusted JSON: every access says what was wanted and where.

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "pantile/result.h"

namespace pantile::zarr {

using Json = nlohmann::json;

/// Parses `text`, an object. Errors: corrupt (not JSON, not an object, longer than
/// kMaxMetadataBytes, nested deeper than kMostNesting).
Result<Json> parse_json(std::string_view text, const std::string& where);

/// "where: want `wanted`, got …", as corrupt.
Error bad_json(const std::string& where, std::string_view wanted, const Json& got);
/// "where: `what` is not supported …", as foreign.
Error unsupported(const std::string& where, std::string_view what);

/// The member `key` of an object. Errors: corrupt (no object, no such member).
Result<const Json*> member(const Json& object, std::string_view key, const std::string& where);
/// The member, or null when there is none, or `object` is none.
const Json* find_member(const Json& object, std::string_view key);

Result<std::string> string_member(const Json& object, std::string_view key,
                                  const std::string& where);
Result<std::int64_t> int_member(const Json& object, std::string_view key, const std::string& where);
/// An array of numbers between low and high.
Result<std::vector<std::int64_t>> ints(const Json& value, std::int64_t low, std::int64_t high,
                                       const std::string& where);
Result<std::vector<double>> doubles(const Json& value, const std::string& where);

}  // namespace pantile::zarr
