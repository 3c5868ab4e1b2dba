#include "io/zarr/shard_files.h"

#include <fmt/format.h>

#include <array>
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
  const std::size_t rank = array.rank();
  if ((rank != 3 && rank != 5) || !array.sharded) return false;
  const std::size_t c = rank == 3 ? 0 : 1;
  if (rank == 5 && (array.shard[0] != 1 || array.shard[2] != 1 ||
                    array.shape[0] > kMaxPlanes / array.shape[2])) {
    return false;
  }
  return array.shape[c] <= kMaxChannels && array.shape[c] % array.shard[c] == 0 &&
         (array.chunk[c] == array.shard[c] || array.chunk[c] == 1) &&
         array.chunk[rank - 2] == array.chunk[rank - 1] &&
         array.shard[rank - 2] == array.shard[rank - 1];
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
                                      ": expected a sharded array of (t,) c, (z,) y, x in "
                                      "squares as pantile writes them, found another");
    }
    const bool is_stack = array.rank() == 5;
    const std::size_t c = is_stack ? 1 : 0, x = array.rank() - 1;
    if (!plan) {
      plan.emplace();
      plan->chunk_px = array.chunk[x];
      plan->shard_px = array.shard[x];
      plan->spec.t = is_stack ? array.shape[0] : 1;
      plan->spec.z = is_stack ? array.shape[2] : 1;
      plan->spec.channels = static_cast<int>(array.shape[c]);
      plan->planes = array.chunk[c] < array.shard[c];
      if (array.shard[c] < array.shape[c]) plan->group_channels = static_cast<int>(array.shard[c]);
      plan->spec.dtype = array.dtype;
    }
    plan->spec.levels.push_back({array.shape[x], array.shape[x - 1], {1, 1}, {0, 0}});
  }
  return plan;
}

int axes_of(const ShardLayout& layout) { return layout.is_stack() ? 5 : 3; }

std::string shard_key(const ShardLayout& layout, UnitId unit) {
  const Region place = layout.region(unit.group, unit.level, {});
  const int part = place.c0 / layout.unit_channels();
  return layout.is_stack() ? fmt::format("{}/c/{}/{}/{}/{}/{}", unit.level, place.t, part, place.z,
                                         unit.y, unit.x)
                           : fmt::format("{}/c/{}/{}/{}", unit.level, part, unit.y, unit.x);
}

std::optional<UnitId> parse_shard_key(const ShardLayout& layout, std::string_view key) {
  constexpr std::int64_t kMostLevels = 64;
  const auto level = take_number(key);
  if (!level || *level >= kMostLevels || !take(key, "/c")) return std::nullopt;
  std::array<std::int64_t, 5> numbers{};  // t, part, z, y, x
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if ((i == 0 || i == 2) && !layout.is_stack()) continue;
    if (!take(key, "/")) return std::nullopt;
    const auto number = take_number(key);
    if (!number) return std::nullopt;
    numbers[i] = *number;
  }
  const auto [t, part, z, y, x] = numbers;
  if (!key.empty()) return std::nullopt;
  const std::int64_t group = layout.group_of(t, z, part);
  if (group < 0) return std::nullopt;
  return UnitId{static_cast<int>(*level), x, y, group};
}

Result<ShardLook> look_at_shard(const ByteStore& store, const ShardLayout& layout, UnitId unit) {
  using Flaw = ShardLook::Flaw;
  const std::string key = shard_key(layout, unit);
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
    PANTILE_ASSIGN(const auto entries, store.list(fmt::format("{}/c", i)));
    for (const auto& entry : entries) {
      const std::optional<UnitId> unit = parse_shard_key(layout, entry.key);
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
