#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>

#include "io/zarr/array_fields.h"
#include "io/zarr/array_metadata.h"

namespace pantile::zarr {
namespace {

/// NumPy's short type name: byte order, letter, bytes.
Status parse_dtype(const std::string& text, ArrayMetadata& array, const std::string& where) {
  constexpr std::array kTypes{DType::u8,  DType::i8,  DType::u16, DType::i16,
                              DType::u32, DType::i32, DType::u64, DType::i64,
                              DType::f16, DType::f32, DType::f64};
  for (const DType dtype : kTypes) {
    const char letter = dtype_is_float(dtype) ? 'f' : dtype_name(dtype)[0];
    const std::string name = fmt::format("{}{}", letter, dtype_bytes(dtype));
    if (text.size() != name.size() + 1 || text.substr(1) != name) continue;
    if (text[0] != '<' && text[0] != '>' && text[0] != '|') continue;
    array.dtype = dtype;
    array.big_endian = text[0] == '>';
    return {};
  }
  return unsupported(where, fmt::format("dtype \"{}\"", text));
}

Status parse_compressor(const Json& value, ArrayMetadata& array, const std::string& where) {
  if (value.is_null()) return {};
  PANTILE_ASSIGN(const auto id, string_member(value, "id", where));
  ByteStep step;
  if (id == "zstd") {
    step.kind = ByteStep::Kind::zstd;
  } else if (id == "gzip") {
    step.kind = ByteStep::Kind::gzip;
  } else if (id == "zlib") {
    step.kind = ByteStep::Kind::zlib;
  } else {
    return unsupported(where, fmt::format("compressor \"{}\"", id));
  }
  if (find_member(value, "level") != nullptr) {
    PANTILE_ASSIGN(const auto level, int_member(value, "level", where));
    step.level = static_cast<int>(std::clamp<std::int64_t>(level, -100, 100));
  }
  array.steps.push_back(step);
  return {};
}

}  // namespace

Result<ArrayMetadata> parse_array_v2(std::string_view dot_zarray, const std::string& where) {
  PANTILE_ASSIGN(const Json root, parse_json(dot_zarray, where));
  PANTILE_TRY(check_zarr_format(root, 2, where));

  ArrayMetadata array;
  array.key_prefix = "";
  array.key_separator = '.';
  PANTILE_ASSIGN(array.shape, parse_shape(root, where));
  PANTILE_ASSIGN(const Json* chunks, member(root, "chunks", where));
  PANTILE_ASSIGN(array.chunk, ints(*chunks, 1, kMaxSide, where + ": chunks"));
  array.shard = array.chunk;
  PANTILE_ASSIGN(const auto type, string_member(root, "dtype", where));
  PANTILE_TRY(parse_dtype(type, array, where));
  PANTILE_ASSIGN(const Json* fill, member(root, "fill_value", where));
  PANTILE_ASSIGN(array.fill, parse_fill(*fill, array.dtype, where + ": fill_value"));
  PANTILE_ASSIGN(const auto order, string_member(root, "order", where));
  if (order != "C" && order != "F") return unsupported(where, fmt::format("order \"{}\"", order));
  array.order.resize(array.rank());
  std::iota(array.order.begin(), array.order.end(), 0);
  if (order == "F") std::reverse(array.order.begin(), array.order.end());
  if (const Json* filters = find_member(root, "filters")) {
    if (!filters->is_null() && !filters->empty()) return unsupported(where, "filters");
  }
  PANTILE_ASSIGN(const Json* compressor, member(root, "compressor", where));
  PANTILE_TRY(parse_compressor(*compressor, array, where));
  if (const Json* separator = find_member(root, "dimension_separator")) {
    if (*separator != "/" && *separator != ".") {
      return bad_json(where, "dimension_separator \"/\" or \".\"", *separator);
    }
    array.key_separator = separator->get<std::string>()[0];
  }
  PANTILE_TRY(check_array(array, where));
  return array;
}

}  // namespace pantile::zarr
