#pragma once
/// \file
/// Finding connected components, or what else a staged source looks for, as a stage of a job.

#include <memory>

#include "ops/label/staged_source.h"
#include "pipeline/process/prepared.h"

namespace pantile {

class PreparedLabels final : public Prepared {
 public:
  explicit PreparedLabels(std::shared_ptr<const label::StagedSource> labels)
      : labels_(std::move(labels)) {}
  std::int64_t preparing_bytes(int threads) const override {
    return labels_->finding_bytes(threads);
  }
  /// Stage "components". Nothing is kept for a resume: finding them again is cheap beside writing.
  Status prepare(ByteStore* parts, int threads, const RunOptions& run,
                 std::vector<StageSummary>& stages) const override;

 private:
  std::shared_ptr<const label::StagedSource> labels_;
};

}  // namespace pantile
