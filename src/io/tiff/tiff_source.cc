#include "io/tiff/tiff_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <utility>

#include "core/copy.h"
#include "core/hash.h"
#include "grid/tile_grid.h"
#include "io/codec/crc32c.h"
#include "io/tiff/sums_file.h"

namespace pantile::tiff {
namespace {

/// Readers kept open per level; more threads open more and close them again.
constexpr std::size_t kMostIdle = 16;

/// The sums say what the pixels are, also while some are damaged: `sums` may be null.
Fingerprint identify(const std::string& path, const Sums* sums) {
  namespace fs = std::filesystem;
  constexpr std::size_t kEndBytes = 65536;
  std::error_code ignored;  // a file that has vanished fails when it is read
  Hasher h;
  const auto size = static_cast<std::int64_t>(fs::file_size(path, ignored));
  h.add("tiff").add(size);
  if (sums != nullptr) return h.add(encode_sums(*sums)).finish();
  h.add(static_cast<std::int64_t>(fs::last_write_time(path, ignored).time_since_epoch().count()));
  std::ifstream file(path, std::ios::binary);
  std::string end(kEndBytes, '\0');
  for (const std::int64_t offset :
       {std::int64_t{0}, std::max<std::int64_t>(0, size - std::int64_t{kEndBytes})}) {
    file.clear();
    file.seekg(offset);
    file.read(end.data(), static_cast<std::streamsize>(end.size()));
    h.add(std::string_view(end).substr(0, static_cast<std::size_t>(file.gcount())));
  }
  return h.finish();
}

/// v becomes max − v; the same as flipping every bit.
void invert(std::span<std::byte> bytes) {
  for (std::byte& b : bytes) b = ~b;
}

std::int64_t tiles_of(const Sums& sums) {
  std::int64_t tiles = 0;
  for (const Sums::Level& level : sums.levels) {
    tiles += static_cast<std::int64_t>(level.tile_crcs.size());
  }
  return tiles;
}

/// The file is as its sidecar says, so the levels found must be those that it has sums of.
Status check_levels(const std::string& path, const std::vector<LevelLayout>& levels,
                    const Sums& sums) {
  const auto matches = [](const LevelLayout& level, const Sums::Level& said) {
    return level.tiled && !level.planar && !level.inverted &&
           static_cast<std::uint64_t>(ceil_div(level.width, level.block_width)) == said.columns &&
           static_cast<std::uint64_t>(ceil_div(level.height, level.block_height)) == said.rows;
  };
  if (std::ranges::equal(levels, sums.levels, matches)) return {};
  return Error(Code::corrupt, fmt::format("{}: its levels are not those of {}; remove that to "
                                          "read it without checking its tiles",
                                          path, sums_key(path)));
}

}  // namespace

struct TiffSource::Reader {
  std::unique_ptr<Handle> handle;
  std::vector<std::byte> encoded;  // of a tile that is checked
  PixelBuffer block;               // the last one decoded
  std::int64_t index = -1;         // of that block; -1: none
};

TiffSource::TiffSource(std::string path, std::vector<LevelLayout> levels, Facts facts,
                       std::shared_ptr<const Sums> sums)
    : path_(std::move(path)),
      format_(std::move(facts.format)),
      codec_(std::move(facts.codec)),
      levels_(std::move(levels)),
      sums_(std::move(sums)),
      spec_(make_spec(levels_)),
      fingerprint_(identify(path_, sums_.get())),
      idle_(levels_.size()) {
  spec_.name = facts.ome.name.empty() ? std::filesystem::path(path_).stem().string()
                                      : std::move(facts.ome.name);
}

TiffSource::~TiffSource() = default;

Result<std::unique_ptr<TiffSource>> TiffSource::open(std::string path) {
  // First: damage that libtiff would take for a file of another kind is called what it is.
  PANTILE_ASSIGN(auto sums, open_sums(path));
  PANTILE_ASSIGN(const auto handle, Handle::open(path));
  PANTILE_ASSIGN(auto levels, find_levels(*handle).with_context(path));
  if (sums) PANTILE_TRY(check_levels(path, levels, *sums));
  PANTILE_ASSIGN(Facts facts, read_facts(*handle, levels).with_context(path));
  // OME-XML says it exactly; resolution tags are of single precision and often a made-up 72 dpi.
  if (facts.ome.pixel_um.x > 0) levels.front().pixel_um = facts.ome.pixel_um;
  return std::unique_ptr<TiffSource>(
      new TiffSource(std::move(path), std::move(levels), std::move(facts), std::move(sums)));
}

Cost TiffSource::cost(const Region& region) const {
  // One block decoded, and its encoded bytes, inside libtiff or beside it to be checked.
  constexpr auto kSumBytes = static_cast<std::int64_t>(sizeof(std::uint32_t));
  return {.scratch_bytes = 2 * layout(region.level).block_bytes + (std::int64_t{1} << 20),
          .shared_bytes = sums_ ? tiles_of(*sums_) * kSumBytes : 0};
}

Result<std::unique_ptr<TiffSource::Reader>> TiffSource::take_reader(int level) const {
  {
    const std::lock_guard lock(mutex_);
    auto& idle = idle_[static_cast<std::size_t>(level)];
    if (!idle.empty()) {
      auto reader = std::move(idle.back());
      idle.pop_back();
      return reader;
    }
  }
  const LevelLayout& l = layout(level);
  auto reader = std::make_unique<Reader>();
  PANTILE_ASSIGN(reader->handle, Handle::open(path_));
  PANTILE_TRY(reader->handle->go_to(l.directory).with_context(path_));
  PANTILE_ASSIGN(const LevelLayout now, read_layout(*reader->handle).with_context(path_));
  if (now.width != l.width || now.height != l.height || now.block_bytes != l.block_bytes ||
      now.tiled != l.tiled || !now.same_samples(l)) {
    return Error(Code::conflict, fmt::format("{}: changed since it was opened", path_));
  }
  if (l.jpeg_ycbcr) {
    TIFFSetField(reader->handle->tiff(), TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
  }
  reader->block = PixelBuffer(l.dtype, l.block_height, l.block_width, l.planar ? 1 : l.channels);
  return reader;
}

void TiffSource::give_back(int level, std::unique_ptr<Reader> reader) const {
  const std::lock_guard lock(mutex_);
  auto& idle = idle_[static_cast<std::size_t>(level)];
  if (idle.size() < kMostIdle) idle.push_back(std::move(reader));
}

/// Decodes tile `index` into the reader's block, if its encoded bytes are those that were written.
Status TiffSource::decode_checked(int level, Reader& reader, std::int64_t index) const {
  TIFF* const tiff = reader.handle->tiff();
  const auto number = static_cast<std::uint32_t>(index);
  const std::int64_t block_bytes = layout(level).block_bytes;
  const auto size = static_cast<std::int64_t>(TIFFGetStrileByteCount(tiff, number));
  const Sums::Level& sums = sums_->levels[static_cast<std::size_t>(level)];
  const auto corrupt = [&](const std::string& what) {
    return Error(Code::corrupt,
                 fmt::format("tile {} (column {}, row {}) {}; restore the file, or make it again",
                             index, index % static_cast<std::int64_t>(sums.columns),
                             index / static_cast<std::int64_t>(sums.columns), what));
  };
  // (Nothing that we encode grows to twice its size.)
  if (size < 0 || size > 2 * block_bytes + (std::int64_t{1} << 16)) {
    return corrupt(
        fmt::format("has {} bytes encoded, at most twice its pixels' are expected", size));
  }
  reader.encoded.resize(static_cast<std::size_t>(size));
  const tmsize_t got = TIFFReadRawTile(tiff, number, reader.encoded.data(), size);
  if (got != size) {
    return corrupt(
        fmt::format("has {} bytes, got {} ({})", size, got, reader.handle->take_message()));
  }
  if (crc32c(reader.encoded) != sums.tile_crcs[static_cast<std::size_t>(index)]) {
    return corrupt("does not match its checksum in " + sums_key(path_));
  }
  if (TIFFReadFromUserBuffer(tiff, number, reader.encoded.data(), size, reader.block.data(),
                             block_bytes) != 1) {
    return corrupt(fmt::format("cannot be decoded ({})", reader.handle->take_message()));
  }
  return {};
}

Status TiffSource::load_block(int level_index, Reader& reader, std::int64_t column,
                              std::int64_t row, int plane) const {
  const LevelLayout& level = layout(level_index);
  const TileGrid grid{level.width, level.height, 1};
  const std::int64_t columns = ceil_div(grid.width, level.block_width);
  const std::int64_t rows = ceil_div(grid.height, level.block_height);
  const std::int64_t index = (plane * rows + row) * columns + column;
  if (index == reader.index) return {};
  reader.index = -1;
  if (sums_) {
    PANTILE_TRY(decode_checked(level_index, reader, index));
    reader.index = index;
    return {};
  }

  TIFF* const tiff = reader.handle->tiff();
  const auto number = static_cast<std::uint32_t>(index);
  const std::span<std::byte> bytes(reader.block.data(), reader.block.size_bytes());
  int error = 0;
  const std::uint64_t encoded = TIFFGetStrileByteCountWithErr(tiff, number, &error);
  if (error == 0 && encoded == 0 && TIFFGetStrileOffset(tiff, number) == 0) {
    std::ranges::fill(bytes, std::byte{0});  // left out of a sparse file
    reader.index = index;
    return {};
  }
  // A strip at the lower edge has fewer rows; a tile never has.
  const std::int64_t block_rows =
      level.tiled ? level.block_height
                  : std::min(level.block_height, level.height - row * level.block_height);
  const auto want = static_cast<tmsize_t>(level.block_bytes / level.block_height * block_rows);
  const tmsize_t got = level.tiled ? TIFFReadEncodedTile(tiff, number, bytes.data(), want)
                                   : TIFFReadEncodedStrip(tiff, number, bytes.data(), want);
  if (got != want) {
    const std::string found = got < 0 ? "none" : std::to_string(got);
    return Error(Code::corrupt, fmt::format("{} {}: expected {} bytes of pixels, found {} ({}); "
                                            "restore the file from a copy, or write it again",
                                            level.tiled ? "tile" : "strip", index, want, found,
                                            reader.handle->take_message()));
  }
  if (level.inverted) invert(bytes);
  reader.index = index;
  return {};
}

Status TiffSource::read_blocks(const Region& region, MutableView out, Reader& reader,
                               ReadContext& ctx) const {
  const LevelLayout& level = layout(region.level);
  const Rect& want = region.rect;
  const int planes = level.planar ? region.channels() : 1;
  for (int p = 0; p < planes; ++p) {
    const int plane = level.planar ? region.c0 + p : 0;
    for (std::int64_t row = want.y0 / level.block_height; row * level.block_height < want.y1;
         ++row) {
      for (std::int64_t column = want.x0 / level.block_width; column * level.block_width < want.x1;
           ++column) {
        if (ctx.cancelled()) return Error(Code::cancelled, "stopped on request");
        PANTILE_TRY(load_block(region.level, reader, column, row, plane));
        const std::int64_t x = column * level.block_width, y = row * level.block_height;
        const Rect part = intersect(want, {x, y, x + level.block_width, y + level.block_height});
        View from = std::as_const(reader.block).view().window(translate(part, -x, -y));
        MutableView to = out.window(translate(part, -want.x0, -want.y0));
        if (level.planar) {
          to = to.select_channels(p, p + 1);
        } else {
          from = from.select_channels(region.c0, region.c1);
        }
        copy_pixels(from, to);
      }
    }
  }
  return {};
}

Status TiffSource::read(const Region& region, MutableView out, ReadContext& ctx) const {
  PANTILE_TRY(check_read(spec_, region, out).with_context(path_));
  PANTILE_ASSIGN(auto reader, take_reader(region.level));
  const Status status = read_blocks(region, out, *reader, ctx);
  give_back(region.level, std::move(reader));
  return Status(status).with_context(fmt::format("{}, level {}", path_, region.level));
}

}  // namespace pantile::tiff
