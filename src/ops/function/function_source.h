#pragma once
/// \file
/// Another source through a function of tiles.

#include "ops/function/tile_results.h"

namespace pantile {

/// What an image is after a function.
ImageSpec spec_after(const TileCalls& calls);
/// Identity of what the function makes of the image, in `what`.
Fingerprint fingerprint_after(const TileCalls& calls, std::string_view what);

/// See apply_function(), of tiles that do not overlap or of which the nearest is taken. Thread-safe
/// as `inner` and the function are.
class FunctionSource final : public TileSource {
 public:
  explicit FunctionSource(const TileCalls& calls);

  const ImageSpec& spec() const override { return spec_; }
  Cost cost(const Region& region) const override;
  Status read(const Region& region, MutableView out, ReadContext& ctx) const override;
  Fingerprint fingerprint() const override;
  /// Of blocks of whole batches.
  std::int64_t tile_px() const override;

 private:
  Status read_tile(const FunctionTile& tile, const Region& region, MutableView out,
                   ReadContext& ctx) const;

  TileResults results_;
  ImageSpec spec_;
};

}  // namespace pantile
