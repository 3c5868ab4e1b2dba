#pragma once
/// \file
/// A fragment: the encoded tiles of one unit, committed before the TIFF that will hold them.
/// Layout (little-endian): "PTLFRAG1", 16 bytes plan hash, u32 level, u32 tile count, u64 shard x,
/// u64 shard y; per tile u64 index in the level, u32 bytes, u32 CRC-32C; u32 CRC-32C of all
/// before; then the tiles, one after another, in the order of the table.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/store/byte_store.h"
#include "io/store/chunk_spool.h"
#include "pantile/fingerprint.h"
#include "pantile/tile_sink.h"

namespace pantile::tiff {

struct TileEntry {
  std::uint64_t index = 0;  ///< Row-major in the whole level.
  std::uint32_t bytes = 0;
  std::uint32_t crc = 0;  ///< CRC-32C of the encoded bytes.
  friend bool operator==(const TileEntry&, const TileEntry&) = default;
};

/// Where a unit's fragment lies among those of its plan.
std::string fragment_key(const Fingerprint& plan, UnitId unit);

/// What fragment_key() made a key of.
struct FragmentName {
  std::string plan_hex;
  UnitId unit;
};
/// Its inverse; nothing when `key` is not just what fragment_key() gives.
std::optional<FragmentName> parse_fragment_key(std::string_view key);

/// Bytes before the first tile of a fragment of `tiles` tiles.
std::int64_t fragment_head_bytes(std::size_t tiles);

/// Writes the fragment of `unit`; `tiles` gives the tiles' indices, in the order of `chunks`.
/// Returns the bytes written. Errors: internal (numbers of tiles differ), out_of_space, io.
Result<std::int64_t> write_fragment(ByteStore& store, const Fingerprint& plan, UnitId unit,
                                    const std::vector<std::uint64_t>& tiles,
                                    ChunkSpool::Unit& chunks);

/// Reads and checks the table of a fragment by what it says of itself: its size and checksum, and
/// that it lies where it belongs. The tiles themselves are not read. Errors: not_found, corrupt
/// (a clause without the file's name), io.
Result<std::vector<TileEntry>> read_own_table(const ByteStore& store, const FragmentName& name);

/// As read_own_table(), for the unit that is to have the tiles `tiles`, in that order. Errors: as
/// there, with the file's name.
Result<std::vector<TileEntry>> read_fragment_table(const ByteStore& store, const Fingerprint& plan,
                                                   UnitId unit,
                                                   const std::vector<std::uint64_t>& tiles);

}  // namespace pantile::tiff
