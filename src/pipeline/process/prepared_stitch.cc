#include "pipeline/process/prepared_stitch.h"

#include "pipeline/drain/stage_reporter.h"

namespace pantile {

Status PreparedStitch::prepare(ByteStore*, int threads, const RunOptions& run,
                               std::vector<StageSummary>& stages) const {
  if (labels_->found()) return {};
  StageReporter reporter(run.listener, "windows", "windows", labels_->windows());
  PANTILE_TRY(labels_->find(threads, run.cancel, [&](std::int64_t n) { reporter.add(n); }));
  stages.push_back(reporter.end());
  return {};
}

}  // namespace pantile
