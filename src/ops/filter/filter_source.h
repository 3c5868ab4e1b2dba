#pragma once
/// \file
/// Another source through a chain of operators.

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "ops/filter/compile.h"
#include "pantile/tile_source.h"

namespace pantile::filter {

/// One level: level 0 of `inner`, every channel and plane by itself. Any rectangle has the bits
/// that it has in the whole image; boundary rules act at the image's edges only, on what lies
/// between operators too. Samples that are not numbers are stored as the one quiet NaN.
/// Thread-safe as `inner` is.
class FilterSource final : public TileSource {
 public:
  /// `chain` has no quantiles left. Errors: invalid.
  static Result<std::unique_ptr<FilterSource>> make(std::shared_ptr<const TileSource> inner,
                                                    const Chain& chain);
  /// The same operators with other numbers for each channel. `chains`: one, or one per channel.
  static Result<std::unique_ptr<FilterSource>> make(std::shared_ptr<const TileSource> inner,
                                                    const std::vector<Chain>& chains);
  ~FilterSource() override;

  const ImageSpec& spec() const override { return spec_; }
  Cost cost(const Region& region) const override;
  Status read(const Region& region, MutableView out, ReadContext& ctx) const override;
  Fingerprint fingerprint() const override;
  std::int64_t tile_px() const override { return inner_->tile_px(); }

 private:
  struct Scratch;
  class Lease;
  FilterSource(std::shared_ptr<const TileSource> inner, const std::vector<Chain>& chains,
               std::vector<Compiled> compiled);
  const RowPipeline& pipeline(int channel) const {
    return pipelines_[static_cast<std::size_t>(channel) % pipelines_.size()];
  }

  std::shared_ptr<const TileSource> inner_;
  std::vector<std::string> chains_;
  ImageSpec spec_;
  std::vector<RowPipeline> pipelines_;  ///< One, or one per channel; alike but for numbers.
  mutable std::mutex mutex_;
  mutable std::vector<std::unique_ptr<Scratch>> free_;
};

}  // namespace pantile::filter
