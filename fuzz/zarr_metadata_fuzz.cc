// Metadata that somebody made up are read or refused; an array's that are read keep the promises
// of ArrayMetadata, on which every size and every key stands.
//
// Input: one byte that says which file it is, then its text.
#include <cstdint>
#include <string>

#include "input.h"
#include "io/zarr/array_metadata.h"
#include "io/zarr/ome_metadata.h"

namespace {

using pantile::require;
using pantile::zarr::ArrayMetadata;

void check(const pantile::Result<ArrayMetadata>& read) {
  if (!read.ok()) return;
  const ArrayMetadata& array = *read;
  require(array.rank() >= 2 && array.rank() <= 5);
  require(array.chunk.size() == array.rank() && array.shard.size() == array.rank());
  require(array.order.size() == array.rank());
  require(array.fill.size() == pantile::dtype_bytes(array.dtype));
  for (std::size_t i = 0; i < array.rank(); ++i) {
    require(array.shape[i] > 0 && array.chunk[i] > 0 && array.shard[i] % array.chunk[i] == 0);
  }
  require(array.chunk_bytes() > 0 && array.chunk_bytes() <= pantile::zarr::kMaxChunkBytes);
  require(array.chunk_count_per_shard() >= 1);
  require(array.chunk_count_per_shard() <= pantile::zarr::kMaxChunksPerShard);
  require(pantile::check_key(array.key(std::vector<std::int64_t>(array.rank(), 3))).ok());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  pantile::Input input(data, size);
  const std::size_t file = input.number() % 3;
  if (file == 0) {
    check(pantile::zarr::parse_array_v3(input.text(), "zarr.json"));
  } else if (file == 1) {
    check(pantile::zarr::parse_array_v2(input.text(), ".zarray"));
  } else if (auto image = pantile::zarr::parse_ome_attributes(input.text(), ".zattrs");
             image.ok()) {
    for (const auto& dataset : image->datasets) require(pantile::check_key(dataset.path).ok());
    static_cast<void>(kind_of(*image, 3, pantile::DType::u8));
  }
  return 0;
}
