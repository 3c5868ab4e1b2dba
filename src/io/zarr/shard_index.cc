#include "io/zarr/shard_index.h"

#include <fmt/format.h>

#include <cstring>

#include "io/codec/crc32c.h"

namespace pantile::zarr {
namespace {

constexpr std::uint64_t kAbsent = ~std::uint64_t{0};

void append_number(Bytes& out, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<std::byte>(value >> (8 * i)));
}

std::uint64_t read_number(const std::byte* at, int bytes) {
  std::uint64_t value = 0;
  for (int i = 0; i < bytes; ++i) value |= static_cast<std::uint64_t>(at[i]) << (8 * i);
  return value;
}

}  // namespace

Bytes encode_shard_index(const ShardIndex& index, bool with_crc32c) {
  Bytes out;
  out.reserve(index.size() * 16 + 4);
  for (const auto& place : index) {
    append_number(out, place ? static_cast<std::uint64_t>(place->offset) : kAbsent, 8);
    append_number(out, place ? static_cast<std::uint64_t>(place->size) : kAbsent, 8);
  }
  if (with_crc32c) append_number(out, crc32c(out), 4);
  return out;
}

Result<ShardIndex> decode_shard_index(std::span<const std::byte> bytes, std::int64_t chunk_count,
                                      bool with_crc32c, std::int64_t shard_bytes) {
  const auto table_bytes = static_cast<std::size_t>(chunk_count) * 16;
  const std::size_t want = table_bytes + (with_crc32c ? 4 : 0);
  if (bytes.size() != want) {
    return Error(Code::corrupt,
                 fmt::format("shard index: want {} bytes, got {}", want, bytes.size()));
  }
  const auto table = bytes.first(table_bytes);
  if (with_crc32c) {
    const std::uint32_t computed = crc32c(table);
    const std::uint64_t stored = read_number(bytes.data() + table_bytes, 4);
    if (computed != stored) {
      return Error(Code::corrupt,
                   fmt::format("shard index: crc32c is {:08x}, want {:08x}", computed, stored));
    }
  }
  ShardIndex index(static_cast<std::size_t>(chunk_count));
  for (std::size_t i = 0; i < index.size(); ++i) {
    const std::uint64_t offset = read_number(table.data() + i * 16, 8);
    const std::uint64_t size = read_number(table.data() + i * 16 + 8, 8);
    if (offset == kAbsent && size == kAbsent) continue;
    const auto limit = static_cast<std::uint64_t>(shard_bytes);
    if (offset > limit || size > limit - offset) {
      return Error(Code::corrupt,
                   fmt::format("shard index: chunk {} lies at {} with {} bytes, the shard has {}",
                               i, offset, size, limit));
    }
    index[i] = {static_cast<std::int64_t>(offset), static_cast<std::int64_t>(size)};
  }
  return index;
}

}  // namespace pantile::zarr
