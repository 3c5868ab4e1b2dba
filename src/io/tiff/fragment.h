#pragma once
/// \file
/// A fragment: the encoded tiles of one unit, committed before the TIFF that will hold them.
/// Layout (little-endian): "PTLFRAG1", 16 bytes plan hash, u32 level, u32 tile count, u64 shard x,
/// u64 shard y; per tile u64 index in the level, u32 bytes, u32 CRC-32C; u32 CRC-32C of all
/// before; then the tiles, one after another, in the order of the table.

#include <cstdint>
#include <string>
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

/// Bytes before the first tile of a fragment of `tiles` tiles.
std::int64_t fragment_head_bytes(std::size_t tiles);

/// Writes the fragment of `unit`; `tiles` gives the tiles' indices, in the order of `chunks`.
/// Returns the bytes written. Errors: internal (numbers of tiles differ), out_of_space, io.
Result<std::int64_t> write_fragment(ByteStore& store, const Fingerprint& plan, UnitId unit,
                                    const std::vector<std::uint64_t>& tiles,
                                    const ChunkSpool::Unit& chunks);

/// Reads and checks the table of a fragment: its checksum, its plan and unit, the tiles' indices
/// and the file's size. The tiles themselves are not read. Errors: not_found, corrupt, io.
Result<std::vector<TileEntry>> read_fragment_table(const ByteStore& store, const Fingerprint& plan,
                                                   UnitId unit,
                                                   const std::vector<std::uint64_t>& tiles);

}  // namespace pantile::tiff
