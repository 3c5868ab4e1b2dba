#include "io/zarr/zarr_sink.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "io/codec/codecs.h"
#include "io/codec/crc32c.h"
#include "io/codec/planar.h"
#include "io/zarr/array_metadata.h"
#include "io/zarr/shard_files.h"
#include "io/zarr/shard_index.h"
#include "io/zarr/sink_files.h"
#include "io/zarr/zarr_source.h"

namespace pantile::zarr {
namespace {

constexpr char kGroupKey[] = "zarr.json";
constexpr std::int64_t kMinChunkPx = 16;
constexpr int kMinZstdLevel = 1, kMaxZstdLevel = 19;

/// Writes `text` under `key`, or finds exactly it there.
Status write_or_match(ByteStore& store, const std::string& key, const std::string& text) {
  PANTILE_ASSIGN(const bool exists, store.exists(key));
  if (!exists) return store.write(key, as_bytes(text));
  PANTILE_ASSIGN(const Bytes found, store.read_at_most(key, kMaxMetadataBytes));
  if (as_text(found) == text) return {};
  return Error(Code::conflict, fmt::format("{}/{} belongs to another image; choose another folder "
                                           "or remove that one",
                                           store.name(), key));
}

std::shared_ptr<const ChunkCodec> codec_of(int zstd_level, bool planes) {
  auto codec = *make_codec({.method = codec::Method::zstd, .level = zstd_level});
  return planes ? make_planar(std::move(codec)) : codec;
}

}  // namespace

ZarrSink::ZarrSink(std::shared_ptr<ByteStore> store, SinkOptions options)
    : store_(std::move(store)),
      options_(std::move(options)),
      // begin() refuses a level that does not exist; until then there is a codec all the same.
      codec_(
          codec_of(std::clamp(options_.zstd_level, kMinZstdLevel, kMaxZstdLevel), options_.planes)),
      spool_(store_, options_.spool_cap_bytes) {}

ZarrSink::~ZarrSink() = default;

std::string ZarrSink::form() const {
  return fmt::format("ome-zarr-0.5 zarr-3 {} zstd-{} crc32c index-at-end",
                     options_.planes ? "c-yx" : "cyx-as-yxc", options_.zstd_level);
}

Status ZarrSink::check_plan(const SinkPlan& plan) const {
  const auto& spec = plan.spec;
  const auto bad = [&](const std::string& why) {
    return Error(Code::invalid, fmt::format("{}: {}", options_.name, why));
  };
  if (options_.zstd_level < kMinZstdLevel || options_.zstd_level > kMaxZstdLevel) {
    return bad(fmt::format("zstd level {}: use {} to {}", options_.zstd_level, kMinZstdLevel,
                           kMaxZstdLevel));
  }
  if (plan.planes != options_.planes) {
    return Error(Code::internal, options_.name + ": its plan and its codec differ in their planes");
  }
  if (spec.channels < 1 || spec.t < 1 || spec.z < 1 || spec.levels.empty()) {
    return bad("the image has no channels, planes or levels");
  }
  if (spec.channels % plan.unit_channels() != 0) {
    return bad(
        fmt::format("{} channels cannot be in groups of {}", spec.channels, plan.unit_channels()));
  }
  if (plan.chunk_px < kMinChunkPx || plan.chunk_px % kMinChunkPx != 0) {
    return bad(fmt::format("a chunk edge of {}: use a multiple of 16", plan.chunk_px));
  }
  if (plan.shard_px < plan.chunk_px || plan.shard_px % plan.chunk_px != 0) {
    return bad(fmt::format("a shard edge of {}: use a multiple of the chunk edge, {}",
                           plan.shard_px, plan.chunk_px));
  }
  const std::int64_t chunks = plan.shard_px / plan.chunk_px;
  if (plan.chunk_px > (std::int64_t{1} << 15) || chunks > 4096 ||
      plan.chunk_px * plan.chunk_px > kMaxChunkBytes / plan.unit_pixel_bytes()) {
    return bad(
        fmt::format("chunks of {} in shards of {} are too large", plan.chunk_px, plan.shard_px));
  }
  for (const LevelInfo& level : spec.levels) {
    if (level.width < 1 || level.height < 1) return bad("a level is empty");
  }
  return {};
}

Status ZarrSink::begin(const SinkPlan& plan) {
  PANTILE_TRY(check_plan(plan));
  plan_ = plan;
  PANTILE_ASSIGN(auto metadata, metadata_files(plan, options_.zstd_level, options_.pantile_json));
  group_json_ = std::move(metadata.extract(kGroupKey).mapped());
  layout_ = ShardLayout(plan);
  // The group is what readers look for: if it is there, it must be this image's.
  PANTILE_ASSIGN(const bool has_group, store_->exists(kGroupKey));
  if (has_group) PANTILE_TRY(write_or_match(*store_, kGroupKey, group_json_));
  for (const auto& [key, text] : metadata) PANTILE_TRY(write_or_match(*store_, key, text));
  PANTILE_TRY(find_committed());
  finished_ = has_group && layout_.unit_count() == static_cast<std::int64_t>(committed_.size());
  return {};
}

Status ZarrSink::find_committed() {
  PANTILE_ASSIGN(ShardFiles found, find_shards(*store_, layout_));
  committed_ = std::move(found.there);
  return {};
}

Status ZarrSink::check_unit(UnitId unit) const {
  if (layout_.has(unit)) return {};
  return Error(Code::internal, fmt::format("{}: there is no shard {}, {} in level {}",
                                           options_.name, unit.x, unit.y, unit.level));
}

bool ZarrSink::committed(UnitId unit) const {
  const std::lock_guard lock(mutex_);
  return committed_.contains(unit);
}

Status ZarrSink::put(UnitId unit, ChunkId chunk, std::vector<std::byte> encoded) {
  PANTILE_TRY(check_unit(unit));
  if (!layout_.has(unit, chunk)) {
    return Error(Code::internal,
                 fmt::format("{}: chunk {}, {} is not in shard {}, {} of level {}", options_.name,
                             chunk.x, chunk.y, unit.x, unit.y, unit.level));
  }
  const Rect cells = layout_.chunk_cells(unit);
  const std::int64_t n = layout_.chunks_per_side();
  const std::int64_t index = (chunk.y - cells.y0) * n + (chunk.x - cells.x0);
  if (!options_.planes) return spool_.put(unit, index, std::move(encoded));
  PANTILE_ASSIGN(const auto planes, split_planes(encoded, layout_.planes()));
  for (std::size_t c = 0; c < planes.size(); ++c) {
    PANTILE_TRY(spool_.put(unit, static_cast<std::int64_t>(c) * n * n + index,
                           Bytes(planes[c].begin(), planes[c].end())));
  }
  return {};
}

Status ZarrSink::commit(UnitId unit) {
  PANTILE_TRY(check_unit(unit));
  if (committed(unit)) return {};
  const auto chunks = spool_.take(unit);
  const std::int64_t want = layout_.planes() * layout_.chunk_cells(unit).area();
  const std::string key = shard_key(layout_, unit);
  if (static_cast<std::int64_t>(chunks->count()) != want) {
    return Error(Code::internal, fmt::format("{}/{}: want {} chunks, got {}", options_.name, key,
                                             want, chunks->count()));
  }
  PANTILE_ASSIGN(const auto writer, store_->open_writer(key));
  const std::int64_t n = layout_.chunks_per_side();
  ShardIndex index(static_cast<std::size_t>(layout_.planes() * n * n));
  std::int64_t offset = 0;
  const auto write_chunk = [&](std::int64_t i, std::span<const std::byte> bytes) -> Status {
    const std::uint32_t crc = crc32c(bytes);
    std::array<std::byte, 4> tail;
    for (std::size_t b = 0; b < 4; ++b) tail[b] = static_cast<std::byte>(crc >> (8 * b));
    PANTILE_TRY(writer->append(bytes));
    PANTILE_TRY(writer->append(tail));
    const auto size = static_cast<std::int64_t>(bytes.size() + tail.size());
    index[static_cast<std::size_t>(i)] = {offset, size};
    offset += size;
    return {};
  };
  PANTILE_TRY(chunks->consume(write_chunk));
  PANTILE_TRY(writer->append(encode_shard_index(index, /*with_crc32c=*/true)));
  PANTILE_TRY(writer->commit());
  const std::lock_guard lock(mutex_);
  committed_.insert(unit);
  return {};
}

bool ZarrSink::finished() const {
  const std::lock_guard lock(mutex_);
  return finished_;
}

Status ZarrSink::finish() {
  if (finished()) return {};
  const std::int64_t units = layout_.unit_count();
  const std::lock_guard lock(mutex_);
  if (units != static_cast<std::int64_t>(committed_.size())) {
    return Error(Code::internal, fmt::format("{}: want {} shards, got {}", options_.name, units,
                                             committed_.size()));
  }
  PANTILE_TRY(write_or_match(*store_, kGroupKey, group_json_));
  finished_ = true;
  return {};
}

void ZarrSink::abort() { spool_.clear(); }

Result<std::unique_ptr<ZarrSource>> ZarrSink::open_source(const SourceOptions& options) const {
  return ZarrSource::open_unfinished(store_, plan_.spec, options);
}

Result<std::unique_ptr<TileSource>> ZarrSink::open_committed() const {
  PANTILE_ASSIGN(std::unique_ptr<TileSource> source, open_source({}));
  return source;
}

}  // namespace pantile::zarr
