#include "pipeline/process/measured_source.h"

#include <utility>

#include "core/hash.h"
#include "runtime/workers.h"

namespace pantile {

Result<std::shared_ptr<const MeasuredSource>> MeasuredSource::make(const filter::Graph& graph) {
  PANTILE_ASSIGN(const filter::Graph to_come, with_numbers_to_come(graph));
  PANTILE_ASSIGN(auto stand_in, filter_and_crop(to_come, std::nullopt));
  return std::shared_ptr<const MeasuredSource>(new MeasuredSource(graph, std::move(stand_in)));
}

MeasuredSource::MeasuredSource(const filter::Graph& graph,
                               std::shared_ptr<const TileSource> stand_in)
    : fingerprint_(Hasher().add("measured 2").add(graph.fingerprint().hex()).finish()),
      stand_in_(std::move(stand_in)),
      settling_(graph, std::nullopt) {}

Status MeasuredSource::prepare(ByteStore* parts, int threads, const RunOptions& run,
                               std::vector<StageSummary>& stages) const {
  const std::lock_guard lock(mutex_);
  if (settled_) return {};
  PANTILE_ASSIGN(settled_, settling_.settle(parts, threads, run, stages));
  return {};
}

Status MeasuredSource::read(const Region& region, MutableView out, ReadContext& ctx) const {
  PANTILE_TRY(check_read(spec(), region, out));
  RunOptions run;
  run.cancel = ctx.cancel;
  std::vector<StageSummary> stages;
  PANTILE_TRY(prepare(nullptr, available_cores(), run, stages));
  return settled_->read(region, out, ctx);
}

}  // namespace pantile
