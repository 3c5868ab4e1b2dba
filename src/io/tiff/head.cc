#include "io/tiff/head.h"

#include <fmt/format.h>

#include "io/tiff/le_bytes.h"

namespace pantile::tiff {
namespace {

constexpr std::uint16_t kTypeLong = 4, kTypeLong8 = 16;
constexpr std::uint64_t kEntryBytes = 20;

Directory directory_of(const ImageTags& tags, Dialect dialect, std::size_t level,
                       const std::vector<LevelTiles>& levels,
                       const std::vector<std::uint64_t>& offsets) {
  std::vector<std::uint64_t> sub_ifds;
  if (level == 0 && dialect == Dialect::ome) {
    sub_ifds.resize(levels.size() - 1);
    for (std::size_t i = 1; i < offsets.size(); ++i) sub_ifds[i - 1] = offsets[i];
  }
  return level_directory(tags, static_cast<int>(level), levels[level], sub_ifds);
}

/// `size` bytes at `offset` of `head`, or corrupt.
Result<std::span<const std::byte>> part(std::span<const std::byte> head, std::uint64_t offset,
                                        std::uint64_t size) {
  if (offset <= head.size() && size <= head.size() - offset) return head.subspan(offset, size);
  return Error(Code::corrupt, fmt::format("its directories reach beyond their {} bytes: {} bytes "
                                          "from byte {}",
                                          head.size(), size, offset));
}

struct Entry {
  std::uint16_t type = 0;
  std::uint64_t count = 0;
  std::span<const std::byte> value;  ///< The eight bytes that hold it, or where it lies.
};

Result<Entry> find_entry(std::span<const std::byte> head, std::uint64_t directory, Tag tag) {
  PANTILE_ASSIGN(const auto count_bytes, part(head, directory, 8));
  const auto count = LeReader(count_bytes).take<std::uint64_t>();
  constexpr std::uint64_t kMostEntries = 4096;
  if (count > kMostEntries) {
    return Error(Code::corrupt, fmt::format("a directory of {} entries", count));
  }
  PANTILE_ASSIGN(const auto entries, part(head, directory + 8, count * kEntryBytes));
  for (std::uint64_t i = 0; i < count; ++i) {
    LeReader reader(entries.subspan(i * kEntryBytes, kEntryBytes));
    if (reader.take<std::uint16_t>() != static_cast<std::uint16_t>(tag)) continue;
    Entry entry;
    entry.type = reader.take<std::uint16_t>();
    entry.count = reader.take<std::uint64_t>();
    entry.value = reader.rest();
    return entry;
  }
  return Error(Code::corrupt,
               fmt::format("a directory without tag {}", static_cast<std::uint16_t>(tag)));
}

template <class T>
Result<std::vector<T>> numbers(std::span<const std::byte> head, std::uint64_t directory, Tag tag,
                               std::uint16_t type, std::uint64_t count) {
  PANTILE_ASSIGN(const Entry entry, find_entry(head, directory, tag));
  if (entry.type != type || entry.count != count || count > head.size()) {
    return Error(Code::corrupt, fmt::format("tag {} has {} values of type {}, expected {} of {}",
                                            static_cast<std::uint16_t>(tag), entry.count,
                                            entry.type, count, type));
  }
  std::span<const std::byte> bytes = entry.value;
  if (count * sizeof(T) > bytes.size()) {
    PANTILE_ASSIGN(bytes,
                   part(head, LeReader(entry.value).take<std::uint64_t>(), count * sizeof(T)));
  }
  std::vector<T> values(count);
  LeReader reader(bytes);
  for (T& value : values) value = reader.take<T>();
  return values;
}

}  // namespace

HeadLayout plan_head(const ImageTags& tags, Dialect dialect,
                     const std::vector<LevelTiles>& levels) {
  HeadLayout layout;
  layout.bytes = kFileHeaderBytes;
  // The sizes of the directories follow from the numbers of tiles, so they can lie in front.
  for (std::size_t i = 0; i < levels.size(); ++i) {
    layout.directory_offsets.push_back(layout.bytes);
    layout.bytes += directory_of(tags, dialect, i, levels, {}).size_bytes();
  }
  return layout;
}

Bytes write_head(const ImageTags& tags, Dialect dialect, const std::vector<LevelTiles>& levels) {
  const std::vector<std::uint64_t> offsets = plan_head(tags, dialect, levels).directory_offsets;
  Bytes bytes = file_header(offsets.front());
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const bool last = dialect == Dialect::ome || i + 1 == levels.size();
    const Bytes directory = directory_of(tags, dialect, i, levels, offsets)
                                .serialise(offsets[i], last ? 0 : offsets[i + 1]);
    bytes.insert(bytes.end(), directory.begin(), directory.end());
  }
  return bytes;
}

Result<LevelTiles> read_level_tiles(std::span<const std::byte> head, std::uint64_t offset,
                                    std::uint64_t tiles) {
  LevelTiles level;
  PANTILE_ASSIGN(level.offsets,
                 numbers<std::uint64_t>(head, offset, Tag::tile_offsets, kTypeLong8, tiles));
  PANTILE_ASSIGN(level.bytes,
                 numbers<std::uint32_t>(head, offset, Tag::tile_byte_counts, kTypeLong, tiles));
  return level;
}

}  // namespace pantile::tiff
