#include "io/tiff/sums.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "io/codec/crc32c.h"
#include "io/tiff/le_bytes.h"

namespace pantile::tiff {
namespace {

constexpr std::array<char, 8> kMagic{'P', 'T', 'L', 'S', 'U', 'M', 'S', '1'};
constexpr std::size_t kFixedBytes = 48, kLevelBytes = 16, kCrcBytes = 4;
constexpr std::uint32_t kMostLevels = 64;

}  // namespace

std::string sums_key(const std::string& tiff_key) { return tiff_key + ".sums"; }

Bytes encode_sums(const Sums& sums) {
  Bytes out;
  std::size_t tiles = 0;
  for (const Sums::Level& level : sums.levels) tiles += level.tile_crcs.size();
  out.reserve(kFixedBytes + sums.levels.size() * kLevelBytes + tiles * kCrcBytes + kCrcBytes);
  append_le(out, kMagic);
  append_le(out, sums.plan.bytes);
  append_le(out, sums.file_bytes);
  append_le(out, sums.head_bytes);
  append_le(out, sums.head_crc);
  append_le(out, static_cast<std::uint32_t>(sums.levels.size()));
  for (const Sums::Level& level : sums.levels) {
    append_le(out, level.columns);
    append_le(out, level.rows);
  }
  for (const Sums::Level& level : sums.levels) {
    const auto bytes = std::as_bytes(std::span(level.tile_crcs));
    out.insert(out.end(), bytes.begin(), bytes.end());
  }
  append_le(out, crc32c(out));
  return out;
}

Result<Sums> decode_sums(std::span<const std::byte> bytes) {
  const auto magic = std::as_bytes(std::span(kMagic));
  if (bytes.size() < kMagic.size() || !std::ranges::equal(bytes.first(kMagic.size()), magic)) {
    return Error(Code::foreign, "not a sidecar of checksums: it does not begin with PTLSUMS1");
  }
  if (bytes.size() < kFixedBytes + kCrcBytes) {
    return Error(Code::corrupt, fmt::format("sidecar cut short: {} bytes", bytes.size()));
  }
  const auto body = bytes.first(bytes.size() - kCrcBytes);
  if (LeReader(bytes.subspan(body.size())).take<std::uint32_t>() != crc32c(body)) {
    return Error(Code::corrupt, "sidecar does not match its own checksum");
  }
  LeReader reader(body.subspan(kMagic.size()));
  Sums sums;
  sums.plan.bytes = reader.take<std::array<std::uint8_t, 16>>();
  sums.file_bytes = reader.take<std::uint64_t>();
  sums.head_bytes = reader.take<std::uint64_t>();
  sums.head_crc = reader.take<std::uint32_t>();
  const auto levels = reader.take<std::uint32_t>();
  if (levels > kMostLevels || reader.rest().size() < levels * kLevelBytes) {
    return Error(Code::corrupt, fmt::format("sidecar names {} levels", levels));
  }
  sums.levels.resize(levels);
  std::uint64_t rest = (reader.rest().size() - levels * kLevelBytes) / kCrcBytes;
  for (Sums::Level& level : sums.levels) {
    level.columns = reader.take<std::uint64_t>();
    level.rows = reader.take<std::uint64_t>();
    // Divided, so that no product can overflow.
    if (level.columns == 0 || level.rows == 0 || level.columns > rest / level.rows) {
      return Error(Code::corrupt, fmt::format("sidecar names {} x {} tiles but holds fewer",
                                              level.columns, level.rows));
    }
    rest -= level.columns * level.rows;
  }
  for (Sums::Level& level : sums.levels) {
    level.tile_crcs.resize(level.columns * level.rows);
    for (std::uint32_t& crc : level.tile_crcs) crc = reader.take<std::uint32_t>();
  }
  if (!reader.rest().empty()) return Error(Code::corrupt, "sidecar is longer than its levels");
  return sums;
}

Result<std::string> find_flaw(const ByteStore& store, const std::string& tiff_key) {
  PANTILE_ASSIGN(const auto tiff_bytes, store.size(tiff_key));
  PANTILE_ASSIGN(const auto sidecar_bytes, store.size(sums_key(tiff_key)));
  if (!tiff_bytes) {
    return Error(Code::not_found, fmt::format("{}/{}: no such file", store.name(), tiff_key));
  }
  if (!sidecar_bytes) return "lacks its checksums, " + sums_key(tiff_key);
  const std::string damaged = "has damaged checksums in " + sums_key(tiff_key);
  if (*sidecar_bytes < static_cast<std::int64_t>(kFixedBytes)) return damaged;
  PANTILE_ASSIGN(const Bytes head, store.read_range(sums_key(tiff_key), 0, kFixedBytes));
  LeReader reader(head);
  if (reader.take<std::array<char, 8>>() != kMagic) return damaged;
  reader.take<std::array<std::uint8_t, 16>>();
  const auto wanted = reader.take<std::uint64_t>();
  if (wanted == static_cast<std::uint64_t>(*tiff_bytes)) return std::string();
  return fmt::format("has {} bytes, expected {} as {} says", *tiff_bytes, wanted,
                     sums_key(tiff_key));
}

Result<bool> is_complete(const ByteStore& store, const std::string& tiff_key,
                         const Fingerprint& plan) {
  PANTILE_ASSIGN(const auto tiff_bytes, store.size(tiff_key));
  PANTILE_ASSIGN(const auto sidecar_bytes, store.size(sums_key(tiff_key)));
  if (!tiff_bytes || !sidecar_bytes) return false;
  if (*sidecar_bytes < static_cast<std::int64_t>(kFixedBytes)) return false;
  Bytes head(kFixedBytes);
  PANTILE_TRY(store.read_into(sums_key(tiff_key), 0, head));
  LeReader reader(head);
  return reader.take<std::array<char, 8>>() == kMagic &&
         reader.take<std::array<std::uint8_t, 16>>() == plan.bytes &&
         reader.take<std::uint64_t>() == static_cast<std::uint64_t>(*tiff_bytes);
}

}  // namespace pantile::tiff
