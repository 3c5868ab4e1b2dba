#include "io/tiff/tiff_sink.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <future>
#include <limits>

#include "core/hash.h"
#include "io/codec/crc32c.h"
#include "io/tiff/directory.h"
#include "io/tiff/fragment.h"
#include "io/tiff/ome_xml.h"

namespace pantile::tiff {
namespace {

constexpr std::int64_t kMostPixelsPerSide = std::numeric_limits<std::int32_t>::max();
constexpr std::size_t kCopyBlockBytes = std::size_t{4} << 20;

std::string_view compression_name(Compression c) {
  switch (c) {
    case Compression::none: return "none";
    case Compression::lzw: return "lzw";
    case Compression::jpeg: return "jpeg";
    case Compression::deflate: return "deflate";
    case Compression::zstd: return "zstd";
  }
  return "unknown";
}

std::string_view dialect_name(Dialect d) { return d == Dialect::ome ? "ome" : "pages"; }

bool is_colour(Kind k) { return k == Kind::rgb || k == Kind::rgba; }

std::uint16_t sample_format(DType t) {
  constexpr std::uint16_t kUnsigned = 1, kSigned = 2, kFloat = 3;
  if (dtype_is_float(t)) return kFloat;
  const bool is_signed = t == DType::i8 || t == DType::i16 || t == DType::i32 || t == DType::i64;
  return is_signed ? kSigned : kUnsigned;
}

/// Identity of what lies on disk: of tiles, directories and order.
Fingerprint hash_plan(const SinkPlan& plan, const std::string& form,
                      const std::string& description) {
  Hasher h;
  h.add("pantile tiff 1").add(form).add(description);
  h.add(plan.chunk_px).add(plan.shard_px);
  h.add(dtype_name(plan.spec.dtype)).add(kind_name(plan.spec.kind));
  h.add(std::int64_t{plan.spec.channels}).add(plan.spec.unit);
  for (const LevelInfo& level : plan.spec.levels) {
    h.add(level.width).add(level.height).add(level.scale.x).add(level.scale.y);
  }
  return h.finish();
}

}  // namespace

TiffSink::TiffSink(std::shared_ptr<ByteStore> target, std::string key,
                   std::shared_ptr<ByteStore> parts, SinkOptions options)
    : target_(std::move(target)),
      key_(std::move(key)),
      parts_(std::move(parts)),
      options_(std::move(options)),
      spool_(parts_, options_.spool_cap_bytes) {}

TiffSink::~TiffSink() = default;

std::string TiffSink::form() const {
  return fmt::format("tiff {} {}{}{} {}", dialect_name(options_.dialect),
                     compression_name(options_.compression), options_.predictor ? " predictor" : "",
                     options_.jpeg_subsample ? " 420" : "", options_.codec->identity());
}

Status TiffSink::check_plan(const SinkPlan& plan) const {
  const ImageSpec& spec = plan.spec;
  const auto invalid = [&](std::string what) {
    return Error(Code::invalid, fmt::format("{}: {}", key_, what));
  };
  if (spec.levels.empty() || spec.t != 1 || spec.z != 1 || spec.channels < 1 ||
      spec.channels > std::numeric_limits<std::uint16_t>::max()) {
    return invalid(fmt::format("a TIFF holds one plane, got {} t, {} z, {} channels, {} levels",
                               spec.t, spec.z, spec.channels, spec.levels.size()));
  }
  if (plan.chunk_px < 16 || plan.chunk_px % 16 != 0 || plan.chunk_px > 1 << 16 ||
      plan.shard_px < plan.chunk_px || plan.shard_px % plan.chunk_px != 0) {
    return invalid(
        fmt::format("tiles of {} px (want a multiple of 16) in shards of {} px (want a "
                    "multiple of the tile)",
                    plan.chunk_px, plan.shard_px));
  }
  for (const LevelInfo& level : spec.levels) {
    if (level.width < 1 || level.height < 1 || level.width > kMostPixelsPerSide ||
        level.height > kMostPixelsPerSide) {
      return invalid(fmt::format("{}x{} pixels; a side has 1 to {} of them", level.width,
                                 level.height, kMostPixelsPerSide));
    }
  }
  if ((spec.kind == Kind::rgb && spec.channels != 3) ||
      (spec.kind == Kind::rgba && spec.channels != 4)) {
    return invalid(fmt::format("{} with {} channels", kind_name(spec.kind), spec.channels));
  }
  if (options_.compression == Compression::jpeg &&
      (spec.dtype != DType::u8 || !(spec.channels == 1 || spec.kind == Kind::rgb))) {
    return invalid(
        fmt::format("JPEG holds 8-bit grey or RGB, not {} channels of {}: use deflate "
                    "or zstd",
                    spec.channels, dtype_name(spec.dtype)));
  }
  if (options_.predictor &&
      (dtype_is_float(spec.dtype) || options_.compression == Compression::jpeg ||
       options_.compression == Compression::none)) {
    return invalid("the predictor goes with integers and lzw, deflate or zstd");
  }
  return {};
}

Status TiffSink::begin(const SinkPlan& plan) {
  PANTILE_TRY(check_plan(plan));
  plan_ = plan;
  if (options_.dialect == Dialect::ome) {
    PANTILE_ASSIGN(description_, ome_xml(plan.spec).with_context(key_));
  }
  plan_hash_ = hash_plan(plan_, form(), description_);
  PANTILE_ASSIGN(const bool complete, is_complete(*target_, key_, plan_hash_));
  finished_ = complete;
  if (!complete && !options_.replace) {
    PANTILE_ASSIGN(const bool exists, target_->exists(key_));
    if (exists) {
      return Error(Code::conflict,
                   fmt::format("{}/{} is there already and this job did not make it: remove it or "
                               "choose another name",
                               target_->name(), key_));
    }
  }
  return {};
}

TileGrid TiffSink::chunk_grid(int level) const {
  const LevelInfo& l = plan_.spec.levels[static_cast<std::size_t>(level)];
  return {l.width, l.height, plan_.chunk_px};
}

TileGrid TiffSink::shard_grid(int level) const {
  const LevelInfo& l = plan_.spec.levels[static_cast<std::size_t>(level)];
  return {l.width, l.height, plan_.shard_px};
}

std::vector<std::uint64_t> TiffSink::tiles_of(UnitId unit) const {
  const TileGrid chunks = chunk_grid(unit.level);
  const Rect cells = chunks.cells(shard_grid(unit.level).rect(unit.x, unit.y));
  std::vector<std::uint64_t> tiles;
  tiles.reserve(static_cast<std::size_t>(cells.area()));
  for (std::int64_t y = cells.y0; y < cells.y1; ++y) {
    for (std::int64_t x = cells.x0; x < cells.x1; ++x) {
      tiles.push_back(static_cast<std::uint64_t>(y * chunks.columns() + x));
    }
  }
  return tiles;
}

template <class Fn> Status TiffSink::for_each_unit(Fn fn) const {
  for (int level = 0; level < static_cast<int>(plan_.spec.levels.size()); ++level) {
    const TileGrid shards = shard_grid(level);
    for (std::int64_t y = 0; y < shards.rows(); ++y) {
      for (std::int64_t x = 0; x < shards.columns(); ++x) {
        PANTILE_TRY(fn(UnitId{level, x, y}));
      }
    }
  }
  return {};
}

bool TiffSink::committed(UnitId unit) const {
  if (finished_) return true;
  const auto exists = parts_->exists(fragment_key(plan_hash_, unit));
  return exists.ok() && *exists;
}

Status TiffSink::put(UnitId unit, ChunkId chunk, std::vector<std::byte> encoded) {
  const TileGrid chunks = chunk_grid(unit.level);
  return spool_.put(unit, chunk.y * chunks.columns() + chunk.x, std::move(encoded));
}

Status TiffSink::commit(UnitId unit) {
  const auto chunks = spool_.take(unit);
  if (committed(unit)) return {};
  auto written = write_fragment(*parts_, plan_hash_, unit, tiles_of(unit), *chunks);
  if (!written.ok()) return written.error().with_context(key_);
  bytes_written_ += *written;
  return {};
}

Directory TiffSink::make_directory(int level, const LevelTiles& tiles,
                                   const std::vector<std::uint64_t>& sub_ifds) const {
  const ImageSpec& spec = plan_.spec;
  const LevelInfo& info = spec.levels[static_cast<std::size_t>(level)];
  const auto channels = static_cast<std::size_t>(spec.channels);
  const auto bits = static_cast<std::uint16_t>(8 * dtype_bytes(spec.dtype));
  const auto tile_px = static_cast<std::uint32_t>(plan_.chunk_px);

  Directory d;
  d.add_u32(Tag::new_subfile_type, level == 0 ? 0 : 1);
  d.add_u32(Tag::image_width, static_cast<std::uint32_t>(info.width));
  d.add_u32(Tag::image_length, static_cast<std::uint32_t>(info.height));
  d.add_u16(Tag::bits_per_sample, std::vector<std::uint16_t>(channels, bits));
  d.add_u16(Tag::compression, static_cast<std::uint16_t>(options_.compression));
  const bool ycbcr = options_.compression == Compression::jpeg && spec.kind == Kind::rgb;
  d.add_u16(Tag::photometric, ycbcr                  ? kPhotometricYcbcr
                              : is_colour(spec.kind) ? kPhotometricRgb
                                                     : kPhotometricBlackIsZero);
  if (ycbcr) {
    const std::uint16_t s = options_.jpeg_subsample ? 2 : 1;
    d.add_u16(Tag::ycbcr_subsampling, std::vector<std::uint16_t>{s, s});
  }
  if (level == 0 && !description_.empty()) d.add_ascii(Tag::image_description, description_);
  d.add_u16(Tag::samples_per_pixel, static_cast<std::uint16_t>(channels));
  d.add_u16(Tag::planar_config, 1);
  d.add_u16(Tag::sample_format, std::vector<std::uint16_t>(channels, sample_format(spec.dtype)));
  const std::size_t colour_samples = is_colour(spec.kind) ? 3 : 1;
  if (channels > colour_samples) {
    const std::uint16_t meaning = spec.kind == Kind::rgba ? 2 : 0;  // unassociated alpha, or none
    d.add_u16(Tag::extra_samples, std::vector<std::uint16_t>(channels - colour_samples, meaning));
  }
  if (options_.predictor) d.add_u16(Tag::predictor, 2);
  d.add_ascii(Tag::software, "pantile");
  d.add_u32(Tag::tile_width, tile_px);
  d.add_u32(Tag::tile_length, tile_px);
  d.add_u64(Tag::tile_offsets, tiles.offsets);
  d.add_u32(Tag::tile_byte_counts, tiles.bytes);

  // Pixels per centimetre where the size of a pixel is a length; otherwise only their ratio.
  const double cm = metres_per_unit(spec.unit).value_or(0) * 100;
  const double per_cm_x = 1 / (info.scale.x * cm), per_cm_y = 1 / (info.scale.y * cm);
  constexpr double kMost = std::numeric_limits<std::uint32_t>::max(), kLeast = 1 / kMost;
  const auto fits = [](double v) { return v >= kLeast && v <= kMost; };
  const bool known = fits(per_cm_x) && fits(per_cm_y);
  d.add_rational(Tag::x_resolution, known ? per_cm_x : 1);
  d.add_rational(Tag::y_resolution, known ? per_cm_y : 1);
  d.add_u16(Tag::resolution_unit, known ? 3 : 1);
  // An empty list of SubIFDs makes some readers fail: none without reduced levels.
  if (!sub_ifds.empty()) d.add_ifd(Tag::sub_ifds, sub_ifds);
  return d;
}

Result<TiffSink::Tables> TiffSink::gather_tables() const {
  Tables tables;
  const std::size_t levels = plan_.spec.levels.size();
  tables.levels.resize(levels);
  tables.sums.levels.resize(levels);
  for (std::size_t i = 0; i < levels; ++i) {
    const TileGrid grid = chunk_grid(static_cast<int>(i));
    const auto count = static_cast<std::size_t>(grid.count());
    tables.levels[i].offsets.resize(count);
    tables.levels[i].bytes.resize(count);
    tables.sums.levels[i] = {static_cast<std::uint64_t>(grid.columns()),
                             static_cast<std::uint64_t>(grid.rows()),
                             std::vector<std::uint32_t>(count)};
  }
  std::uint64_t offset = 0;  // from the first tile on; the head's size is added below
  PANTILE_TRY(for_each_unit([&](UnitId unit) -> Status {
    auto table = read_fragment_table(*parts_, plan_hash_, unit, tiles_of(unit));
    if (!table.ok() && table.error().code() == Code::not_found) {
      return Error(Code::not_found, fmt::format("{}: level {}, shard {},{} is not committed", key_,
                                                unit.level, unit.x, unit.y));
    }
    if (!table.ok()) return table.error();
    const auto level = static_cast<std::size_t>(unit.level);
    for (const TileEntry& tile : *table) {
      tables.levels[level].offsets[tile.index] = offset;
      tables.levels[level].bytes[tile.index] = tile.bytes;
      tables.sums.levels[level].tile_crcs[tile.index] = tile.crc;
      offset += tile.bytes;
    }
    return {};
  }));
  tables.sums.plan = plan_hash_;
  tables.sums.file_bytes = offset;
  return tables;
}

Status TiffSink::write_head(const Tables& tables, const std::vector<std::uint64_t>& offsets,
                            ByteStore::Writer& writer, std::uint32_t& crc) const {
  const auto write = [&](const Bytes& bytes) {
    crc = crc32c(bytes, crc);
    return writer.append(bytes);
  };
  const bool ome = options_.dialect == Dialect::ome;
  PANTILE_TRY(write(file_header(offsets.front())));
  for (std::size_t i = 0; i < tables.levels.size(); ++i) {
    std::vector<std::uint64_t> sub_ifds;
    if (ome && i == 0) sub_ifds.assign(offsets.begin() + 1, offsets.end());
    const std::uint64_t next = ome || i + 1 == offsets.size() ? 0 : offsets[i + 1];
    PANTILE_TRY(write(make_directory(static_cast<int>(i), tables.levels[i], sub_ifds)
                          .serialise(offsets[i], next)));
  }
  return {};
}

template <class Fn> Status TiffSink::for_each_block(const Tables& tables, Fn fn) const {
  return for_each_unit([&](UnitId unit) -> Status {
    const std::vector<std::uint32_t>& sizes =
        tables.levels[static_cast<std::size_t>(unit.level)].bytes;
    std::vector<std::uint64_t> tiles = tiles_of(unit);
    std::int64_t offset = fragment_head_bytes(tiles.size());
    for (auto first = tiles.begin(); first != tiles.end();) {
      auto end = first;
      std::size_t bytes = 0;
      do bytes += sizes[*end++];
      while (end != tiles.end() && bytes + sizes[*end] <= kCopyBlockBytes);
      PANTILE_TRY(fn(Block{unit, offset, bytes, {first, end}}));
      offset += static_cast<std::int64_t>(bytes);
      first = end;
    }
    return {};
  });
}

Result<Bytes> TiffSink::load_block(const Block& block, const Tables& tables) const {
  const std::string fragment = fragment_key(plan_hash_, block.unit);
  const auto level = static_cast<std::size_t>(block.unit.level);
  Bytes bytes(block.bytes);
  PANTILE_TRY(parts_->read_into(fragment, block.offset, bytes));
  std::span<const std::byte> rest(bytes);
  for (const std::uint64_t tile : block.tiles) {
    const std::uint32_t size = tables.levels[level].bytes[tile];
    if (crc32c(rest.first(size)) != tables.sums.levels[level].tile_crcs[tile]) {
      return Error(Code::corrupt, fmt::format("{}/{}: tile {} does not match its checksum; remove "
                                              "this file and run the job again to make it anew",
                                              parts_->name(), fragment, tile));
    }
    rest = rest.subspan(size);
  }
  return bytes;
}

Status TiffSink::copy_tiles(const Tables& tables, ByteStore::Writer& writer) const {
  const auto total = static_cast<std::int64_t>(tables.sums.file_bytes - tables.sums.head_bytes);
  std::int64_t done = 0;
  std::future<Result<Bytes>> loading;
  const auto write_loaded = [&]() -> Status {
    if (!loading.valid()) return {};
    PANTILE_ASSIGN(const Bytes bytes, loading.get());
    PANTILE_TRY(writer.append(bytes));
    done += static_cast<std::int64_t>(bytes.size());
    if (options_.on_copy) PANTILE_TRY(options_.on_copy(done, total));
    return {};
  };
  // One block is read and checked while the one before is written.
  const Status copied = for_each_block(tables, [&](Block block) -> Status {
    auto next =
        std::async(std::launch::async | std::launch::deferred,
                   [this, &tables, mine = std::move(block)] { return load_block(mine, tables); });
    PANTILE_TRY(write_loaded());
    loading = std::move(next);
    return {};
  });
  PANTILE_TRY(copied);
  return write_loaded();
}

Status TiffSink::finish() {
  if (finished_) return remove_parts();
  PANTILE_ASSIGN(Tables tables, gather_tables());

  // The directories lie in front: their sizes are known before the offsets in them.
  std::vector<std::uint64_t> offsets;
  std::uint64_t head_bytes = kFileHeaderBytes;
  const std::size_t levels = tables.levels.size();
  for (std::size_t i = 0; i < levels; ++i) {
    std::vector<std::uint64_t> sub_ifds;
    if (options_.dialect == Dialect::ome && i == 0) sub_ifds.resize(levels - 1);
    offsets.push_back(head_bytes);
    head_bytes += make_directory(static_cast<int>(i), tables.levels[i], sub_ifds).size_bytes();
  }
  for (LevelTiles& level : tables.levels) {
    for (std::uint64_t& offset : level.offsets) offset += head_bytes;
  }
  tables.sums.head_bytes = head_bytes;
  tables.sums.file_bytes += head_bytes;

  PANTILE_ASSIGN(const auto writer, target_->open_writer(key_));
  PANTILE_TRY(write_head(tables, offsets, *writer, tables.sums.head_crc));
  PANTILE_TRY(copy_tiles(tables, *writer));

  // The sidecar first: once the TIFF has its name, nothing is missing.
  const Bytes sidecar = encode_sums(tables.sums);
  PANTILE_TRY(target_->write(sums_key(key_), sidecar));
  PANTILE_TRY(writer->commit());
  bytes_written_ += static_cast<std::int64_t>(tables.sums.file_bytes + sidecar.size());
  finished_ = true;
  return remove_parts();
}

Status TiffSink::remove_parts() {
  PANTILE_TRY(parts_->remove_leftovers());
  PANTILE_ASSIGN(const auto entries, parts_->list(""));
  for (const ByteStore::Entry& entry : entries) PANTILE_TRY(parts_->remove(entry.key));
  return {};
}

}  // namespace pantile::tiff
