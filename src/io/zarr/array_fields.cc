#include "io/zarr/array_fields.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>

namespace pantile::zarr {
namespace {

template <class T> Bytes sample_of(T value) {
  Bytes out(sizeof value);
  std::memcpy(out.data(), &value, sizeof value);
  return out;
}

template <class T> Result<Bytes> int_fill(const Json& value, const std::string& where) {
  if (value.is_number_unsigned()) {
    const auto v = value.get<std::uint64_t>();
    if (v <= static_cast<std::uint64_t>(std::numeric_limits<T>::max())) {
      return sample_of(static_cast<T>(v));
    }
  } else if (value.is_number_integer()) {
    const auto v = value.get<std::int64_t>();
    if (std::is_signed_v<T> && v >= static_cast<std::int64_t>(std::numeric_limits<T>::min())) {
      return sample_of(static_cast<T>(v));
    }
  }
  return bad_json(where, "a fill_value that the data type holds", value);
}

/// The bits of a float of `bytes` bytes; only those a half can be written as without rounding.
Result<Bytes> float_fill(const Json& value, std::size_t bytes, const std::string& where) {
  if (value.is_string()) {
    const auto text = value.get<std::string>();
    if (text.starts_with("0x") && text.size() == 2 + 2 * bytes &&
        text.find_first_not_of("0123456789abcdefABCDEF", 2) == std::string::npos) {
      const std::uint64_t bits = std::strtoull(text.c_str(), nullptr, 16);
      Bytes out(bytes);
      std::memcpy(out.data(), &bits, bytes);
      return out;
    }
  }
  double number = 0;
  if (value.is_number()) {
    number = value.get<double>();
  } else if (value == "NaN") {
    number = std::numeric_limits<double>::quiet_NaN();
  } else if (value == "Infinity") {
    number = std::numeric_limits<double>::infinity();
  } else if (value == "-Infinity") {
    number = -std::numeric_limits<double>::infinity();
  } else {
    return bad_json(where, "a fill_value that the data type holds", value);
  }
  if (bytes == 8) return sample_of(number);
  if (bytes == 4) return sample_of(static_cast<float>(number));
  std::uint16_t half = 0;
  if (std::isnan(number)) {
    half = 0x7e00;
  } else if (std::isinf(number)) {
    half = number > 0 ? 0x7c00 : 0xfc00;
  } else if (number != 0) {
    return unsupported(where, "a float16 fill_value other than 0, NaN and infinities");
  }
  return sample_of(half);
}

}  // namespace

Status check_zarr_format(const Json& root, int wanted, const std::string& where) {
  if (find_member(root, "zarr_format") == nullptr) {
    return Error(Code::foreign,
                 fmt::format("{}: want Zarr metadata with \"zarr_format\": {}, found none; name a "
                             "job's folder or a Zarr image",
                             where, wanted));
  }
  PANTILE_ASSIGN(const auto version, int_member(root, "zarr_format", where));
  if (version != wanted) return unsupported(where, fmt::format("zarr_format {}", version));
  return {};
}

Result<Bytes> parse_fill(const Json& value, DType dtype, const std::string& where) {
  if (value.is_null()) return Bytes(dtype_bytes(dtype));
  switch (dtype) {
    case DType::u8: return int_fill<std::uint8_t>(value, where);
    case DType::i8: return int_fill<std::int8_t>(value, where);
    case DType::u16: return int_fill<std::uint16_t>(value, where);
    case DType::i16: return int_fill<std::int16_t>(value, where);
    case DType::u32: return int_fill<std::uint32_t>(value, where);
    case DType::i32: return int_fill<std::int32_t>(value, where);
    case DType::u64: return int_fill<std::uint64_t>(value, where);
    case DType::i64: return int_fill<std::int64_t>(value, where);
    case DType::f16:
    case DType::f32:
    case DType::f64: return float_fill(value, dtype_bytes(dtype), where);
  }
  return Error(Code::internal, "no such data type");
}

Result<std::vector<std::int64_t>> parse_shape(const Json& root, const std::string& where) {
  PANTILE_ASSIGN(const Json* value, member(root, "shape", where));
  PANTILE_ASSIGN(auto shape, ints(*value, 1, kMaxSide, where + ": shape"));
  if (shape.size() < 2 || shape.size() > 5) {
    return unsupported(where, fmt::format("an array of {} axes (2 to 5 are)", shape.size()));
  }
  return shape;
}

Status check_array(const ArrayMetadata& array, const std::string& where) {
  const std::size_t rank = array.rank();
  const auto differs = [&](std::string_view what) {
    return Error(Code::corrupt,
                 fmt::format("{}: {} has another number of axes than shape", where, what));
  };
  if (array.chunk.size() != rank) return differs("the chunk shape");
  if (array.shard.size() != rank) return differs("the shard shape");
  if (array.order.size() != rank) return differs("transpose");
  if (!array.dimension_names.empty() && array.dimension_names.size() != rank) {
    return differs("dimension_names");
  }
  std::int64_t bytes = static_cast<std::int64_t>(dtype_bytes(array.dtype)), chunks = 1;
  for (std::size_t i = 0; i < rank; ++i) {
    if (array.shard[i] % array.chunk[i] != 0) {
      return Error(Code::corrupt,
                   fmt::format("{}: a shard of {} does not hold whole chunks of {} along axis {}",
                               where, array.shard[i], array.chunk[i], i));
    }
    if (array.chunk[i] > kMaxChunkBytes / bytes) {
      return unsupported(where, "a chunk of more than 2 GiB");
    }
    bytes *= array.chunk[i];
    const std::int64_t along = array.shard[i] / array.chunk[i];
    if (along > kMaxChunksPerShard / chunks) {
      return unsupported(where, "a shard of more than 2^24 chunks");
    }
    chunks *= along;
  }
  return {};
}

}  // namespace pantile::zarr
