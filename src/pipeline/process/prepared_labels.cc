#include "pipeline/process/prepared_labels.h"

#include "pipeline/drain/stage_reporter.h"

namespace pantile {

Status PreparedLabels::prepare(ByteStore*, int threads, const RunOptions& run,
                               std::vector<StageSummary>& stages) const {
  if (labels_->found()) return {};
  StageReporter reporter(run.listener, "components", "px", labels_->finding_samples());
  PANTILE_TRY(labels_->find(threads, run.cancel, [&](std::int64_t px) { reporter.add(px); }));
  stages.push_back(reporter.end());
  return {};
}

}  // namespace pantile
