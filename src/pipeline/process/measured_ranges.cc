#include "pipeline/process/measured_ranges.h"

#include <nlohmann/json.hpp>

#include "core/hash.h"
#include "core/nesting.h"

namespace pantile {
namespace {

using Json = nlohmann::json;

/// Two numbers a channel.
constexpr std::int64_t kMostBytes = std::int64_t{16} << 20;

std::string checksum_of(const Json& without_checksum) {
  return hash_text(without_checksum.dump()).hex();
}

std::optional<Ranges> parse_ranges(const std::string& text, const std::string& of,
                                   std::size_t channels) {
  if (json_nesting(text) > kMostNesting) return std::nullopt;
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || !json.contains("checksum")) return std::nullopt;
  const Json checksum = json["checksum"];
  json.erase("checksum");
  try {
    if (checksum != checksum_of(json) || json.at("of") != of) return std::nullopt;
    auto ranges = json.at("ranges").get<Ranges>();
    if (ranges.size() != channels) return std::nullopt;
    return ranges;
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

}  // namespace

Status write_ranges(ByteStore& parts, const std::string& key, const std::string& of,
                    const Ranges& ranges) {
  Json json;
  json["of"] = of;
  json["ranges"] = ranges;
  json["checksum"] = checksum_of(json);
  return parts.write(key, as_bytes(json.dump() + "\n"));
}

Result<std::optional<Ranges>> read_ranges(const ByteStore& parts, const std::string& key,
                                          const std::string& of, std::size_t channels) {
  const auto bytes = parts.read_at_most(key, kMostBytes);
  if (bytes.ok()) return parse_ranges(std::string(as_text(*bytes)), of, channels);
  const Code code = bytes.error().code();
  if (code == Code::not_found || code == Code::corrupt) return std::optional<Ranges>{};
  return bytes.error();
}

}  // namespace pantile
