#pragma once
/// \file
/// A source through operators of which some depend on the whole image.

#include <memory>
#include <mutex>
#include <vector>

#include "ops/filter/graph.h"
#include "pantile/tile_source.h"
#include "pipeline/process/filtered_image.h"
#include "pipeline/process/prepared.h"

namespace pantile {

/// What was given, measured at the first read unless somebody has it measured before. Its
/// fingerprint is known without. Thread-safe.
class MeasuredSource final : public TileSource, public Prepared {
 public:
  /// Errors: invalid.
  static Result<std::shared_ptr<const MeasuredSource>> make(const filter::Graph& graph);

  const ImageSpec& spec() const override { return stand_in_->spec(); }
  Cost cost(const Region& region) const override { return stand_in_->cost(region); }
  Status read(const Region& region, MutableView out, ReadContext& ctx) const override;
  Fingerprint fingerprint() const override { return fingerprint_; }
  int channels_together() const override { return stand_in_->channels_together(); }
  std::int64_t tile_px() const override { return stand_in_->tile_px(); }

  std::int64_t preparing_bytes(int threads) const override {
    return settling_.memory_bytes(threads);
  }
  Status prepare(ByteStore* parts, int threads, const RunOptions& run,
                 std::vector<StageSummary>& stages) const override;

 private:
  MeasuredSource(const filter::Graph& graph, std::shared_ptr<const TileSource> stand_in);

  Fingerprint fingerprint_;
  std::shared_ptr<const TileSource> stand_in_;  ///< With other numbers: for spec and costs.
  mutable GraphSettling settling_;
  mutable std::mutex mutex_;
  mutable std::shared_ptr<const TileSource> settled_;
};

}  // namespace pantile
