#include "pipeline/folder/outputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "grid/pyramid.h"
#include "grid/tile_grid.h"
#include "io/codec/codecs.h"
#include "io/codec/planar.h"

namespace pantile {
namespace {

constexpr std::int64_t kMostShardBytes = std::int64_t{64} << 20;
constexpr std::int64_t kMostGivenShardBytes = std::int64_t{1} << 30;
constexpr std::int64_t kUsualShardPx = 4096;
/// Channels of small images are grouped up to this size of raw pixels.
constexpr std::int64_t kSmallGroupBytes = std::int64_t{16} << 20;

std::int64_t default_shard_px(std::int64_t tile_px, std::int64_t pixel_bytes) {
  std::int64_t px = tile_px;
  while (2 * px <= kUsualShardPx && 4 * px * px * pixel_bytes <= kMostShardBytes) px *= 2;
  return px;
}

bool is_coloured(const ImageSpec& spec) {
  return spec.kind == Kind::rgb || spec.kind == Kind::rgba;
}

/// How many channels make a group of planes: a divisor of all, and a multiple of those that come
/// together.
int group_of(const ImageSpec& spec, int together) {
  const std::int64_t plane_bytes =
      spec.levels.front().bounds().area() * static_cast<std::int64_t>(dtype_bytes(spec.dtype));
  const std::int64_t wanted = std::max<std::int64_t>(together, kSmallGroupBytes / plane_bytes);
  int each = spec.channels;
  while (each > wanted || spec.channels % each != 0 || each % together != 0) --each;
  return each;
}

codec::Method method_of(TiffCompression compression) {
  switch (compression) {
    case TiffCompression::none: return codec::Method::raw;
    case TiffCompression::lzw: return codec::Method::lzw;
    case TiffCompression::jpeg: return codec::Method::jpeg;
    case TiffCompression::deflate: return codec::Method::deflate;
    case TiffCompression::zstd: return codec::Method::zstd;
  }
  return codec::Method::raw;
}

}  // namespace

Result<SinkPlan> plan_layout(ImageSpec spec, std::int64_t tile_px, std::int64_t shard_px) {
  const int all = spec.channels;
  return plan_groups(std::move(spec), tile_px, shard_px, all);
}

Result<SinkPlan> plan_groups(ImageSpec spec, std::int64_t tile_px, std::int64_t shard_px,
                             int channels_together) {
  SinkPlan plan;
  const LevelInfo level0 = spec.levels.front();
  const int each = is_coloured(spec) ? spec.channels : group_of(spec, channels_together);
  if (each < spec.channels) plan.group_channels = each;
  const std::int64_t pixel_bytes = static_cast<std::int64_t>(dtype_bytes(spec.dtype)) * each;
  plan.chunk_px = tile_px != 0 ? tile_px : default_chunk_px(level0.width, level0.height);
  if (plan.chunk_px % 16 != 0 || plan.chunk_px < 64 || plan.chunk_px > 4096) {
    return Error(Code::invalid,
                 fmt::format("tile of {} pixels: expected a multiple of 16 (as TIFF demands) from "
                             "64 to 4096; use for example {}",
                             plan.chunk_px, plan.chunk_px > 800 ? 1024 : 512));
  }
  plan.shard_px = shard_px != 0 ? shard_px : default_shard_px(plan.chunk_px, pixel_bytes);
  if (plan.shard_px < plan.chunk_px || plan.shard_px % plan.chunk_px != 0) {
    return Error(
        Code::invalid,
        fmt::format("shard of {} pixels: expected a multiple of the tile, {}; use for "
                    "example {}",
                    plan.shard_px, plan.chunk_px, default_shard_px(plan.chunk_px, pixel_bytes)));
  }
  if (plan.shard_px > 65536 || plan.shard_px * plan.shard_px * pixel_bytes > kMostGivenShardBytes) {
    return Error(Code::invalid,
                 fmt::format("shard of {} pixels holds more than 1 GiB of pixels; use {} or less",
                             plan.shard_px, kUsualShardPx));
  }
  spec.levels = halving_levels(level0, plan.chunk_px);
  // Colours are looked at together, other channels one by one.
  plan.planes = each > 1 && !is_coloured(spec);
  plan.spec = std::move(spec);
  return plan;
}

void add_layout_settings(const OutputOptions& output, PixelSettings& settings) {
  settings.emplace_back("tile", std::to_string(output.tile_px));
  settings.emplace_back("shard", std::to_string(output.shard_px));
  settings.emplace_back("zstd-level", std::to_string(output.zstd_level));
}

Result<std::shared_ptr<const ChunkCodec>> make_store_codec(int zstd_level, bool planes) {
  PANTILE_ASSIGN(auto codec, make_codec({.method = codec::Method::zstd, .level = zstd_level}));
  return planes ? make_planar(std::move(codec)) : codec;
}

Result<std::shared_ptr<const ChunkCodec>> make_tiff_codec(const TiffOptions& options) {
  return make_codec({.method = method_of(options.compression),
                     .level = options.level,
                     .predictor = options.predictor,
                     .jpeg_quality = options.jpeg_quality});
}

std::unique_ptr<zarr::ZarrSink> make_store_sink(std::shared_ptr<ByteStore> store, std::string name,
                                                int zstd_level, bool planes, std::string facts_json,
                                                std::int64_t spool_cap_bytes) {
  zarr::SinkOptions options;
  options.name = std::move(name);
  options.zstd_level = zstd_level;
  options.planes = planes;
  options.spool_cap_bytes = spool_cap_bytes;
  options.pantile_json = std::move(facts_json);
  return std::make_unique<zarr::ZarrSink>(std::move(store), std::move(options));
}

Result<std::unique_ptr<tiff::TiffSink>> make_tiff_sink(std::shared_ptr<ByteStore> folder,
                                                       std::shared_ptr<ByteStore> parts,
                                                       const TiffOptions& options,
                                                       const TiffRun& run) {
  tiff::SinkOptions sink;
  PANTILE_ASSIGN(sink.codec, make_tiff_codec(options));
  sink.compression = options.compression;
  sink.predictor = options.predictor && options.compression != TiffCompression::jpeg;
  sink.dialect = options.dialect;
  sink.replace = run.replace;
  sink.spool_cap_bytes = run.spool_cap_bytes;
  sink.assemble_early = run.whole;
  sink.on_copy = [cancel = run.cancel](std::int64_t, std::int64_t) -> Status {
    if (cancel != nullptr && cancel->cancelled()) {
      return Error(Code::cancelled, "stopped on request");
    }
    return {};
  };
  return std::make_unique<tiff::TiffSink>(std::move(folder), run.file, std::move(parts),
                                          std::move(sink));
}

std::int64_t raw_bytes(const SinkPlan& plan) {
  std::int64_t pixels = 0;
  for (const LevelInfo& level : plan.spec.levels) pixels += level.width * level.height;
  return pixels * plan.spec.t * plan.spec.z * plan.spec.pixel_bytes();
}

std::int64_t tiff_table_bytes(const SinkPlan& plan) {
  constexpr std::int64_t kBytesPerTile = 40, kBlockBytes = std::int64_t{4} << 20;
  std::int64_t tiles = 0;
  for (const LevelInfo& level : plan.spec.levels) {
    tiles += TileGrid{level.width, level.height, plan.chunk_px}.count();
  }
  return tiles * kBytesPerTile + kBlockBytes;
}

}  // namespace pantile
