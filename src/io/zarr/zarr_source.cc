#include "io/zarr/zarr_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <optional>

#include "core/copy.h"
#include "core/hash.h"
#include "grid/tile_grid.h"
#include "io/codec/codecs.h"
#include "io/store/file_store.h"
#include "io/zarr/array_reader.h"
#include "io/zarr/chunk_cache.h"
#include "io/zarr/image_arrays.h"
#include "io/zarr/level_axes.h"

namespace pantile::zarr {
namespace {

/// Fills every sample of `out` with `sample`.
void fill_pixels(const Bytes& sample, MutableView out) {
  for (std::int64_t y = 0; y < out.height(); ++y) {
    for (std::int64_t x = 0; x < out.width(); ++x) {
      for (int c = 0; c < out.channels(); ++c) {
        std::memcpy(out.at(y, x, c), sample.data(), sample.size());
      }
    }
  }
}

std::int64_t number_in(const Position& grid, const Position& position) {
  std::int64_t number = 0;
  for (std::size_t i = 0; i < grid.size(); ++i) number = number * grid[i] + position[i];
  return number;
}

bool is_empty(const ShardIndex& index) {
  return std::none_of(index.begin(), index.end(), [](auto& place) { return place.has_value(); });
}

/// The metadata name the level that the writer asked for. By 0 zstd, and by -1 zlib, mean the
/// default of the library at hand then, which nobody can tell any more.
std::string method_name(const ByteStep& step) {
  const bool unsaid = step.level == (step.kind == ByteStep::Kind::zstd ? 0 : -1);
  const std::string level = unsaid ? "at its default level" : fmt::format("level {}", step.level);
  switch (step.kind) {
    case ByteStep::Kind::zstd: return "zstd " + level;
    case ByteStep::Kind::gzip: return "gzip " + level;
    case ByteStep::Kind::zlib: return "deflate " + level;
    case ByteStep::Kind::crc32c: return "crc32c";
  }
  return "";
}

/// The codec of ours that gives such bytes, if there is one.
std::optional<codec::Spec> codec_of(const std::vector<ByteStep>& steps) {
  if (steps.empty()) return codec::Spec{.method = codec::Method::raw};
  if (steps.size() > 1) return std::nullopt;
  const int level = steps[0].level;
  switch (steps[0].kind) {
    case ByteStep::Kind::zstd: return codec::Spec{.method = codec::Method::zstd, .level = level};
    case ByteStep::Kind::gzip: return codec::Spec{.method = codec::Method::gzip, .level = level};
    case ByteStep::Kind::zlib: return codec::Spec{.method = codec::Method::deflate, .level = level};
    case ByteStep::Kind::crc32c: return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

/// A quarter is for indices; the others are what stencils read around a strip of four chunks.
constexpr std::int64_t kCachedChunks = 24;

struct ZarrSource::State {
  State(std::shared_ptr<const ByteStore> store_in, const SourceOptions& options_in,
        ImageArrays image_in)
      : store(std::move(store_in)),
        options(options_in),
        image(std::move(image_in)),
        cache_bytes(std::max(
            options.cache_bytes,
            std::min(options.most_cache_bytes, kCachedChunks * level(0).metadata().chunk_bytes()))),
        chunks(cache_bytes - cache_bytes / 4),
        indices(cache_bytes / 4) {}

  const ArrayReader& level(int i) const { return *image.arrays[static_cast<std::size_t>(i)]; }

  Result<std::shared_ptr<const ShardIndex>> index_of(int i, const Position& chunk) const;
  Result<std::shared_ptr<const Bytes>> chunk_of(int i, const Position& chunk) const;
  Status read_chunk(const Region& region, const Position& position, MutableView out) const;
  std::string find_codec_identity() const;
  /// What a chunk that is not there is: an error, or nothing (its pixels are the fill value).
  Status check_absent(int i, const Position& chunk, const ShardIndex* index,
                      const Error& not_found) const;
  /// Calls fn(position) for each chunk that `region` meets, until one fails.
  template <class Fn> Status for_each_chunk(const Region& region, Fn fn) const;

  std::shared_ptr<const ByteStore> store;
  SourceOptions options;
  ImageArrays image;
  std::int64_t cache_bytes;
  std::int64_t chunk_px = 0, shard_px = 0;
  std::string identity;
  bool is_complete = false;  ///< All shards were written, so one that is not there was lost.
  mutable ChunkCache<Bytes> chunks;
  mutable ChunkCache<ShardIndex> indices;
};

Result<std::shared_ptr<const ShardIndex>> ZarrSource::State::index_of(int i,
                                                                      const Position& chunk) const {
  const ArrayReader& array = level(i);
  if (!array.metadata().sharded) return std::shared_ptr<const ShardIndex>();
  const Position shard = array.shard_of(chunk);
  const CacheKey key{i, number_in(array.grid(), shard)};
  if (auto kept = indices.get(key)) return kept;
  PANTILE_ASSIGN(auto read, array.read_index(shard));
  auto index = std::make_shared<const ShardIndex>(std::move(read));
  // An empty one may be a shard that is still to be written.
  if (!is_empty(*index) || !options.missing_is_error) {
    indices.put(key, index, static_cast<std::int64_t>(index->size() * sizeof(index->front())));
  }
  return index;
}

Status ZarrSource::State::check_absent(int i, const Position& chunk, const ShardIndex* index,
                                       const Error& not_found) const {
  if (!is_complete) {
    if (options.missing_is_error) return not_found;
    return {};
  }
  if (index != nullptr && !is_empty(*index)) {
    return Error(Code::corrupt, not_found.message() + "; run the job again to write it");
  }
  const Position shard = level(i).shard_of(chunk);
  return Error(Code::corrupt,
               fmt::format("{}: shard {},{} of level {} is missing; run the job again to write it",
                           store->name(), shard[static_cast<std::size_t>(image.axes.x)],
                           shard[static_cast<std::size_t>(image.axes.y)], i));
}

/// Null when the chunk is absent and may be.
Result<std::shared_ptr<const Bytes>> ZarrSource::State::chunk_of(int i,
                                                                 const Position& chunk) const {
  const ArrayReader& array = level(i);
  const CacheKey key{i, number_in(array.grid(), chunk)};
  if (auto kept = chunks.get(key)) return kept;
  PANTILE_ASSIGN(const auto index, index_of(i, chunk));
  auto stored = array.read_stored(chunk, index ? *index : ShardIndex());
  if (!stored.ok()) {
    if (stored.error().code() != Code::not_found) return stored.error();
    PANTILE_TRY(check_absent(i, chunk, index.get(), stored.error()));
    return std::shared_ptr<const Bytes>();
  }
  PANTILE_ASSIGN(auto decoded, array.decode(chunk, *stored));
  const auto size = static_cast<std::int64_t>(decoded.size());
  auto samples = std::make_shared<const Bytes>(std::move(decoded));
  chunks.put(key, samples, size);
  return samples;
}

template <class Fn> Status ZarrSource::State::for_each_chunk(const Region& region, Fn fn) const {
  const ArrayReader& array = level(region.level);
  const LevelAxes& axes = image.axes;
  Position position(array.grid().size());
  const auto set = [&](int axis, std::int64_t value) {
    if (axis >= 0) position[static_cast<std::size_t>(axis)] = value;
  };
  const auto side = [&](int axis) { return axes.extent(array.metadata().chunk, axis); };
  set(axes.t, region.t / side(axes.t));
  set(axes.z, region.z / side(axes.z));
  for (std::int64_t c = region.c0 / side(axes.c); c < ceil_div(region.c1, side(axes.c)); ++c) {
    set(axes.c, c);
    const Rect& r = region.rect;
    for (std::int64_t y = r.y0 / side(axes.y); y < ceil_div(r.y1, side(axes.y)); ++y) {
      set(axes.y, y);
      for (std::int64_t x = r.x0 / side(axes.x); x < ceil_div(r.x1, side(axes.x)); ++x) {
        set(axes.x, x);
        PANTILE_TRY(fn(position));
      }
    }
  }
  return {};
}

/// Copies what chunk `position` has of `region` into its place in `out`.
Status ZarrSource::State::read_chunk(const Region& region, const Position& position,
                                     MutableView out) const {
  const ArrayReader& array = level(region.level);
  const ArrayMetadata& metadata = array.metadata();
  const LevelAxes& axes = image.axes;
  const auto begin = [&](int axis) {
    const auto i = static_cast<std::size_t>(axis);
    return axis < 0 ? 0 : position[i] * metadata.chunk[i];
  };
  const auto side = [&](int axis) { return axes.extent(metadata.chunk, axis); };
  const auto stride = [&](int axis) {
    return axis < 0 ? std::int64_t{0} : array.strides()[static_cast<std::size_t>(axis)];
  };
  const std::int64_t x0 = begin(axes.x), y0 = begin(axes.y), c0 = begin(axes.c);
  const Rect part = intersect(region.rect, {x0, y0, x0 + side(axes.x), y0 + side(axes.y)});
  const auto first_c = std::max<std::int64_t>(region.c0, c0);
  const auto last_c = std::min<std::int64_t>(region.c1, c0 + side(axes.c));
  const MutableView target = out.window(translate(part, -region.rect.x0, -region.rect.y0))
                                 .select_channels(static_cast<int>(first_c - region.c0),
                                                  static_cast<int>(last_c - region.c0));

  PANTILE_ASSIGN(const auto samples, chunk_of(region.level, position));
  if (samples == nullptr) {
    fill_pixels(metadata.fill, target);
    return {};
  }
  const std::int64_t offset = (region.t - begin(axes.t)) * stride(axes.t) +
                              (region.z - begin(axes.z)) * stride(axes.z) +
                              (part.y0 - y0) * stride(axes.y) + (part.x0 - x0) * stride(axes.x) +
                              (first_c - c0) * stride(axes.c);
  Layout layout = target.layout();
  layout.row_stride = stride(axes.y);
  layout.col_stride = stride(axes.x);
  layout.channel_stride =
      axes.c < 0 ? static_cast<std::ptrdiff_t>(dtype_bytes(metadata.dtype)) : stride(axes.c);
  copy_pixels(View(samples->data() + offset, layout), target);
  return {};
}

/// Non-empty when every level's chunks are what ChunkCodec makes of whole interleaved chunks.
std::string ZarrSource::State::find_codec_identity() const {
  if (chunk_px == 0 || image.spec.t != 1 || image.spec.z != 1) return "";
  std::string found;
  for (const auto& array : image.arrays) {
    const ArrayMetadata& m = array->metadata();
    const auto sample = static_cast<std::int64_t>(dtype_bytes(m.dtype));
    const auto stride = [&](int axis) { return array->strides()[static_cast<std::size_t>(axis)]; };
    const std::int64_t pixel = sample * image.spec.channels;
    if (stride(image.axes.x) != pixel || stride(image.axes.y) != pixel * chunk_px) return "";
    if (image.axes.c >= 0 && image.spec.channels > 1 && stride(image.axes.c) != sample) return "";
    if (m.big_endian && sample > 1) return "";
    auto steps = m.steps;
    if (!steps.empty() && steps.back().kind == ByteStep::Kind::crc32c) steps.pop_back();
    const std::optional<codec::Spec> spec = codec_of(steps);
    const auto codec = spec ? make_codec(*spec) : Error(Code::foreign, "");
    if (!codec.ok()) return "";
    const std::string name = (*codec)->identity();
    if (!found.empty() && found != name) return "";
    found = name;
  }
  return found;
}

ZarrSource::ZarrSource(std::unique_ptr<State> state) : state_(std::move(state)) {
  State& s = *state_;
  const auto square = [&](const std::vector<std::int64_t>& shape) {
    const LevelAxes& a = s.image.axes;
    const std::int64_t side = a.extent(shape, a.x);
    const bool fits = side == a.extent(shape, a.y) && a.extent(shape, a.t) == 1 &&
                      a.extent(shape, a.z) == 1 && a.extent(shape, a.c) == s.image.spec.channels;
    return fits ? side : 0;
  };
  const std::vector<std::int64_t>& chunk = s.level(0).metadata().chunk;
  const std::int64_t side = s.image.axes.extent(chunk, s.image.axes.x);
  if (side == s.image.axes.extent(chunk, s.image.axes.y)) tile_px_ = side;
  const auto in_chunk = static_cast<int>(
      std::min<std::int64_t>(s.image.axes.extent(chunk, s.image.axes.c), s.image.spec.channels));
  channels_together_ = s.image.spec.channels % in_chunk == 0 ? in_chunk : s.image.spec.channels;
  s.chunk_px = square(chunk);
  s.shard_px = s.level(0).metadata().sharded ? square(s.level(0).metadata().shard) : 0;
  for (const auto& array : s.image.arrays) {
    if (square(array->metadata().chunk) != s.chunk_px) s.chunk_px = 0;
    if (square(array->metadata().shard) != s.shard_px) s.shard_px = 0;
  }
  s.identity = s.find_codec_identity();
}

ZarrSource::~ZarrSource() = default;

Result<std::unique_ptr<ZarrSource>> ZarrSource::open(std::shared_ptr<const ByteStore> store,
                                                     const SourceOptions& options) {
  PANTILE_ASSIGN(auto image, open_root(store));
  const bool is_ours = image.pantile_json != "{}";
  auto state = std::make_unique<State>(std::move(store), options, std::move(image));
  // Our sink writes every shard before the group's metadata, also those of one value only.
  state->is_complete = is_ours;
  return std::unique_ptr<ZarrSource>(new ZarrSource(std::move(state)));
}

Result<std::unique_ptr<ZarrSource>> ZarrSource::open_unfinished(
    std::shared_ptr<const ByteStore> store, const ImageSpec& spec, SourceOptions options) {
  PANTILE_ASSIGN(auto image, open_arrays(store, spec));
  options.missing_is_error = true;
  return std::unique_ptr<ZarrSource>(
      new ZarrSource(std::make_unique<State>(std::move(store), options, std::move(image))));
}

const ImageSpec& ZarrSource::spec() const { return state_->image.spec; }

Cost ZarrSource::cost(const Region& region) const {
  // A stored and a decoded chunk at a time.
  const auto level = std::clamp<int>(region.level, 0, static_cast<int>(spec().levels.size()) - 1);
  const auto& metadata = state_->level(level).metadata();
  const std::int64_t index = metadata.sharded ? 2 * metadata.index_bytes() : 0;
  return {2 * metadata.chunk_bytes() + index, state_->cache_bytes};
}

Status ZarrSource::read(const Region& region, MutableView out, ReadContext& ctx) const {
  PANTILE_TRY(check_read(spec(), region, out));
  return state_->for_each_chunk(region, [&](const Position& position) -> Status {
    if (ctx.cancelled()) return Error(Code::cancelled, "reading was stopped");
    return state_->read_chunk(region, position, out);
  });
}

Fingerprint ZarrSource::fingerprint() const {
  Hasher hasher;
  hasher.add("zarr image");
  for (const auto& text : state_->image.metadata_texts) hasher.add(text);
  for (const auto& array : state_->image.arrays) {
    const auto entries = state_->store->list(array->path());
    if (!entries.ok()) {
      hasher.add("unreadable");
      continue;
    }
    for (const auto& entry : *entries) {
      hasher.add(entry.key).add(entry.size);
      const ArrayMetadata& m = array->metadata();
      const std::int64_t bytes = m.index_bytes();
      if (!m.sharded || entry.size < bytes) continue;
      const auto index =
          state_->store->read_range(entry.key, m.index_at_end ? entry.size - bytes : 0, bytes);
      if (index.ok()) hasher.add(std::span<const std::byte>(*index));
    }
  }
  return hasher.finish();
}

std::int64_t ZarrSource::chunk_px() const { return state_->chunk_px; }
std::int64_t ZarrSource::shard_px() const { return state_->shard_px; }
std::string ZarrSource::codec_identity() const { return state_->identity; }
const std::string& ZarrSource::pantile_json() const { return state_->image.pantile_json; }
const std::string& ZarrSource::format() const { return state_->image.format; }

Result<Bytes> ZarrSource::read_encoded_chunk(int level, std::int64_t chunk_x,
                                             std::int64_t chunk_y) const {
  const State& s = *state_;
  if (s.identity.empty()) {
    return Error(Code::invalid, s.store->name() + ": its chunks cannot be copied as they are");
  }
  if (level < 0 || level >= static_cast<int>(s.image.arrays.size())) {
    return Error(Code::invalid, fmt::format("{}: there is no level {}", s.store->name(), level));
  }
  const ArrayReader& array = s.level(level);
  Position position(array.grid().size());
  position[static_cast<std::size_t>(s.image.axes.x)] = chunk_x;
  position[static_cast<std::size_t>(s.image.axes.y)] = chunk_y;
  for (std::size_t i = 0; i < position.size(); ++i) {
    if (position[i] < 0 || position[i] >= array.grid()[i]) {
      return Error(Code::invalid, fmt::format("{}: there is no chunk {}, {} in level {}",
                                              s.store->name(), chunk_x, chunk_y, level));
    }
  }
  PANTILE_ASSIGN(const auto index, s.index_of(level, position));
  auto stored = array.read_stored(position, index ? *index : ShardIndex());
  if (!stored.ok() && stored.error().code() == Code::not_found) {
    PANTILE_TRY(s.check_absent(level, position, index.get(), stored.error()));
    return Bytes();
  }
  if (stored.ok()) PANTILE_TRY(array.strip_crc32c(position, *stored));
  return stored;
}

std::string ZarrSource::codec_text() const {
  const ArrayMetadata& m = state_->level(0).metadata();
  std::string text = m.steps.empty() ? "uncompressed" : "";
  for (const ByteStep& step : m.steps) {
    text += (text.empty() ? "" : ", ") + method_name(step);
  }
  return text;
}

std::string ZarrSource::layout_text() const {
  const ArrayMetadata& m = state_->level(0).metadata();
  const LevelAxes& axes = state_->image.axes;
  const auto sides = [&](const std::vector<std::int64_t>& shape) {
    const std::int64_t x = axes.extent(shape, axes.x), y = axes.extent(shape, axes.y);
    return x == y ? fmt::format("{} px", x) : fmt::format("{} x {} px", x, y);
  };
  std::string text = "chunks of " + sides(m.chunk);
  const std::int64_t channels = axes.extent(m.chunk, axes.c);
  if (channels < spec().channels) {
    text += fmt::format(" and {} channel{}", channels, channels == 1 ? "" : "s");
  }
  return m.sharded ? text + " in shards of " + sides(m.shard) : text;
}

Result<std::unique_ptr<ZarrSource>> open_path(const std::string& path,
                                              const SourceOptions& options) {
  namespace fs = std::filesystem;
  std::error_code error;
  if (!fs::is_directory(path, error)) {
    return Error(Code::not_found, path + " is not a folder; name an .ome.zarr or .zarr");
  }
  return ZarrSource::open(std::make_shared<FileStore>(path), options);
}

}  // namespace pantile::zarr
