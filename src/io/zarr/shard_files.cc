#include "io/zarr/shard_files.h"

#include <fmt/format.h>

#include <charconv>
#include <string_view>

#include "io/zarr/array_metadata.h"

namespace pantile::zarr {
namespace {

/// The shard's row and column from a key "<y>/<x>", if that is what it is.
bool parse_place(std::string_view text, UnitId& unit) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return false;
  const auto parse = [](std::string_view digits, std::int64_t& value) {
    const char* end = digits.data() + digits.size();
    const auto result = std::from_chars(digits.data(), end, value);
    return result.ec == std::errc() && result.ptr == end;
  };
  return parse(text.substr(0, slash), unit.y) && parse(text.substr(slash + 1), unit.x);
}

}  // namespace

Result<std::optional<SinkPlan>> find_plan(const ByteStore& store) {
  constexpr int kMostLevels = 64;
  std::optional<SinkPlan> plan;
  for (int i = 0; i < kMostLevels; ++i) {
    const std::string key = fmt::format("{}/zarr.json", i);
    PANTILE_ASSIGN(const bool there, store.exists(key));
    if (!there) break;
    PANTILE_ASSIGN(const Bytes text, store.read(key));
    const std::string where = store.name() + "/" + key;
    PANTILE_ASSIGN(const ArrayMetadata array, parse_array_v3(as_text(text), where));
    if (array.rank() != 3 || !array.sharded) {
      return Error(Code::foreign, where +
                                      ": expected a sharded array of c, y, x as pantile writes "
                                      "them, found another");
    }
    if (!plan) {
      plan.emplace();
      plan->chunk_px = array.chunk[2];
      plan->shard_px = array.shard[2];
      plan->spec.channels = static_cast<int>(array.shape[0]);
      plan->spec.dtype = array.dtype;
    }
    plan->spec.levels.push_back({array.shape[2], array.shape[1], {1, 1}, {0, 0}});
  }
  return plan;
}

std::string shard_key(UnitId unit) {
  return fmt::format("{}/c/0/{}/{}", unit.level, unit.y, unit.x);
}

std::int64_t shard_index_bytes(const ShardLayout& layout) {
  const std::int64_t n = layout.chunks_per_side();
  return 16 * n * n + 4;
}

Result<ShardFiles> find_shards(const ByteStore& store, const ShardLayout& layout) {
  ShardFiles found;
  const std::int64_t least_bytes = shard_index_bytes(layout);
  for (int i = 0; i < layout.level_count(); ++i) {
    const std::string prefix = fmt::format("{}/c/0", i);
    PANTILE_ASSIGN(const auto entries, store.list(prefix));
    for (const auto& entry : entries) {
      UnitId unit{i, 0, 0};
      const auto place = std::string_view(entry.key).substr(prefix.size() + 1);
      if (!parse_place(place, unit) || !layout.has(unit)) continue;
      if (entry.size >= least_bytes) {
        found.there.insert(unit);
      } else {
        found.too_short.push_back(entry);
      }
    }
  }
  return found;
}

}  // namespace pantile::zarr
