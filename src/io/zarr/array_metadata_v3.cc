#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <numeric>

#include "io/zarr/array_fields.h"
#include "io/zarr/array_metadata.h"

namespace pantile::zarr {
namespace {

/// A codec or another extension point: its name and its configuration.
struct Named {
  std::string name;
  Json configuration = Json::object();
  std::string where;
};

Result<Named> parse_named(const Json& value, const std::string& where) {
  Named out;
  PANTILE_ASSIGN(out.name, string_member(value, "name", where));
  out.where = fmt::format("{} \"{}\"", where, out.name);
  if (const Json* configuration = find_member(value, "configuration")) {
    out.configuration = *configuration;
  }
  return out;
}

Result<std::vector<Named>> parse_chain(const Json& value, const std::string& where) {
  if (!value.is_array() || value.empty()) return bad_json(where, "a list of codecs", value);
  std::vector<Named> out;
  for (const Json& element : value) {
    PANTILE_ASSIGN(auto named, parse_named(element, where));
    out.push_back(std::move(named));
  }
  return out;
}

Status parse_transpose(const Named& codec, ArrayMetadata& array) {
  PANTILE_ASSIGN(const Json* value, member(codec.configuration, "order", codec.where));
  const auto rank = static_cast<std::int64_t>(array.rank());
  PANTILE_ASSIGN(const auto order, ints(*value, 0, rank - 1, codec.where));
  auto sorted = order;
  std::sort(sorted.begin(), sorted.end());
  std::vector<std::int64_t> all(array.rank());
  std::iota(all.begin(), all.end(), 0);
  if (sorted != all) return bad_json(codec.where, "a permutation of all axes", *value);
  // Transposes may follow each other: axis i of the later is axis order[i] of the earlier.
  std::vector<int> composed;
  for (const auto i : order) composed.push_back(array.order[static_cast<std::size_t>(i)]);
  array.order = composed;
  return {};
}

Result<bool> parse_big_endian(const Named& codec, DType dtype) {
  const Json* endian = find_member(codec.configuration, "endian");
  if (endian == nullptr && dtype_bytes(dtype) == 1) return false;
  if (endian == nullptr) return Error(Code::corrupt, codec.where + ": \"endian\" is missing");
  if (*endian == "little") return false;
  if (*endian == "big") return true;
  return bad_json(codec.where, "\"little\" or \"big\"", *endian);
}

Status parse_byte_step(const Named& codec, ArrayMetadata& array) {
  ByteStep step;
  if (codec.name == "crc32c") {
    step = {ByteStep::Kind::crc32c, 0};
  } else if (codec.name == "zstd" || codec.name == "gzip") {
    step.kind = codec.name == "zstd" ? ByteStep::Kind::zstd : ByteStep::Kind::gzip;
    PANTILE_ASSIGN(const auto level, int_member(codec.configuration, "level", codec.where));
    if (level < -1'000'000 || level > 1'000'000) {
      return Error(Code::corrupt, codec.where + ": no such level");
    }
    step.level = static_cast<int>(level);
    for (const ByteStep& other : array.steps) {
      if (other.kind != ByteStep::Kind::crc32c) {
        return unsupported(codec.where, "a second compressor after the first");
      }
    }
  } else {
    return unsupported(codec.where, fmt::format("codec \"{}\"", codec.name));
  }
  array.steps.push_back(step);
  return {};
}

/// transpose…, bytes, then steps on bytes.
Status parse_chunk_codecs(std::span<const Named> chain, ArrayMetadata& array,
                          const std::string& where) {
  bool in_bytes = false;
  for (const Named& codec : chain) {
    if (in_bytes) {
      PANTILE_TRY(parse_byte_step(codec, array));
    } else if (codec.name == "transpose") {
      PANTILE_TRY(parse_transpose(codec, array));
    } else if (codec.name == "bytes") {
      PANTILE_ASSIGN(array.big_endian, parse_big_endian(codec, array.dtype));
      in_bytes = true;
    } else {
      return unsupported(codec.where, fmt::format("codec \"{}\" at this place", codec.name));
    }
  }
  if (!in_bytes) return Error(Code::corrupt, where + ": the codec \"bytes\" is missing");
  return {};
}

Status parse_sharding(const Named& sharding, ArrayMetadata& array) {
  const std::string& where = sharding.where;
  array.sharded = true;
  PANTILE_ASSIGN(const Json* shape, member(sharding.configuration, "chunk_shape", where));
  PANTILE_ASSIGN(array.chunk, ints(*shape, 1, kMaxSide, where + ": chunk_shape"));
  PANTILE_ASSIGN(const Json* inner, member(sharding.configuration, "codecs", where));
  PANTILE_ASSIGN(const auto chain, parse_chain(*inner, where + ": codecs"));
  if (chain.front().name == "sharding_indexed") return unsupported(where, "a shard within a shard");
  PANTILE_TRY(parse_chunk_codecs(chain, array, where));

  PANTILE_ASSIGN(const Json* index, member(sharding.configuration, "index_codecs", where));
  PANTILE_ASSIGN(const auto index_chain, parse_chain(*index, where + ": index_codecs"));
  array.index_crc32c = index_chain.size() == 2;
  if (index_chain.size() > 2 || index_chain[0].name != "bytes" ||
      (array.index_crc32c && index_chain[1].name != "crc32c")) {
    return unsupported(where, "an index with other codecs than bytes and crc32c");
  }
  PANTILE_ASSIGN(const bool big_endian, parse_big_endian(index_chain[0], DType::u64));
  if (big_endian) return unsupported(where, "a big-endian index");
  if (const Json* location = find_member(sharding.configuration, "index_location")) {
    if (*location != "end" && *location != "start") {
      return bad_json(where, "index_location \"start\" or \"end\"", *location);
    }
    array.index_at_end = *location == "end";
  }
  return {};
}

Status parse_keys(const Json& root, ArrayMetadata& array, const std::string& where) {
  PANTILE_ASSIGN(const Json* value, member(root, "chunk_key_encoding", where));
  PANTILE_ASSIGN(const Named encoding, parse_named(*value, where + ": chunk_key_encoding"));
  if (encoding.name != "default" && encoding.name != "v2") {
    return unsupported(encoding.where, "this chunk_key_encoding");
  }
  const bool v2 = encoding.name == "v2";
  array.key_prefix = v2 ? "" : "c";
  array.key_separator = v2 ? '.' : '/';
  if (const Json* separator = find_member(encoding.configuration, "separator")) {
    if (*separator != "/" && *separator != ".") {
      return bad_json(encoding.where, "separator \"/\" or \".\"", *separator);
    }
    array.key_separator = separator->get<std::string>()[0];
  }
  return {};
}

Status parse_dimension_names(const Json& root, ArrayMetadata& array, const std::string& where) {
  const Json* names = find_member(root, "dimension_names");
  if (names == nullptr || names->is_null()) return {};
  if (!names->is_array()) return bad_json(where + ": dimension_names", "a list", *names);
  for (const Json& name : *names) {
    if (!name.is_string() && !name.is_null()) {
      return bad_json(where + ": dimension_names", "strings or null", name);
    }
    array.dimension_names.push_back(name.is_string() ? name.get<std::string>() : "");
  }
  return {};
}

}  // namespace

Result<ArrayMetadata> parse_array_v3(std::string_view zarr_json, const std::string& where) {
  PANTILE_ASSIGN(const Json root, parse_json(zarr_json, where));
  PANTILE_TRY(check_zarr_format(root, 3, where));
  PANTILE_ASSIGN(const auto node, string_member(root, "node_type", where));
  if (node != "array") {
    return Error(Code::foreign, fmt::format("{}: want an array, got a {}", where, node));
  }
  const Json* transformers = find_member(root, "storage_transformers");
  if (transformers != nullptr && !transformers->empty()) {
    return unsupported(where, "storage_transformers");
  }

  ArrayMetadata array;
  PANTILE_ASSIGN(array.shape, parse_shape(root, where));
  array.order.resize(array.rank());
  std::iota(array.order.begin(), array.order.end(), 0);
  PANTILE_ASSIGN(const Json* type, member(root, "data_type", where));
  const auto dtype =
      type->is_string() ? dtype_from_name(type->get_ref<const std::string&>()) : std::nullopt;
  if (!dtype) return unsupported(where, fmt::format("data_type {}", type->dump()));
  array.dtype = *dtype;
  PANTILE_ASSIGN(const Json* fill, member(root, "fill_value", where));
  PANTILE_ASSIGN(array.fill, parse_fill(*fill, array.dtype, where + ": fill_value"));

  PANTILE_ASSIGN(const Json* grid_value, member(root, "chunk_grid", where));
  PANTILE_ASSIGN(const Named grid, parse_named(*grid_value, where + ": chunk_grid"));
  if (grid.name != "regular") return unsupported(grid.where, "this chunk_grid");
  PANTILE_ASSIGN(const Json* grid_shape, member(grid.configuration, "chunk_shape", grid.where));
  PANTILE_ASSIGN(array.shard, ints(*grid_shape, 1, kMaxSide, grid.where));
  PANTILE_TRY(parse_keys(root, array, where));
  PANTILE_TRY(parse_dimension_names(root, array, where));

  PANTILE_ASSIGN(const Json* codecs, member(root, "codecs", where));
  PANTILE_ASSIGN(const auto chain, parse_chain(*codecs, where + ": codecs"));
  if (chain.front().name == "sharding_indexed") {
    if (chain.size() > 1) return unsupported(where, "a codec after sharding_indexed");
    PANTILE_TRY(parse_sharding(chain.front(), array));
  } else {
    array.chunk = array.shard;
    PANTILE_TRY(parse_chunk_codecs(chain, array, where + ": codecs"));
  }
  PANTILE_TRY(check_array(array, where));
  return array;
}

std::string write_array_v3(const ArrayMetadata& array) {
  using Ordered = nlohmann::ordered_json;
  const auto codec = [](const char* name, Ordered configuration) {
    return Ordered{{"name", name}, {"configuration", std::move(configuration)}};
  };
  const Ordered crc32c{{"name", "crc32c"}};
  const Ordered little = codec("bytes", {{"endian", "little"}});

  Ordered chunk_codecs = Ordered::array();
  if (!std::is_sorted(array.order.begin(), array.order.end())) {
    chunk_codecs.push_back(codec("transpose", {{"order", array.order}}));
  }
  chunk_codecs.push_back(dtype_bytes(array.dtype) > 1 ? little : Ordered{{"name", "bytes"}});
  for (const ByteStep& step : array.steps) {
    switch (step.kind) {
      case ByteStep::Kind::crc32c: chunk_codecs.push_back(crc32c); break;
      case ByteStep::Kind::zstd:
        chunk_codecs.push_back(codec("zstd", {{"level", step.level}, {"checksum", false}}));
        break;
      case ByteStep::Kind::zlib: assert(!"Zarr v3 has no zlib"); [[fallthrough]];
      case ByteStep::Kind::gzip:
        chunk_codecs.push_back(codec("gzip", {{"level", step.level}}));
        break;
    }
  }
  Ordered fill = 0;
  if (dtype_is_float(array.dtype)) fill = 0.0;
  const Ordered root{
      {"zarr_format", 3},
      {"node_type", "array"},
      {"shape", array.shape},
      {"data_type", std::string(dtype_name(array.dtype))},
      {"chunk_grid", codec("regular", {{"chunk_shape", array.shard}})},
      {"chunk_key_encoding", codec("default", {{"separator", "/"}})},
      {"fill_value", fill},
      {"codecs", Ordered::array(
                     {codec("sharding_indexed", {{"chunk_shape", array.chunk},
                                                 {"codecs", chunk_codecs},
                                                 {"index_codecs", Ordered::array({little, crc32c})},
                                                 {"index_location", "end"}})})},
      {"dimension_names", array.dimension_names},
      {"attributes", Ordered::object()},
  };
  return root.dump(2) + "\n";
}

}  // namespace pantile::zarr
