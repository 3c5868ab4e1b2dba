#pragma once
/// \file
/// Which shards of an image of ours lie in a store, by their names, sizes and indices.

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "io/store/byte_store.h"
#include "io/zarr/shard_index.h"
#include "pantile/result.h"
#include "pantile/tile_sink.h"
#include "tile/shard_layout.h"

namespace pantile::zarr {

/// What the size and the index of a shard's file say of it; no chunk is read.
struct ShardLook {
  enum class Flaw : std::uint8_t {
    none,
    missing,
    truncated,  ///< Shorter or longer than its chunks and index are.
    index,      ///< The index does not match its checksum or names other chunks than it must.
  };
  Flaw flaw = Flaw::none;
  std::string text;  ///< The flaw as a clause without the file's name.
  ShardIndex index;  ///< Of a shard without one.
};

struct ShardFiles {
  struct Broken {
    std::string key, text;  ///< text: as ShardLook's.
  };
  std::set<UnitId> there;      ///< Those without a flaw.
  std::vector<Broken> broken;  ///< Nobody's shards: they are to be written again.
};

/// Layout, levels, channels and type of the image of ours that is being, or was, written to
/// `store`, from the metadata of its arrays; nothing when there are none yet. Errors: corrupt,
/// foreign, io.
Result<std::optional<SinkPlan>> find_plan(const ByteStore& store);

/// How many axes the arrays of such images have: c, y, x, or t, c, z, y, x.
int axes_of(const ShardLayout& layout);
/// The key of a shard: "<level>/c/<part of the channels>/<row>/<column>", and of a stack
/// "<level>/c/<t>/<part>/<z>/<row>/<column>".
std::string shard_key(const ShardLayout& layout, UnitId unit);
/// The inverse; nothing when `key` is not just what shard_key() gives for some x, y and level.
std::optional<UnitId> parse_shard_key(const ShardLayout& layout, std::string_view key);
/// Looks at the file of `unit`: whether its index matches its checksum, and its chunks, exactly
/// those that overlap the image, lie in C order and fill what the index leaves. Errors: io.
Result<ShardLook> look_at_shard(const ByteStore& store, const ShardLayout& layout, UnitId unit);
/// Looks for, and at, all shards of `layout`. Errors: io.
Result<ShardFiles> find_shards(const ByteStore& store, const ShardLayout& layout);

}  // namespace pantile::zarr
