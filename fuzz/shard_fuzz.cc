// A made-up shard of a sound array: every chunk is read or refused, also by the strict look that
// `pantile check` takes.
//
// Input: one byte of choices, then the shard.
#include <array>
#include <cstdint>
#include <memory>
#include <utility>

#include "core/buffer.h"
#include "input.h"
#include "io/store/memory_store.h"
#include "io/zarr/array_reader.h"
#include "io/zarr/shard_files.h"
#include "mend.h"
#include "pipeline/check/store.h"
#include "pipeline/folder/outputs.h"

namespace {

using pantile::Bytes;
using pantile::mend_crc32c;
using pantile::require;
using pantile::zarr::ArrayMetadata;
using pantile::zarr::ArrayReader;
using pantile::zarr::ByteStep;
using pantile::zarr::Position;

constexpr std::int64_t kChunkPx = 16, kShardPx = 32;
constexpr std::int64_t kChunks = 4, kIndexBytes = 16 * kChunks + 4;

// Bits of the byte of choices; the lowest two are the compressor.
constexpr std::size_t kIndexAtStart = 4, kChunkSums = 8, kBigEndian = 16, kMendSums = 32,
                      kStrict = 64;

ArrayMetadata metadata_of(std::size_t choices) {
  ArrayMetadata array;
  array.shape = {3, 30, 32};
  array.shard = {3, kShardPx, kShardPx};
  array.chunk = {3, kChunkPx, kChunkPx};
  array.sharded = true;
  array.dtype = pantile::DType::u16;
  array.fill = Bytes(2);
  array.order = {1, 2, 0};
  array.big_endian = (choices & kBigEndian) != 0;
  array.index_at_end = (choices & kIndexAtStart) == 0;
  constexpr std::array kKinds{ByteStep::Kind::zstd, ByteStep::Kind::gzip, ByteStep::Kind::zlib};
  if (const std::size_t kind = choices % 4; kind < kKinds.size()) {
    array.steps.push_back({kKinds[kind], 1});
  }
  if ((choices & kChunkSums) != 0) array.steps.push_back({ByteStep::Kind::crc32c, 0});
  return array;
}

/// Makes the checksums of the index and of every chunk it names right.
void mend_sums(std::span<std::byte> shard, const ArrayMetadata& array) {
  if (shard.size() < kIndexBytes) return;
  const auto index = array.index_at_end ? shard.last(kIndexBytes) : shard.first(kIndexBytes);
  mend_crc32c(index);
  if (array.steps.empty() || array.steps.back().kind != ByteStep::Kind::crc32c) return;
  const auto read = pantile::zarr::decode_shard_index(index, kChunks, true,
                                                      static_cast<std::int64_t>(shard.size()));
  if (!read.ok()) return;
  for (const auto& place : *read) {
    if (!place) continue;
    mend_crc32c(shard.subspan(static_cast<std::size_t>(place->offset),
                              static_cast<std::size_t>(place->size)));
  }
  mend_crc32c(index);  // a chunk may lie over it
}

/// As any reader of Zarr does.
void read_chunks(const std::shared_ptr<pantile::MemoryStore>& store, const ArrayMetadata& array) {
  const auto reader = ArrayReader::make(store, "0", array);
  require(reader.ok());
  const auto index = (*reader)->read_index({0, 0, 0});
  if (!index.ok()) return;
  for (std::int64_t i = 0; i < kChunks; ++i) {
    const Position chunk{0, i / 2, i % 2};
    auto stored = (*reader)->read_stored(chunk, *index);
    if (!stored.ok()) continue;
    const auto samples = (*reader)->decode(chunk, *stored);
    require(!samples.ok() || static_cast<std::int64_t>(samples->size()) == array.chunk_bytes());
    static_cast<void>((*reader)->strip_crc32c(chunk, *stored));
  }
}

/// As `check` does, which knows what a shard of ours is.
void check_chunks(const std::shared_ptr<pantile::MemoryStore>& store) {
  pantile::ExpectedStore expected;
  expected.files = store;
  expected.plan = {.spec = {}, .chunk_px = kChunkPx, .shard_px = kShardPx};
  expected.plan.spec.channels = 3;
  expected.plan.spec.dtype = pantile::DType::u16;
  expected.plan.spec.levels = {{32, 30, {}, {}}};
  pantile::FindingLog log(nullptr);
  pantile::StoreCheck check(std::move(expected), log);
  static_cast<void>(check.check_shard({0, 0, 0}));
  static const auto scratch = check.codec()->make_scratch();
  Bytes encoded;
  pantile::PixelBuffer pixels(pantile::DType::u16, kChunkPx, kChunkPx, 3);
  for (std::int64_t i = 0; i < kChunks; ++i) {
    const auto read = check.read_chunk({0, i % 2, i / 2}, *scratch, encoded, pixels.view());
    require(!read.ok() || *read || log.count() > 0);  // what cannot be read is a finding
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  pantile::Input input(data, size);
  const std::size_t choices = input.number();
  const bool strict = (choices & kStrict) != 0;
  const ArrayMetadata array = metadata_of(strict ? kMendSums | kChunkSums : choices);
  Bytes shard(input.rest().begin(), input.rest().end());
  if (strict || (choices & kMendSums) != 0) mend_sums(shard, array);
  const auto store = std::make_shared<pantile::MemoryStore>();
  static_cast<void>(store->write(pantile::zarr::shard_key({}, {0, 0, 0}), shard));
  if (strict) {
    check_chunks(store);
  } else {
    read_chunks(store, array);
  }
  return 0;
}
