#include "io/zarr/json_fields.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "core/nesting.h"
#include "io/zarr/array_metadata.h"

namespace pantile::zarr {
namespace {

bool is_int64(const Json& value) {
  if (value.is_number_unsigned()) {
    return value.get<std::uint64_t>() <=
           static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  }
  return value.is_number_integer();
}

}  // namespace

Result<Json> parse_json(std::string_view text, const std::string& where) {
  if (static_cast<std::int64_t>(text.size()) > kMaxMetadataBytes ||
      json_nesting(text) > kMostNesting) {
    return Error(
        Code::corrupt,
        fmt::format("{}: more than {} MiB of metadata, or nested deeper than {} levels; it "
                    "is damaged",
                    where, kMaxMetadataBytes >> 20, kMostNesting));
  }
  Json value = Json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
  if (value.is_discarded()) return Error(Code::corrupt, where + ": not valid JSON; it is damaged");
  if (!value.is_object()) return bad_json(where, "an object", value);
  return value;
}

Error bad_json(const std::string& where, std::string_view wanted, const Json& got) {
  std::string text = got.dump(-1, ' ', true, Json::error_handler_t::replace);
  if (text.size() > 60) text = text.substr(0, 57) + "...";
  return Error(Code::corrupt, fmt::format("{}: want {}, got {}", where, wanted, text));
}

Error unsupported(const std::string& where, std::string_view what) {
  return Error(Code::foreign, fmt::format("{}: {} is not supported; convert it with the tool that "
                                          "wrote it",
                                          where, what));
}

Result<const Json*> member(const Json& object, std::string_view key, const std::string& where) {
  if (!object.is_object()) return bad_json(where, "an object", object);
  const auto it = object.find(key);
  if (it == object.end()) {
    return Error(Code::corrupt, fmt::format("{}: \"{}\" is missing", where, key));
  }
  return &*it;
}

const Json* find_member(const Json& object, std::string_view key) {
  if (!object.is_object()) return nullptr;
  const auto it = object.find(key);
  return it == object.end() ? nullptr : &*it;
}

Result<std::string> string_member(const Json& object, std::string_view key,
                                  const std::string& where) {
  PANTILE_ASSIGN(const Json* value, member(object, key, where));
  if (!value->is_string()) return bad_json(fmt::format("{}: {}", where, key), "a string", *value);
  return value->get<std::string>();
}

Result<std::int64_t> int_member(const Json& object, std::string_view key,
                                const std::string& where) {
  PANTILE_ASSIGN(const Json* value, member(object, key, where));
  if (!is_int64(*value)) return bad_json(fmt::format("{}: {}", where, key), "an integer", *value);
  return value->get<std::int64_t>();
}

Result<std::vector<std::int64_t>> ints(const Json& value, std::int64_t low, std::int64_t high,
                                       const std::string& where) {
  if (!value.is_array()) return bad_json(where, "an array of integers", value);
  std::vector<std::int64_t> out;
  for (const Json& element : value) {
    if (!is_int64(element) || element.get<std::int64_t>() < low ||
        element.get<std::int64_t>() > high) {
      return bad_json(where, fmt::format("integers of {} to {}", low, high), element);
    }
    out.push_back(element.get<std::int64_t>());
  }
  return out;
}

Result<std::vector<double>> doubles(const Json& value, const std::string& where) {
  if (!value.is_array()) return bad_json(where, "an array of numbers", value);
  std::vector<double> out;
  for (const Json& element : value) {
    if (!element.is_number() || !std::isfinite(element.get<double>())) {
      return bad_json(where, "finite numbers", element);
    }
    out.push_back(element.get<double>());
  }
  return out;
}

}  // namespace pantile::zarr
