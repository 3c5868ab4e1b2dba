#pragma once
/// \file
/// The predictions of overlapping windows, blended.

#include <vector>

#include "ops/function/tile_results.h"

namespace pantile {

/// Weights of the pixels of a window of `n`, all greater than 0; of Blend::nearest all 1.
std::vector<double> window_weights(Blend blend, std::int64_t n);

/// See FunctionOptions::overlap_px. Thread-safe as what it calls.
class BlendSource final : public TileSource {
 public:
  explicit BlendSource(const TileCalls& calls);

  const ImageSpec& spec() const override { return spec_; }
  Cost cost(const Region& region) const override;
  Status read(const Region& region, MutableView out, ReadContext& ctx) const override;
  Fingerprint fingerprint() const override;
  std::int64_t tile_px() const override;

 private:
  /// Shares of the windows over pixels [begin, end) of an axis, which add up to 1 for each pixel:
  /// of window first + k and pixel begin + i at [k · (end − begin) + i].
  std::vector<double> shares(std::int64_t first, std::int64_t last, std::int64_t begin,
                             std::int64_t end) const;
  Status blend(const Region& block, MutableView out, ReadContext& ctx) const;

  TileResults results_;
  ImageSpec spec_;
  std::vector<double> weights_;
};

}  // namespace pantile
