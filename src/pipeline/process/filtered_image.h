#pragma once
/// \file
/// An image through operators whose quantiles have to be measured first.

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "ops/filter/catalogue.h"
#include "pantile/geometry.h"
#include "pipeline/file/file_job.h"

namespace pantile {

/// `chains` over `inner`, one for all channels or one for each, then `region` cut out of it.
/// Errors: invalid.
Result<std::shared_ptr<const TileSource>> filter_and_crop(std::shared_ptr<const TileSource> inner,
                                                          const std::vector<filter::Chain>& chains,
                                                          const std::optional<Rect>& region);

/// `chain` with ranges that stand for what is not measured yet: for specs and costs.
filter::Chain with_ranges_to_come(filter::Chain chain);

/// Measures the quantiles of a chain, one rescale after the other, a stage each ("statistics").
class QuantileSettling final : public Settling {
 public:
  QuantileSettling(std::shared_ptr<const TileSource> inner, filter::Chain chain,
                   std::optional<Rect> region)
      : inner_(std::move(inner)), chain_(std::move(chain)), region_(region) {}

  std::int64_t memory_bytes(int threads) const override;
  Result<std::shared_ptr<const TileSource>> settle(ByteStore* parts, int threads,
                                                   const RunOptions& run,
                                                   std::vector<StageSummary>& stages) override;

 private:
  const std::shared_ptr<const TileSource> inner_;
  const filter::Chain chain_;
  const std::optional<Rect> region_;
};

}  // namespace pantile
