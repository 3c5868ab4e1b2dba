#pragma once
/// \file
/// Which shards of an image of ours lie in a store, by their names and sizes.

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "io/store/byte_store.h"
#include "pantile/result.h"
#include "pantile/tile_sink.h"
#include "tile/shard_layout.h"

namespace pantile::zarr {

struct ShardFiles {
  std::set<UnitId> there;                   ///< Those long enough to hold their index.
  std::vector<ByteStore::Entry> too_short;  ///< Nobody's shards: they are to be written again.
};

/// Layout, levels, channels and type of the image of ours that is being, or was, written to
/// `store`, from the metadata of its arrays; nothing when there are none yet. Errors: corrupt,
/// foreign, io.
Result<std::optional<SinkPlan>> find_plan(const ByteStore& store);

/// The key of a shard: "<level>/c/0/<row>/<column>".
std::string shard_key(UnitId unit);
/// The inverse; nothing when `key` is not just what shard_key() gives.
std::optional<UnitId> parse_shard_key(std::string_view key);
/// The size of the index of every shard, of which a file cannot be shorter.
std::int64_t shard_index_bytes(const ShardLayout& layout);
/// Looks for all shards of `layout`. Errors: io.
Result<ShardFiles> find_shards(const ByteStore& store, const ShardLayout& layout);

}  // namespace pantile::zarr
