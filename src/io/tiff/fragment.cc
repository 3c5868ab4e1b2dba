#include "io/tiff/fragment.h"

#include <fmt/format.h>

#include <array>
#include <limits>

#include "io/codec/crc32c.h"
#include "io/tiff/le_bytes.h"

namespace pantile::tiff {
namespace {

constexpr std::array<char, 8> kMagic{'P', 'T', 'L', 'F', 'R', 'A', 'G', '1'};
constexpr std::size_t kFixedBytes = 48, kEntryBytes = 16, kCrcBytes = 4;

Error corrupt(const ByteStore& store, const std::string& key, std::string_view what) {
  return Error(Code::corrupt,
               fmt::format("{}/{}: {}; remove this file and run the job again to make it anew",
                           store.name(), key, what));
}

Bytes fixed_header(const Fingerprint& plan, UnitId unit, std::size_t tiles) {
  Bytes head;
  append_le(head, kMagic);
  append_le(head, plan.bytes);
  append_le(head, static_cast<std::uint32_t>(unit.level));
  append_le(head, static_cast<std::uint32_t>(tiles));
  append_le(head, static_cast<std::uint64_t>(unit.x));
  append_le(head, static_cast<std::uint64_t>(unit.y));
  return head;
}

}  // namespace

std::string fragment_key(const Fingerprint& plan, UnitId unit) {
  return fmt::format("{}/{}/{}/{}", plan.hex(), unit.level, unit.y, unit.x);
}

std::int64_t fragment_head_bytes(std::size_t tiles) {
  return static_cast<std::int64_t>(kFixedBytes + kEntryBytes * tiles + kCrcBytes);
}

Result<std::int64_t> write_fragment(ByteStore& store, const Fingerprint& plan, UnitId unit,
                                    const std::vector<std::uint64_t>& tiles,
                                    const ChunkSpool::Unit& chunks) {
  if (chunks.count() != tiles.size()) {
    return Error(Code::internal,
                 fmt::format("level {}, shard {},{}: {} tiles belong to it, {} were put",
                             unit.level, unit.x, unit.y, tiles.size(), chunks.count()));
  }
  Bytes head = fixed_header(plan, unit, tiles.size());
  std::size_t i = 0;
  std::int64_t total = fragment_head_bytes(tiles.size());
  PANTILE_TRY(chunks.for_each([&](std::int64_t, std::span<const std::byte> bytes) -> Status {
    if (bytes.size() > std::numeric_limits<std::uint32_t>::max()) {
      return Error(Code::invalid, "a tile of 4 GiB or more: choose smaller tiles");
    }
    append_le(head, tiles[i++]);
    append_le(head, static_cast<std::uint32_t>(bytes.size()));
    append_le(head, crc32c(bytes));
    total += static_cast<std::int64_t>(bytes.size());
    return {};
  }));
  append_le(head, crc32c(head));

  PANTILE_ASSIGN(const auto writer, store.open_writer(fragment_key(plan, unit)));
  PANTILE_TRY(writer->append(head));
  PANTILE_TRY(chunks.for_each(
      [&](std::int64_t, std::span<const std::byte> bytes) { return writer->append(bytes); }));
  PANTILE_TRY(writer->commit());
  return total;
}

Result<std::vector<TileEntry>> read_fragment_table(const ByteStore& store, const Fingerprint& plan,
                                                   UnitId unit,
                                                   const std::vector<std::uint64_t>& tiles) {
  const std::string key = fragment_key(plan, unit);
  Bytes head(static_cast<std::size_t>(fragment_head_bytes(tiles.size())));
  PANTILE_TRY(store.read_into(key, 0, head));
  const std::span<const std::byte> body(head.data(), head.size() - kCrcBytes);
  if (LeReader(std::span(head).subspan(body.size())).take<std::uint32_t>() != crc32c(body)) {
    return corrupt(store, key, "its table does not match its checksum");
  }
  const Bytes expected = fixed_header(plan, unit, tiles.size());
  if (!std::equal(expected.begin(), expected.end(), head.begin())) {
    return corrupt(store, key, "it belongs to another image");
  }
  LeReader reader(body.subspan(kFixedBytes));
  std::vector<TileEntry> table(tiles.size());
  std::int64_t size = fragment_head_bytes(tiles.size());
  for (std::size_t i = 0; i < tiles.size(); ++i) {
    table[i].index = reader.take<std::uint64_t>();
    table[i].bytes = reader.take<std::uint32_t>();
    table[i].crc = reader.take<std::uint32_t>();
    if (table[i].index != tiles[i]) return corrupt(store, key, "its tiles are in another order");
    size += table[i].bytes;
  }
  PANTILE_ASSIGN(const auto found, store.size(key));
  if (found != size) {
    return corrupt(store, key, fmt::format("want {} bytes, got {}", size, found.value_or(0)));
  }
  return table;
}

}  // namespace pantile::tiff
