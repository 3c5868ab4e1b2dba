#pragma once
/// \file
/// Another source through a function of tiles.

#include <memory>

#include "ops/cache/tile_cache.h"
#include "pantile/tile_function.h"

namespace pantile {

/// See apply_function(). Thread-safe as `inner` and the function are.
class FunctionSource final : public TileSource {
 public:
  static Result<std::unique_ptr<FunctionSource>> make(std::shared_ptr<const TileSource> inner,
                                                      std::shared_ptr<const TileFunction> function,
                                                      const FunctionOptions& options);

  const ImageSpec& spec() const override { return spec_; }
  Cost cost(const Region& region) const override;
  Status read(const Region& region, MutableView out, ReadContext& ctx) const override;
  Fingerprint fingerprint() const override;
  std::int64_t tile_px() const override { return options_.tile_px; }

 private:
  FunctionSource(std::shared_ptr<const TileSource> inner,
                 std::shared_ptr<const TileFunction> function, const FunctionOptions& options);
  FunctionTile tile_at(std::int64_t column, std::int64_t row) const;
  Status call(const FunctionTile& tile, MutableView out, ReadContext& ctx) const;

  std::shared_ptr<const TileSource> inner_;
  std::shared_ptr<const TileFunction> function_;
  FunctionOptions options_;
  ImageSpec spec_;
  mutable TileCache cache_;
};

}  // namespace pantile
