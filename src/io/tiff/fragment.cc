#include "io/tiff/fragment.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <utility>

#include "io/codec/crc32c.h"
#include "io/tiff/le_bytes.h"

namespace pantile::tiff {
namespace {

constexpr std::array<char, 8> kMagic{'P', 'T', 'L', 'F', 'R', 'A', 'G', '1'};
constexpr std::size_t kFixedBytes = 48, kEntryBytes = 16, kCrcBytes = 4;

std::string key_of(const FragmentName& name) {
  return fmt::format("{}/{}/{}/{}", name.plan_hex, name.unit.level, name.unit.y, name.unit.x);
}

/// Takes a number and what follows it off the front of `text`.
bool take_number(std::string_view& text, std::string_view after, std::int64_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (!text.starts_with(after)) return false;
  text.remove_prefix(after.size());
  return true;
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
  return key_of({plan.hex(), unit});
}

std::optional<FragmentName> parse_fragment_key(std::string_view key) {
  constexpr std::size_t kHexDigits = 32;
  constexpr std::int64_t kMostLevels = 64;
  if (key.size() <= kHexDigits || key[kHexDigits] != '/') return std::nullopt;
  FragmentName name{std::string(key.substr(0, kHexDigits)), {}};
  if (name.plan_hex.find_first_not_of("0123456789abcdef") != std::string::npos) return std::nullopt;
  std::string_view rest = key.substr(kHexDigits + 1);
  std::int64_t level = 0;
  if (!take_number(rest, "/", level) || !take_number(rest, "/", name.unit.y) ||
      !take_number(rest, "", name.unit.x) || level < 0 || level >= kMostLevels) {
    return std::nullopt;
  }
  name.unit.level = static_cast<int>(level);
  // No other spelling of the same numbers.
  return key_of(name) == key ? std::optional(name) : std::nullopt;
}

std::int64_t fragment_head_bytes(std::size_t tiles) {
  return static_cast<std::int64_t>(kFixedBytes + kEntryBytes * tiles + kCrcBytes);
}

Result<std::int64_t> write_fragment(ByteStore& store, const Fingerprint& plan, UnitId unit,
                                    const std::vector<std::uint64_t>& tiles,
                                    ChunkSpool::Unit& chunks) {
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
  PANTILE_TRY(chunks.consume(
      [&](std::int64_t, std::span<const std::byte> bytes) { return writer->append(bytes); }));
  PANTILE_TRY(writer->commit());
  return total;
}

Result<std::vector<TileEntry>> read_own_table(const ByteStore& store, const FragmentName& name) {
  const std::string key = key_of(name);
  const auto bad = [](std::string what) { return Error(Code::corrupt, std::move(what)); };
  PANTILE_ASSIGN(const auto size, store.size(key));
  if (!size) return Error(Code::not_found, "it is not there");
  if (*size < fragment_head_bytes(0)) return bad(fmt::format("it has {} bytes", *size));
  Bytes head(kFixedBytes);
  PANTILE_TRY(store.read_into(key, 0, head));
  LeReader fixed(head);
  if (fixed.take<std::array<char, 8>>() != kMagic) return bad("it does not begin as a part does");
  const auto plan = fixed.take<Fingerprint>();
  const auto level = fixed.take<std::uint32_t>();
  const auto tiles = fixed.take<std::uint32_t>();
  const auto x = fixed.take<std::uint64_t>(), y = fixed.take<std::uint64_t>();
  constexpr std::uint32_t kMostTiles = 1 << 20;  // (a shard of 1 GiB has 2^18 of the smallest)
  if (tiles > kMostTiles || fragment_head_bytes(tiles) > *size) {
    return bad(fmt::format("it has {} bytes, its table of {} tiles takes more", *size, tiles));
  }
  head.resize(static_cast<std::size_t>(fragment_head_bytes(tiles)));
  PANTILE_TRY(store.read_into(key, 0, head));
  const std::span<const std::byte> body(head.data(), head.size() - kCrcBytes);
  if (LeReader(std::span(head).subspan(body.size())).take<std::uint32_t>() != crc32c(body)) {
    return bad("its table does not match its checksum");
  }
  const bool here =
      plan.hex() == name.plan_hex && level == static_cast<unsigned>(name.unit.level) &&
      x == static_cast<std::uint64_t>(name.unit.x) && y == static_cast<std::uint64_t>(name.unit.y);
  if (!here) return bad("it belongs to another image or to another place");
  LeReader reader(body.subspan(kFixedBytes));
  std::vector<TileEntry> table(tiles);
  std::int64_t wanted = fragment_head_bytes(tiles);
  for (TileEntry& entry : table) {
    entry.index = reader.take<std::uint64_t>();
    entry.bytes = reader.take<std::uint32_t>();
    entry.crc = reader.take<std::uint32_t>();
    wanted += entry.bytes;
  }
  if (*size != wanted) return bad(fmt::format("it has {} bytes, expected {}", *size, wanted));
  return table;
}

Result<std::vector<TileEntry>> read_fragment_table(const ByteStore& store, const Fingerprint& plan,
                                                   UnitId unit,
                                                   const std::vector<std::uint64_t>& tiles) {
  const auto context = [&] { return store.name() + "/" + fragment_key(plan, unit); };
  auto table = read_own_table(store, {plan.hex(), unit});
  if (!table.ok()) return table.error().with_context(context());
  const bool same = std::equal(table->begin(), table->end(), tiles.begin(), tiles.end(),
                               [](const TileEntry& a, std::uint64_t b) { return a.index == b; });
  if (!same) return Error(Code::corrupt, context() + ": it holds other tiles than it must");
  return table;
}

}  // namespace pantile::tiff
