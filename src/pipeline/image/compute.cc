#include "pipeline/image/compute.h"

#include <algorithm>
#include <atomic>
#include <vector>

#include "pipeline/drain/stage_reporter.h"
#include "runtime/workers.h"

namespace pantile {
namespace {

/// Blocks of about this many pixels: large beside a filter's halo, small beside an image.
constexpr std::int64_t kBlockRows = 256, kBlockColumns = 4096;

/// Where blocks of about `size` begin within [from, to), on multiples of `tile` where it matters.
std::vector<std::int64_t> cuts(std::int64_t from, std::int64_t to, std::int64_t size,
                               std::int64_t tile) {
  if (tile > 0) size = std::max(tile, size / tile * tile);
  std::vector<std::int64_t> at{from};
  std::int64_t next = tile > 0 ? (from / size + 1) * size : from + size;
  for (; next < to; next += size) at.push_back(next);
  at.push_back(to);
  return at;
}

}  // namespace

Status compute_region(const TileSource& source, const Region& region, MutableView out,
                      const RunOptions& run) {
  PANTILE_TRY(check_read(source.spec(), region, out));
  const Rect& all = region.rect;
  const std::int64_t tile = source.tile_px();
  const std::vector<std::int64_t> xs = cuts(all.x0, all.x1, tile > 0 ? tile : kBlockColumns, tile);
  const std::vector<std::int64_t> ys = cuts(all.y0, all.y1, tile > 0 ? tile : kBlockRows, tile);
  const auto columns = static_cast<std::int64_t>(xs.size()) - 1;
  const std::int64_t count = columns * (static_cast<std::int64_t>(ys.size()) - 1);
  StageReporter reporter(run.listener, "compute", "px", all.area());
  std::atomic<std::int64_t> next{0};
  std::atomic<bool> failed{false};
  const auto work = [&]() -> Status {
    ReadContext context{run.cancel};
    for (std::int64_t i = next++; i < count && !failed; i = next++) {
      if (context.cancelled()) return Error(Code::cancelled, "stopped on request");
      const auto x = static_cast<std::size_t>(i % columns),
                 y = static_cast<std::size_t>(i / columns);
      Region block = region;
      block.rect = {xs[x], ys[y], xs[x + 1], ys[y + 1]};
      PANTILE_TRY(source.read(block, out.window(translate(block.rect, -all.x0, -all.y0)), context));
      reporter.add(block.rect.area());
    }
    return {};
  };
  const int wanted = run.threads > 0 ? run.threads : available_cores();
  const auto threads = static_cast<int>(std::min<std::int64_t>(wanted, count));
  const Status done = run_workers(threads, [&](int) {
    const Status status = work();
    if (!status.ok()) failed = true;
    return status;
  });
  if (done.ok()) reporter.end();
  return done;
}

}  // namespace pantile
