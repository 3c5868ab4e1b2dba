#include "pipeline/check/store.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <span>
#include <utility>
#include <vector>

#include "io/codec/crc32c.h"
#include "io/codec/planar.h"
#include "io/zarr/shard_files.h"
#include "pipeline/folder/outputs.h"

namespace pantile {
namespace {

constexpr std::int64_t kCrcBytes = 4;

bool all_zero(std::span<const std::byte> bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::byte b) { return b == std::byte{0}; });
}

/// True when a full packed chunk is zero beyond its first `width` columns and `height` rows.
bool zero_outside(const View& chunk, std::int64_t width, std::int64_t height) {
  const auto row_bytes = static_cast<std::size_t>(chunk.layout().row_stride);
  const auto used = static_cast<std::size_t>(width * chunk.layout().col_stride);
  for (std::int64_t y = 0; y < chunk.height(); ++y) {
    const std::span row(chunk.at(y, 0), row_bytes);
    if (!all_zero(y < height ? row.subspan(used) : row)) return false;
  }
  return true;
}

std::string first_difference(std::string_view found, std::string_view wanted) {
  const auto [f, w] = std::mismatch(found.begin(), found.end(), wanted.begin(), wanted.end());
  return fmt::format("byte {}", f - found.begin());
}

}  // namespace

StoreCheck::StoreCheck(ExpectedStore expected, FindingLog& log)
    : expected_(std::move(expected)),
      log_(log),
      layout_(expected_.plan),
      // Decoding does not depend on the level.
      codec_(*make_store_codec(1, expected_.plan.planes)),
      chunk_layout_(Layout::interleaved(expected_.plan.spec.dtype, expected_.plan.chunk_px,
                                        expected_.plan.chunk_px, expected_.plan.unit_channels())) {}

void StoreCheck::add(Finding finding) {
  ++findings_;
  log_.add(std::move(finding));
}

void StoreCheck::add(FindingKind kind, UnitId unit, std::string text) {
  add(Finding{
      kind, expected_.prefix + zarr::shard_key(layout_, unit), unit, {}, {}, std::move(text)});
}

void StoreCheck::add(FindingKind kind, ChunkId chunk, std::string text) {
  const UnitId unit = layout_.unit_of(chunk);
  add(Finding{kind, expected_.prefix + zarr::shard_key(layout_, unit), unit, chunk,
              layout_.chunk_rect(chunk), std::move(text)});
}

void StoreCheck::add_wrong_pixels(ChunkId id, const Rect& rect, std::string text) {
  const UnitId unit = layout_.unit_of(id);
  add(Finding{FindingKind::wrong_pixels, expected_.prefix + zarr::shard_key(layout_, unit), unit,
              id, rect, std::move(text)});
}

bool StoreCheck::is_broken(UnitId unit) const {
  const std::lock_guard lock(mutex_);
  return broken_.contains(unit);
}

void StoreCheck::set_broken(UnitId unit) {
  const std::lock_guard lock(mutex_);
  broken_.insert(unit);
}

Status StoreCheck::check_metadata() {
  for (const auto& [key, wanted] : expected_.metadata) {
    const std::string file = expected_.prefix + key;
    PANTILE_ASSIGN(const auto size, expected_.files->size(key));
    if (!size) {
      if (!expected_.unfinished) {
        add(Finding{FindingKind::missing, file, {}, {}, {}, "these metadata are not there"});
      }
      continue;
    }
    ++files_seen_;
    const auto want_bytes = static_cast<std::int64_t>(wanted.size());
    if (*size != want_bytes) {
      add(Finding{*size < want_bytes ? FindingKind::truncated : FindingKind::wrong_metadata,
                  file,
                  {},
                  {},
                  {},
                  fmt::format("it has {} bytes, expected {}", *size, want_bytes)});
      continue;
    }
    auto read = expected_.files->read(key);
    if (!read.ok() && is_unreadable(read.error())) {
      add(Finding{FindingKind::unreadable, file, {}, {}, {}, read.error().message()});
      continue;
    }
    PANTILE_ASSIGN(const Bytes found, std::move(read));
    if (as_text(found) == wanted) continue;
    add(Finding{FindingKind::wrong_metadata,
                file,
                {},
                {},
                {},
                "it differs from what it must say from " +
                    first_difference(as_text(found), wanted) + " on"});
  }
  return {};
}

Result<StoreCheck::IndexPtr> StoreCheck::load_index(UnitId unit) {
  using Flaw = zarr::ShardLook::Flaw;
  auto looked = zarr::look_at_shard(*expected_.files, layout_, unit);
  if (!looked.ok() && is_unreadable(looked.error())) {
    add(FindingKind::unreadable, unit, looked.error().message());
    return IndexPtr();
  }
  PANTILE_ASSIGN(zarr::ShardLook look, std::move(looked));
  switch (look.flaw) {
    case Flaw::none: return std::make_shared<const zarr::ShardIndex>(std::move(look.index));
    case Flaw::missing:
      if (expected_.unfinished) {
        ++units_to_come_;
      } else {
        add(FindingKind::missing, unit, std::move(look.text));
      }
      break;
    case Flaw::truncated: add(FindingKind::truncated, unit, std::move(look.text)); break;
    case Flaw::index: add(FindingKind::checksum, unit, std::move(look.text)); break;
  }
  return IndexPtr();
}

Result<StoreCheck::IndexPtr> StoreCheck::index_of(UnitId unit) {
  if (is_broken(unit)) return IndexPtr();
  const TileGrid shards = layout_.shards(unit.level);
  const zarr::CacheKey key{unit.level,
                           unit.group * shards.count() + unit.y * shards.columns() + unit.x};
  if (auto kept = indices_.get(key)) return kept;
  PANTILE_ASSIGN(IndexPtr index, load_index(unit));
  if (index == nullptr) {
    set_broken(unit);
  } else {
    indices_.put(key, index, static_cast<std::int64_t>(index->size() * sizeof(index->front())));
  }
  return index;
}

Status StoreCheck::check_shard(UnitId unit) {
  PANTILE_TRY(index_of(unit));
  ++files_seen_;
  return {};
}

Result<bool> StoreCheck::read_stored(ChunkId id, const zarr::ChunkPlace& place, Bytes& stored) {
  const auto chunk_bytes = static_cast<std::int64_t>(chunk_layout_.packed_bytes());
  // A chunk of random samples grows a little; anything much longer is not worth the memory.
  if (place.size < kCrcBytes || place.size > 2 * chunk_bytes + (1 << 20)) {
    add(FindingKind::undecodable, id,
        fmt::format("its {} bytes cannot hold the {} of this chunk", place.size, chunk_bytes));
    return false;
  }
  stored.resize(static_cast<std::size_t>(place.size));
  const Status read = expected_.files->read_into(zarr::shard_key(layout_, layout_.unit_of(id)),
                                                 place.offset, stored);
  if (!read.ok() && is_unreadable(read.error())) {
    add(FindingKind::unreadable, id, read.error().message());
    return false;
  }
  PANTILE_TRY(read);
  const std::size_t content = stored.size() - kCrcBytes;
  std::uint32_t crc = 0;
  for (std::size_t b = 0; b < kCrcBytes; ++b) {
    crc |= static_cast<std::uint32_t>(stored[content + b]) << (8 * b);
  }
  stored.resize(content);
  if (const std::uint32_t computed = crc32c(stored); computed != crc) {
    add(FindingKind::checksum, id, fmt::format("crc32c is {:08x}, want {:08x}", computed, crc));
    return false;
  }
  return true;
}

Result<bool> StoreCheck::read_encoded(ChunkId id, const zarr::ShardIndex& index, Bytes& encoded) {
  const Rect cells = layout_.chunk_cells(layout_.unit_of(id));
  const std::int64_t n = layout_.chunks_per_side();
  const std::int64_t number = (id.y - cells.y0) * n + (id.x - cells.x0);
  const auto place = [&](std::int64_t plane) {
    return index[static_cast<std::size_t>(plane * n * n + number)].value();
  };
  if (!expected_.plan.planes) return read_stored(id, place(0), encoded);
  std::vector<Bytes> stored(static_cast<std::size_t>(layout_.planes()));
  std::vector<std::span<const std::byte>> planes;
  for (std::size_t c = 0; c < stored.size(); ++c) {
    PANTILE_ASSIGN(const bool sound,
                   read_stored(id, place(static_cast<std::int64_t>(c)), stored[c]));
    if (!sound) return false;
    planes.emplace_back(stored[c]);
  }
  encoded = join_planes(planes);
  return true;
}

Result<bool> StoreCheck::read_chunk(ChunkId id, ChunkCodec::Scratch& scratch, Bytes& encoded,
                                    MutableView out) {
  PANTILE_ASSIGN(const IndexPtr index, index_of(layout_.unit_of(id)));
  if (index == nullptr) return false;
  PANTILE_ASSIGN(const bool sound, read_encoded(id, *index, encoded));
  if (!sound) return false;
  if (const Status decoded = codec_->decode(encoded, scratch, out); !decoded.ok()) {
    add(FindingKind::undecodable, id, decoded.error().message());
    return false;
  }
  const Rect rect = layout_.chunk_rect(id);
  const bool cut = rect.width() < layout_.chunk_px() || rect.height() < layout_.chunk_px();
  if (cut && !zero_outside(out, rect.width(), rect.height())) {
    add(FindingKind::wrong_pixels, id, "what lies beyond the image's edge is not zero");
  }
  return true;
}

}  // namespace pantile
