#include "io/tiff/fragment_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/buffer.h"
#include "core/copy.h"
#include "io/codec/crc32c.h"
#include "io/tiff/plan_tiles.h"

namespace pantile::tiff {
namespace {

/// Tables that are kept: a drain reads few units at a time.
constexpr std::size_t kTables = 16;

}  // namespace

FragmentSource::FragmentSource(std::shared_ptr<ByteStore> parts, const SinkPlan& plan,
                               const Fingerprint& plan_hash,
                               std::shared_ptr<const ChunkCodec> codec)
    : parts_(std::move(parts)),
      spec_(plan.spec),
      layout_(plan),
      plan_hash_(plan_hash),
      codec_(std::move(codec)) {}

Cost FragmentSource::cost(const Region&) const {
  const Layout tile =
      Layout::interleaved(spec_.dtype, layout_.chunk_px(), layout_.chunk_px(), spec_.channels);
  return {static_cast<std::int64_t>(tile.packed_bytes()) + codec_->working_bytes(tile), 0};
}

Result<std::shared_ptr<const FragmentSource::Table>> FragmentSource::table_of(UnitId unit) const {
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find(tables_, unit, &Kept::first);
  if (found != tables_.end()) {
    tables_.splice(tables_.begin(), tables_, found);
    return tables_.front().second;
  }
  auto table = read_fragment_table(*parts_, plan_hash_, unit, tiles_of(layout_, unit));
  if (!table.ok()) return table.error();
  tables_.emplace_front(unit, std::make_shared<const Table>(*std::move(table)));
  if (tables_.size() > kTables) tables_.pop_back();
  return tables_.front().second;
}

Error FragmentSource::thrown_away(UnitId unit, const Error& error) const {
  const Status removed = parts_->remove(fragment_key(plan_hash_, unit));
  return Error(Code::corrupt,
               error.message() + (removed.ok() ? "; this part of the TIFF was thrown away: run the "
                                                 "job again to make it anew"
                                               : "; remove this file"));
}

Status FragmentSource::decode(ChunkId chunk, ChunkCodec::Scratch& scratch, MutableView out) const {
  const UnitId unit = layout_.unit_of(chunk);
  PANTILE_ASSIGN(const auto table, table_of(unit));
  const Rect cells = layout_.chunk_cells(unit);
  const auto place =
      static_cast<std::size_t>((chunk.y - cells.y0) * cells.width() + (chunk.x - cells.x0));
  std::int64_t offset = fragment_head_bytes(table->size());
  for (std::size_t i = 0; i < place; ++i) offset += (*table)[i].bytes;
  const std::string key = fragment_key(plan_hash_, unit);
  std::vector<std::byte> encoded((*table)[place].bytes);
  PANTILE_TRY(parts_->read_into(key, offset, encoded));
  const std::string name = fmt::format("{}/{}", parts_->name(), key);
  if (crc32c(encoded) != (*table)[place].crc) {
    return thrown_away(unit, Error(Code::corrupt, name + ": a tile does not match its checksum"));
  }
  const Status decoded = codec_->decode(encoded, scratch, out);
  return decoded.ok() ? decoded : thrown_away(unit, decoded.error().with_context(name));
}

Status FragmentSource::read(const Region& region, MutableView out, ReadContext& ctx) const {
  PANTILE_TRY(check_read(spec_, region, out));
  const std::int64_t side = layout_.chunk_px();
  const Rect cells = layout_.chunks(region.level).cells(region.rect);
  PixelBuffer tile(spec_.dtype, side, side, spec_.channels);
  const auto scratch = codec_->make_scratch();
  for (std::int64_t y = cells.y0; y < cells.y1; ++y) {
    for (std::int64_t x = cells.x0; x < cells.x1; ++x) {
      if (ctx.cancelled()) return Error(Code::cancelled, "reading was stopped");
      const ChunkId chunk{region.level, x, y};
      PANTILE_TRY(decode(chunk, *scratch, tile.view()));
      const Rect part = intersect(layout_.chunk_rect(chunk), region.rect);
      copy_pixels(std::as_const(tile)
                      .view()
                      .window(translate(part, -x * side, -y * side))
                      .select_channels(region.c0, region.c1),
                  out.window(translate(part, -region.rect.x0, -region.rect.y0)));
    }
  }
  return {};
}

}  // namespace pantile::tiff
