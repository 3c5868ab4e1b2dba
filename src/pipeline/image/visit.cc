#include <algorithm>
#include <utility>

#include "grid/tile_grid.h"
#include "ops/function/tile_calls.h"
#include "pantile/image.h"
#include "pipeline/drain/stage_reporter.h"
#include "pipeline/image/prepare.h"
#include "runtime/workers.h"
#include "tile/work_items.h"

namespace pantile {

Status Image::visit(std::shared_ptr<const TileFunction> function, const FunctionOptions& options,
                    const RunOptions& run) const {
  const FloatEnvironmentScope float_environment;
  PANTILE_ASSIGN(const TileCalls calls,
                 TileCalls::make(state_->source, std::move(function), options));
  PANTILE_TRY(prepare(*state_, run));
  const FunctionGrid& grid = calls.grid();
  const std::int64_t columns = ceil_div(grid.columns(), grid.batch_columns());
  const std::int64_t batches = columns * ceil_div(grid.rows(), grid.batch_rows());
  StageReporter reporter(run.listener, "chunks", "chunks", grid.columns() * grid.rows());
  WorkItems items(batches, run.cancel);
  const auto work = [&](int) {
    ReadContext ctx{run.cancel};
    return items.each([&](std::int64_t i) -> Status {
      const auto tiles = grid.tiles(
          grid.batch_of(i % columns * grid.batch_columns(), i / columns * grid.batch_rows()));
      if (options.batch > 0) {
        PANTILE_TRY(calls.call(tiles, {}, ctx));
      } else {
        PANTILE_TRY(calls.call(tiles.front(), {}, ctx));
      }
      reporter.add(static_cast<std::int64_t>(tiles.size()));
      return {};
    });
  };
  const int wanted = run.threads > 0 ? run.threads : available_cores();
  const Status done = run_workers(static_cast<int>(std::min<std::int64_t>(wanted, batches)), work);
  if (done.ok()) reporter.end();
  return done;
}

}  // namespace pantile
