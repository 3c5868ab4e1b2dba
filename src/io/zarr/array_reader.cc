#include "io/zarr/array_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>

#include "grid/tile_grid.h"
#include "io/codec/crc32c.h"

namespace pantile::zarr {
namespace {

constexpr std::size_t kCrcBytes = 4;

void swap_byte_order(Bytes& samples, std::size_t sample_bytes) {
  for (std::size_t i = 0; i + sample_bytes <= samples.size(); i += sample_bytes) {
    std::reverse(samples.begin() + static_cast<std::ptrdiff_t>(i),
                 samples.begin() + static_cast<std::ptrdiff_t>(i + sample_bytes));
  }
}

/// The bytes without their last four, which must be their crc32c.
Result<std::span<const std::byte>> check_crc32c(std::span<const std::byte> bytes) {
  if (bytes.size() < kCrcBytes) return Error(Code::corrupt, "too short for its crc32c");
  const auto content = bytes.first(bytes.size() - kCrcBytes);
  std::uint32_t stored = 0;
  for (std::size_t b = 0; b < kCrcBytes; ++b) {
    stored |= static_cast<std::uint32_t>(bytes[content.size() + b]) << (8 * b);
  }
  const std::uint32_t computed = crc32c(content);
  if (computed != stored) {
    return Error(Code::corrupt, fmt::format("crc32c is {:08x}, want {:08x}; the file is damaged",
                                            computed, stored));
  }
  return content;
}

}  // namespace

Result<std::unique_ptr<ArrayReader>> ArrayReader::make(std::shared_ptr<const ByteStore> store,
                                                       std::string path, ArrayMetadata metadata) {
  std::unique_ptr<ArrayReader> reader(new ArrayReader);
  reader->store_ = std::move(store);
  reader->path_ = std::move(path);
  for (std::size_t i = 0; i < metadata.rank(); ++i) {
    reader->grid_.push_back(ceil_div(metadata.shape[i], metadata.chunk[i]));
  }
  reader->strides_.resize(metadata.rank());
  auto stride = static_cast<std::int64_t>(dtype_bytes(metadata.dtype));
  for (std::size_t i = metadata.rank(); i-- > 0;) {
    const auto axis = static_cast<std::size_t>(metadata.order[i]);
    reader->strides_[axis] = stride;
    stride *= metadata.chunk[axis];
  }
  for (const ByteStep& step : metadata.steps) {
    // Decoding does not depend on the level, and others' levels may not be ours.
    switch (step.kind) {
      case ByteStep::Kind::crc32c: break;
      case ByteStep::Kind::zstd: {
        PANTILE_ASSIGN(reader->compressor_, codec::make_byte_codec(codec::Method::zstd, -1));
        break;
      }
      case ByteStep::Kind::gzip: {
        PANTILE_ASSIGN(reader->compressor_, codec::make_byte_codec(codec::Method::gzip, -1));
        break;
      }
      case ByteStep::Kind::zlib: {
        PANTILE_ASSIGN(reader->compressor_, codec::make_byte_codec(codec::Method::deflate, -1));
        break;
      }
    }
  }
  reader->metadata_ = std::move(metadata);
  return reader;
}

Position ArrayReader::shard_of(const Position& chunk) const {
  Position shard = chunk;
  for (std::size_t i = 0; i < shard.size(); ++i) {
    shard[i] /= metadata_.shard[i] / metadata_.chunk[i];
  }
  return shard;
}

std::string ArrayReader::full_key(const Position& shard) const {
  const std::string key = metadata_.key(shard);
  return path_.empty() ? key : path_ + "/" + key;
}

std::string ArrayReader::describe(const Position& chunk) const {
  return fmt::format("{}/{}: chunk ({})", store_->name(), full_key(shard_of(chunk)),
                     fmt::join(chunk, ", "));
}

Result<ShardIndex> ArrayReader::read_index(const Position& shard) const {
  const std::string key = full_key(shard);
  const auto context = [&] { return fmt::format("{}/{}", store_->name(), key); };
  PANTILE_ASSIGN(const auto size, store_->size(key));
  if (!size) return ShardIndex(static_cast<std::size_t>(metadata_.chunk_count_per_shard()));
  const std::int64_t bytes = metadata_.index_bytes();
  if (*size < bytes) {
    return Error(Code::corrupt, fmt::format("{}: want at least {} bytes for its index, it has {}",
                                            context(), bytes, *size));
  }
  Bytes table(static_cast<std::size_t>(bytes));
  PANTILE_TRY(store_->read_into(key, metadata_.index_at_end ? *size - bytes : 0, table));
  return decode_shard_index(table, metadata_.chunk_count_per_shard(), metadata_.index_crc32c, *size)
      .with_context(context());
}

Result<Bytes> ArrayReader::read_stored(const Position& chunk, const ShardIndex& index) const {
  const std::string key = full_key(shard_of(chunk));
  const auto check_size = [&](std::int64_t size) -> Status {
    // A chunk of random samples grows a little; anything much longer is not worth the memory.
    if (size <= 2 * metadata_.chunk_bytes() + (1 << 20)) return {};
    return Error(Code::corrupt, fmt::format("{}: {} bytes are too many for a chunk of {}",
                                            describe(chunk), size, metadata_.chunk_bytes()));
  };
  if (!metadata_.sharded) {
    PANTILE_ASSIGN(const auto size, store_->size(key));
    if (!size) return Error(Code::not_found, describe(chunk) + " is absent");
    PANTILE_TRY(check_size(*size));
    return store_->read(key);
  }
  std::int64_t number = 0;
  for (std::size_t i = 0; i < chunk.size(); ++i) {
    const std::int64_t along = metadata_.shard[i] / metadata_.chunk[i];
    number = number * along + chunk[i] % along;
  }
  const auto& place = index[static_cast<std::size_t>(number)];
  if (!place) return Error(Code::not_found, describe(chunk) + " is absent");
  PANTILE_TRY(check_size(place->size));
  Bytes out(static_cast<std::size_t>(place->size));
  PANTILE_TRY(store_->read_into(key, place->offset, out));
  return out;
}

Status ArrayReader::strip_crc32c(const Position& chunk, Bytes& stored) const {
  if (metadata_.steps.empty() || metadata_.steps.back().kind != ByteStep::Kind::crc32c) return {};
  PANTILE_TRY(check_crc32c(stored).with_context(describe(chunk)));
  stored.resize(stored.size() - kCrcBytes);
  return {};
}

Result<Bytes> ArrayReader::decode(const Position& chunk, std::span<const std::byte> stored) const {
  auto want = static_cast<std::size_t>(metadata_.chunk_bytes());
  // What lies between two steps is as long as the samples and the checksums put on before.
  std::size_t before_compressor = want;
  for (const ByteStep& step : metadata_.steps) {
    if (step.kind != ByteStep::Kind::crc32c) break;
    before_compressor += kCrcBytes;
  }
  Bytes unpacked;
  std::span<const std::byte> bytes = stored;
  for (auto step = metadata_.steps.rbegin(); step != metadata_.steps.rend(); ++step) {
    if (step->kind == ByteStep::Kind::crc32c) {
      PANTILE_ASSIGN(bytes, check_crc32c(bytes).with_context(describe(chunk)));
      continue;
    }
    std::unique_ptr<ChunkCodec::Scratch> scratch;
    {
      const std::lock_guard lock(mutex_);
      if (!idle_scratch_.empty()) {
        scratch = std::move(idle_scratch_.back());
        idle_scratch_.pop_back();
      }
    }
    if (scratch == nullptr) scratch = compressor_->make_scratch();
    unpacked.resize(before_compressor);
    const Status status = compressor_->decompress(bytes, *scratch, unpacked);
    {
      const std::lock_guard lock(mutex_);
      idle_scratch_.push_back(std::move(scratch));
    }
    if (!status.ok()) return status.error().with_context(describe(chunk));
    bytes = unpacked;
  }
  if (bytes.size() != want) {
    return Error(Code::corrupt, fmt::format("{}: want {} bytes of samples, got {}", describe(chunk),
                                            want, bytes.size()));
  }
  if (bytes.data() != unpacked.data()) unpacked.assign(bytes.begin(), bytes.end());
  unpacked.resize(want);
  if (metadata_.big_endian) swap_byte_order(unpacked, dtype_bytes(metadata_.dtype));
  return unpacked;
}

}  // namespace pantile::zarr
