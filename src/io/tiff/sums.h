#pragma once
/// \file
/// The sidecar `<image.tiff>.sums`: what every byte of a TIFF of ours should be.
/// Layout (little-endian): "PTLSUMS1", 16 bytes plan hash, u64 file size, u64 bytes before the
/// first tile, u32 CRC-32C of those, u32 number of levels; per level u64 columns, u64 rows; per
/// level, columns × rows times, row-major, u32 CRC-32C of the encoded tile; u32 CRC-32C of all
/// before. Every byte of the TIFF lies in its head or in exactly one tile.

#include <cstdint>
#include <string>
#include <vector>

#include "io/store/byte_store.h"
#include "pantile/fingerprint.h"

namespace pantile::tiff {

struct Sums {
  struct Level {
    std::uint64_t columns = 0, rows = 0;
    std::vector<std::uint32_t> tile_crcs;  ///< columns × rows, row-major.
    friend bool operator==(const Level&, const Level&) = default;
  };
  Fingerprint plan;
  std::uint64_t file_bytes = 0;
  std::uint64_t head_bytes = 0;  ///< File header and directories.
  std::uint32_t head_crc = 0;
  std::vector<Level> levels;
  friend bool operator==(const Sums&, const Sums&) = default;
};

/// Key of the sidecar of the TIFF under `tiff_key`.
std::string sums_key(const std::string& tiff_key);

Bytes encode_sums(const Sums& sums);
/// Errors: foreign (not a sidecar), corrupt.
Result<Sums> decode_sums(std::span<const std::byte> bytes);

/// Why the TIFF under `tiff_key`, which is there, cannot be the one its sidecar was written with,
/// in words ("has 10 bytes, its .sums says 2000"; having no sidecar is a flaw too); empty when
/// their sizes agree. Only the sidecar's fixed part is read. Errors: not_found, io.
Result<std::string> find_flaw(const ByteStore& store, const std::string& tiff_key);

/// True when the whole TIFF of `plan` lies in `store`: a sidecar of that plan and a file of the
/// size it names. Only the sidecar's fixed part is read. Errors: io.
Result<bool> is_complete(const ByteStore& store, const std::string& tiff_key,
                         const Fingerprint& plan);

}  // namespace pantile::tiff
