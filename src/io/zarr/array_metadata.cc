#include "io/zarr/array_metadata.h"

#include <fmt/format.h>

namespace pantile::zarr {

std::int64_t ArrayMetadata::chunk_bytes() const {
  auto bytes = static_cast<std::int64_t>(dtype_bytes(dtype));
  for (const auto side : chunk) bytes *= side;
  return bytes;
}

std::vector<std::int64_t> ArrayMetadata::chunks_per_shard() const {
  std::vector<std::int64_t> counts;
  for (std::size_t i = 0; i < rank(); ++i) counts.push_back(shard[i] / chunk[i]);
  return counts;
}

std::int64_t ArrayMetadata::chunk_count_per_shard() const {
  std::int64_t count = 1;
  for (const auto n : chunks_per_shard()) count *= n;
  return count;
}

std::int64_t ArrayMetadata::index_bytes() const {
  return 16 * chunk_count_per_shard() + (index_crc32c ? 4 : 0);
}

std::string ArrayMetadata::key(const std::vector<std::int64_t>& position) const {
  std::string out = key_prefix;
  for (const auto i : position) {
    if (!out.empty()) out += key_separator;
    out += fmt::to_string(i);
  }
  return out;
}

}  // namespace pantile::zarr
