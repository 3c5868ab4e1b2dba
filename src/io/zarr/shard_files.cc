#include "io/zarr/shard_files.h"

#include <fmt/format.h>

#include <charconv>
#include <string_view>
#include <utility>

#include "io/zarr/array_metadata.h"

namespace pantile::zarr {
namespace {

/// Takes a number without sign or leading zeros off the front of `text`.
std::optional<std::int64_t> take_number(std::string_view& text) {
  if (text.empty()) return std::nullopt;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const auto length = static_cast<std::size_t>(end - text.data());
  if (error != std::errc() || text.front() == '-') return std::nullopt;
  if (text.front() == '0' && length > 1) return std::nullopt;
  text.remove_prefix(length);
  return value;
}

bool take(std::string_view& text, std::string_view what) {
  if (!text.starts_with(what)) return false;
  text.remove_prefix(what.size());
  return true;
}

/// Laid out as our sink does it, as far as shape goes: sizes of chunks and shards follow from it.
bool is_as_ours(const ArrayMetadata& array) {
  constexpr std::int64_t kMostChannels = 1 << 16;
  return array.rank() == 3 && array.sharded && array.shape[0] <= kMostChannels &&
         (array.chunk[0] == array.shape[0] || array.chunk[0] == 1) &&
         array.shard[0] == array.shape[0] && array.chunk[1] == array.chunk[2] &&
         array.shard[1] == array.shard[2];
}

}  // namespace

Result<std::optional<SinkPlan>> find_plan(const ByteStore& store) {
  constexpr int kMostLevels = 64;
  std::optional<SinkPlan> plan;
  for (int i = 0; i < kMostLevels; ++i) {
    const std::string key = fmt::format("{}/zarr.json", i);
    PANTILE_ASSIGN(const bool there, store.exists(key));
    if (!there) break;
    PANTILE_ASSIGN(const Bytes text, store.read_at_most(key, kMaxMetadataBytes));
    const std::string where = store.name() + "/" + key;
    PANTILE_ASSIGN(const ArrayMetadata array, parse_array_v3(as_text(text), where));
    if (!is_as_ours(array)) {
      return Error(Code::foreign, where +
                                      ": expected a sharded array of c, y, x in squares as "
                                      "pantile writes them, found another");
    }
    if (!plan) {
      plan.emplace();
      plan->chunk_px = array.chunk[2];
      plan->shard_px = array.shard[2];
      plan->spec.channels = static_cast<int>(array.shape[0]);
      plan->planes = array.chunk[0] < array.shape[0];
      plan->spec.dtype = array.dtype;
    }
    plan->spec.levels.push_back({array.shape[2], array.shape[1], {1, 1}, {0, 0}});
  }
  return plan;
}

std::string shard_key(UnitId unit) {
  return fmt::format("{}/c/0/{}/{}", unit.level, unit.y, unit.x);
}

std::optional<UnitId> parse_shard_key(std::string_view key) {
  constexpr std::int64_t kMostLevels = 64;
  const auto level = take_number(key);
  if (!level || *level >= kMostLevels || !take(key, "/c/0/")) return std::nullopt;
  const auto y = take_number(key);
  if (!y || !take(key, "/")) return std::nullopt;
  const auto x = take_number(key);
  if (!x || !key.empty()) return std::nullopt;
  return UnitId{static_cast<int>(*level), *x, *y};
}

Result<ShardLook> look_at_shard(const ByteStore& store, const ShardLayout& layout, UnitId unit) {
  using Flaw = ShardLook::Flaw;
  const std::string key = shard_key(unit);
  PANTILE_ASSIGN(const auto size, store.size(key));
  if (!size) return ShardLook{Flaw::missing, "this shard is not there", {}};
  const std::int64_t n = layout.chunks_per_side();
  const std::int64_t count = layout.planes() * n * n;
  const std::int64_t index_bytes = 16 * count + 4;
  if (*size < index_bytes) {
    return ShardLook{Flaw::truncated,
                     fmt::format("it has {} bytes, its index alone takes {}", *size, index_bytes),
                     {}};
  }
  Bytes table(static_cast<std::size_t>(index_bytes));
  PANTILE_TRY(store.read_into(key, *size - index_bytes, table));
  auto index = decode_shard_index(table, count, /*with_crc32c=*/true, *size);
  if (!index.ok()) return ShardLook{Flaw::index, index.error().message(), {}};
  const Rect cells = layout.chunk_cells(unit);
  std::int64_t offset = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    const auto& place = (*index)[static_cast<std::size_t>(i)];
    const bool inside = i % n < cells.width() && i / n % n < cells.height();
    if (inside != place.has_value() || (place && place->offset != offset)) {
      return ShardLook{Flaw::index,
                       fmt::format("its index is not as it must be: entry {} {}", i,
                                   inside ? fmt::format("should begin at byte {}", offset)
                                          : std::string("should be empty")),
                       {}};
    }
    if (place) offset += place->size;
  }
  if (offset + index_bytes != *size) {
    return ShardLook{
        Flaw::truncated,
        fmt::format("it has {} bytes, its chunks and index take {}", *size, offset + index_bytes),
        {}};
  }
  return ShardLook{Flaw::none, "", std::move(*index)};
}

Result<ShardFiles> find_shards(const ByteStore& store, const ShardLayout& layout) {
  ShardFiles found;
  for (int i = 0; i < layout.level_count(); ++i) {
    PANTILE_ASSIGN(const auto entries, store.list(fmt::format("{}/c/0", i)));
    for (const auto& entry : entries) {
      const std::optional<UnitId> unit = parse_shard_key(entry.key);
      if (!unit || !layout.has(*unit)) continue;
      PANTILE_ASSIGN(ShardLook look, look_at_shard(store, layout, *unit));
      if (look.flaw == ShardLook::Flaw::none) {
        found.there.insert(*unit);
      } else if (look.flaw != ShardLook::Flaw::missing) {
        found.broken.push_back({entry.key, std::move(look.text)});
      }
    }
  }
  return found;
}

}  // namespace pantile::zarr
