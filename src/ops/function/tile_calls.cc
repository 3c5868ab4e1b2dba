#include "ops/function/tile_calls.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "ops/function/read_padded.h"

namespace pantile {
namespace {

constexpr std::int64_t kStandardTile = 512;
constexpr std::int64_t kMostTile = 65536;
constexpr int kMostBatch = 65536;
constexpr std::int64_t kLeastCache = std::int64_t{64} << 20, kMostCache = std::int64_t{256} << 20;

Status refused(const TileFunction& function, const char* option, std::int64_t value,
               std::int64_t least, std::int64_t most) {
  if (value >= least && value <= most) return {};
  return Error(Code::invalid, fmt::format("{}: {} is {}: expected {} to {}", function.name(),
                                          option, value, least, most));
}

}  // namespace

Layout planar(DType dtype, std::int64_t height, std::int64_t width, int channels) {
  const auto sample = static_cast<std::ptrdiff_t>(dtype_bytes(dtype));
  const std::ptrdiff_t row = sample * static_cast<std::ptrdiff_t>(width);
  return {dtype, height, width, channels, row, sample, row * static_cast<std::ptrdiff_t>(height)};
}

Status TileFunction::apply_batch(std::span<const FunctionTile> tiles, View in,
                                 MutableView out) const {
  const auto n = static_cast<int>(tiles.size());
  const int from = in.channels() / n, to = out.channels() / n;
  for (int k = 0; k < n; ++k) {
    PANTILE_TRY(apply(tiles[static_cast<std::size_t>(k)],
                      in.select_channels(k * from, (k + 1) * from),
                      out.select_channels(k * to, (k + 1) * to)));
  }
  return {};
}

Result<TileCalls> TileCalls::make(std::shared_ptr<const TileSource> inner,
                                  std::shared_ptr<const TileFunction> function,
                                  const FunctionOptions& options) {
  const ImageSpec& from = inner->spec();
  if (from.is_stack()) {
    return Error(Code::invalid,
                 fmt::format("{}: {} has {} x {} planes (t, z), and a function is given one",
                             function->name(), from.name, from.t, from.z));
  }
  FunctionOptions all = options;
  if (all.tile_px == 0) all.tile_px = kStandardTile;
  PANTILE_TRY(refused(*function, "tile", all.tile_px, 1, kMostTile));
  PANTILE_TRY(refused(*function, "halo", all.halo_px, 0, kMostTile));
  PANTILE_TRY(refused(*function, "overlap", all.overlap_px, 0, all.tile_px - 1));
  PANTILE_TRY(refused(*function, "batch", all.batch, 0, kMostBatch));
  if (all.channels < 0) {
    return Error(Code::invalid, fmt::format("{}: channels is {}: expected at least 1",
                                            function->name(), all.channels));
  }
  if (all.stitch) {
    if (!(*all.stitch >= 0 && *all.stitch <= 1)) {
      return Error(Code::invalid,
                   fmt::format("{}: stitch is {}: expected 0 to 1", function->name(), *all.stitch));
    }
    if (all.overlap_px == 0) {
      return Error(Code::invalid, fmt::format("{}: stitch needs an overlap, by which labels of "
                                              "neighbours are compared",
                                              function->name()));
    }
    if (all.has_dtype && all.dtype != DType::u32) {
      return Error(Code::invalid,
                   fmt::format("{}: dtype is {}: labels that are stitched are uint32",
                               function->name(), dtype_name(all.dtype)));
    }
    all.has_dtype = true;
    all.dtype = DType::u32;
    all.blend = Blend::nearest;
  }
  if (all.channels == 0) all.channels = inner->spec().channels;
  if (!all.has_dtype) all.dtype = inner->spec().dtype;
  if (!all.boundary && (all.batch > 0 || all.overlap_px > 0)) all.boundary = Boundary::reflect;
  if (all.overlap_px > 0 && all.blend != Blend::nearest && all.dtype == DType::f16) {
    return Error(Code::invalid, fmt::format("{}: predictions of float16 cannot be blended; ask for "
                                            "float32",
                                            function->name()));
  }
  if (!holds(inner->spec().dtype, all.outside)) {
    return Error(Code::invalid,
                 fmt::format("{}: outside is {}, which {} samples cannot be", function->name(),
                             all.outside, dtype_name(inner->spec().dtype)));
  }
  return TileCalls(std::move(inner), std::move(function), all);
}

TileCalls::TileCalls(std::shared_ptr<const TileSource> inner,
                     std::shared_ptr<const TileFunction> function, const FunctionOptions& options)
    : inner_(std::move(inner)),
      function_(std::move(function)),
      options_(options),
      grid_(inner_->spec().levels.front().bounds(), options) {
  if (options_.cache_bytes == 0) options_.cache_bytes = usual_cache();
}

/// What readers who go on in strips (compute_region()) or by chunks come back to, within reason.
std::int64_t TileCalls::usual_cache() const {
  const std::int64_t batch = grid_.batch_columns() * grid_.batch_rows() * result_bytes();
  const std::int64_t deep = options_.overlap_px > 0 ? grid_.deep() : 0;
  const std::int64_t wanted = std::max(8 * batch, (8 + deep) * (2 + deep) * result_bytes());
  // Less than the windows of a pixel, or the batches at a corner, and each is worked out anew for
  // every tile that is read.
  const std::int64_t least = std::max(4 * batch, (deep + 1) * (deep + 1) * result_bytes());
  if (options_.stitch) return std::max(4 * least, kMostCache);  // see StitchSource
  const bool is_plain = deep == 0 && options_.batch == 0;
  return is_plain ? kLeastCache : std::max(least, std::clamp(wanted, kLeastCache, kMostCache));
}

std::int64_t TileCalls::result_bytes() const {
  return options_.tile_px * options_.tile_px * options_.channels *
         static_cast<std::int64_t>(dtype_bytes(options_.dtype));
}

std::string TileCalls::described(const FunctionTile& first, const FunctionTile& last) const {
  const Rect all =
      intersect({first.core.x0, first.core.y0, last.core.x1, last.core.y1}, grid_.image());
  const bool is_one = first.row == last.row && first.column == last.column;
  return fmt::format("{} on tile{} ({}, {}){}, x {} to {}, y {} to {}", function_->name(),
                     is_one ? "" : "s", first.row, first.column,
                     is_one ? "" : fmt::format(" to ({}, {})", last.row, last.column), all.x0,
                     all.x1, all.y0, all.y1);
}

Status TileCalls::read(const FunctionTile& tile, MutableView out, ReadContext& ctx) const {
  if (!options_.boundary) return inner_->read(inner_->spec().region(0, tile.halo), out, ctx);
  return read_padded(*inner_, tile.halo, {*options_.boundary, options_.outside}, out, ctx);
}

Status TileCalls::call(const FunctionTile& tile, MutableView out, ReadContext& ctx) const {
  const ImageSpec& from = inner_->spec();
  View in;
  if (grid_.image().contains(tile.halo)) in = inner_->borrow(from.region(0, tile.halo));
  std::vector<std::byte> memory;
  if (in.data() == nullptr) {
    const Layout layout = planar(from.dtype, tile.halo.height(), tile.halo.width(), from.channels);
    memory.resize(layout.packed_bytes());
    const MutableView view(memory.data(), layout);
    PANTILE_TRY(read(tile, view, ctx));
    in = view;
  }
  Status done = function_->apply(tile, in, out);
  if (done.ok()) return done;
  return done.error().with_context(described(tile, tile));
}

Status TileCalls::call(std::span<const FunctionTile> tiles, MutableView out,
                       ReadContext& ctx) const {
  const ImageSpec& from = inner_->spec();
  const Rect& halo = tiles.front().halo;
  const auto n = static_cast<int>(tiles.size());
  const Layout layout = planar(from.dtype, halo.height(), halo.width(), n * from.channels);
  std::vector<std::byte> memory(layout.packed_bytes());
  const MutableView in(memory.data(), layout);
  for (int k = 0; k < n; ++k) {
    if (ctx.cancelled()) return Error(Code::cancelled, "stopped on request");
    const MutableView one = in.select_channels(k * from.channels, (k + 1) * from.channels);
    PANTILE_TRY(read(tiles[static_cast<std::size_t>(k)], one, ctx));
  }
  Status done = function_->apply_batch(tiles, in, out);
  if (done.ok()) return done;
  return done.error().with_context(described(tiles.front(), tiles.back()));
}

Cost TileCalls::cost() const {
  const ImageSpec& from = inner_->spec();
  const Rect& image = grid_.image();
  // The largest there is; where a read's tiles lie decides little.
  const std::int64_t edge = options_.tile_px, around = edge + 2 * options_.halo_px;
  const Rect real{0, 0, std::min(around, image.width()), std::min(around, image.height())};
  Cost cost = inner_->cost(from.region(0, real));
  const bool is_padded = options_.batch > 0 || options_.overlap_px > 0;
  const std::int64_t in = (options_.boundary ? around * around : real.area()) * from.pixel_bytes();
  const std::int64_t core =
      is_padded ? edge * edge : std::min(edge, image.width()) * std::min(edge, image.height());
  const std::int64_t out =
      core * options_.channels * static_cast<std::int64_t>(dtype_bytes(options_.dtype));
  const std::int64_t together = grid_.batch_columns() * grid_.batch_rows();
  // What is mirrored is copied from the side.
  cost.scratch_bytes += 2 * together * (in + out) + (options_.boundary ? in : 0);
  return cost;
}

}  // namespace pantile
