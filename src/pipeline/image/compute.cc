#include "pipeline/image/compute.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "grid/tile_grid.h"
#include "pipeline/drain/stage_reporter.h"
#include "runtime/workers.h"
#include "tile/work_items.h"

namespace pantile {
namespace {

/// Blocks of about this many pixels: large beside a filter's halo, small beside an image.
constexpr std::int64_t kBlockRows = 256, kBlockColumns = 4096;
/// Sources that come by tiles are read by several, up to this many pixels a side, …
constexpr std::int64_t kTiledBlock = 512;
/// … but no more than leave each thread this many blocks, since their costs differ.
constexpr std::int64_t kBlocksPerThread = 8;
/// They are taken in strips of so many, row by row, so that what a stencil reads around a row is
/// still in its source's cache when the next row comes: three rows of two tiles more than these.
constexpr std::int64_t kStripBlocks = 4;

/// Blocks of a grid, in that order.
struct Strips {
  std::int64_t columns, rows;

  std::int64_t count() const { return columns * rows; }
  /// Column and row.
  std::pair<std::size_t, std::size_t> at(std::int64_t i) const {
    const std::int64_t strip = i / (kStripBlocks * rows), first = strip * kStripBlocks;
    const std::int64_t width = std::min(kStripBlocks, columns - first);
    const std::int64_t k = i - first * rows;
    return {static_cast<std::size_t>(first + k % width), static_cast<std::size_t>(k / width)};
  }
};

/// Pixels a side of the blocks of a source of such tiles.
std::int64_t tiled_block(std::int64_t tile, const Rect& all, int threads) {
  const auto blocks = [&](std::int64_t side) {
    return ceil_div(all.width(), side) * ceil_div(all.height(), side);
  };
  std::int64_t tiles = std::max<std::int64_t>(1, kTiledBlock / tile);
  while (tiles > 1 && blocks(tiles * tile) < kBlocksPerThread * threads) tiles /= 2;
  return tiles * tile;
}

/// Where blocks of `size` begin within [from, to): on its multiples where `aligned`.
std::vector<std::int64_t> cuts(std::int64_t from, std::int64_t to, std::int64_t size,
                               bool aligned) {
  std::vector<std::int64_t> at{from};
  std::int64_t next = aligned ? (from / size + 1) * size : from + size;
  for (; next < to; next += size) at.push_back(next);
  at.push_back(to);
  return at;
}

/// Planes from `region`'s on.
struct Planes {
  std::int64_t t = 1, z = 1;
  PlaneStrides strides;

  std::int64_t count() const { return t * z; }
};

Status compute(const TileSource& source, const Region& region, MutableView out,
               const Planes& planes, const RunOptions& run) {
  PANTILE_TRY(check_read(source.spec(), region, out));
  const Rect& all = region.rect;
  const std::int64_t edge = source.tile_px();
  const int wanted = run.threads > 0 ? run.threads : available_cores();
  const std::int64_t side = edge > 0 ? tiled_block(edge, all, wanted) : 0;
  const std::vector<std::int64_t> xs =
      cuts(all.x0, all.x1, side > 0 ? side : kBlockColumns, side > 0);
  const std::vector<std::int64_t> ys = cuts(all.y0, all.y1, side > 0 ? side : kBlockRows, side > 0);
  const Strips strips{static_cast<std::int64_t>(xs.size()) - 1,
                      static_cast<std::int64_t>(ys.size()) - 1};
  const std::int64_t count = planes.count() * strips.count();
  StageReporter reporter(run.listener, "compute", "px", planes.count() * all.area());
  WorkItems items(count, run.cancel);
  const auto work = [&](int) {
    ReadContext context{run.cancel};
    return items.each([&](std::int64_t i) -> Status {
      const std::int64_t plane = i / strips.count();
      const std::int64_t t = plane / planes.z, z = plane % planes.z;
      const MutableView target(out.data() + t * planes.strides.t + z * planes.strides.z,
                               out.layout());
      const auto [x, y] = strips.at(i % strips.count());
      Region block = region;
      block.t += t;
      block.z += z;
      block.rect = {xs[x], ys[y], xs[x + 1], ys[y + 1]};
      const JobTile tile{block.rect, static_cast<std::int64_t>(x), static_cast<std::int64_t>(y),
                         strips.columns, strips.rows};
      PANTILE_TRY(reporter.tile(tile, [&] {
        return source.read(block, target.window(translate(block.rect, -all.x0, -all.y0)), context);
      }));
      reporter.add(block.rect.area());
      return {};
    });
  };
  const auto threads = static_cast<int>(std::min<std::int64_t>(wanted, count));
  const Status done = run_workers(threads, work);
  if (done.ok()) reporter.end();
  return done;
}

}  // namespace

Status compute_region(const TileSource& source, const Region& region, MutableView out,
                      const RunOptions& run) {
  return compute(source, region, out, {}, run);
}

Status compute_planes(const TileSource& source, MutableView out, PlaneStrides strides,
                      const RunOptions& run) {
  const ImageSpec& spec = source.spec();
  return compute(source, spec.region(0, spec.levels.front().bounds()), out,
                 {spec.t, spec.z, strides}, run);
}

}  // namespace pantile
