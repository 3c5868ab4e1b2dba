#include "pipeline/process/measured_source.h"

#include <utility>

#include "core/hash.h"
#include "runtime/workers.h"

namespace pantile {

Result<std::shared_ptr<const MeasuredSource>> MeasuredSource::make(
    std::shared_ptr<const TileSource> inner, filter::Chain chain) {
  PANTILE_ASSIGN(auto stand_in, filter_and_crop(inner, {with_ranges_to_come(chain)}, std::nullopt));
  return std::shared_ptr<const MeasuredSource>(
      new MeasuredSource(std::move(inner), std::move(chain), std::move(stand_in)));
}

MeasuredSource::MeasuredSource(std::shared_ptr<const TileSource> inner, filter::Chain chain,
                               std::shared_ptr<const TileSource> stand_in)
    : inner_(std::move(inner)),
      chain_(filter::text_of(chain)),
      stand_in_(std::move(stand_in)),
      settling_(inner_, std::move(chain), std::nullopt) {}

Status MeasuredSource::measure(ByteStore* parts, int threads, const RunOptions& run,
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
  PANTILE_TRY(measure(nullptr, available_cores(), run, stages));
  return settled_->read(region, out, ctx);
}

Fingerprint MeasuredSource::fingerprint() const {
  return Hasher().add("measured 1").add(inner_->fingerprint().hex()).add(chain_).finish();
}

}  // namespace pantile
