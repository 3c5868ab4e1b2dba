#pragma once
/// \file
/// Joining the labels of overlapping windows as a stage of a job.

#include <memory>

#include "ops/function/stitch_source.h"
#include "pipeline/process/prepared.h"

namespace pantile {

class PreparedStitch final : public Prepared {
 public:
  explicit PreparedStitch(std::shared_ptr<const StitchSource> labels)
      : labels_(std::move(labels)) {}
  std::int64_t preparing_bytes(int threads) const override {
    return labels_->finding_bytes(threads);
  }
  /// Stage "windows". Nothing is kept for a resume.
  Status prepare(ByteStore* parts, int threads, const RunOptions& run,
                 std::vector<StageSummary>& stages) const override;

 private:
  std::shared_ptr<const StitchSource> labels_;
};

}  // namespace pantile
