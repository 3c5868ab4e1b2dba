#pragma once
/// \file
/// A source whose tiles are decoded once, though many readers want their borders.

#include <memory>

#include "ops/cache/tile_cache.h"
#include "pantile/tile_source.h"

namespace pantile {

/// `inner`, with the tiles that its tile_px() says kept for a while when reads cross their borders:
/// stencils that go tile by tile would else have every tile decoded nine times. Reads of just one
/// whole tile go straight through. Thread-safe as `inner` is.
class CachedSource final : public TileSource {
 public:
  /// `source` itself where it has no tiles, or lends its pixels.
  static std::shared_ptr<const TileSource> over(std::shared_ptr<const TileSource> source);

  explicit CachedSource(std::shared_ptr<const TileSource> inner);

  const ImageSpec& spec() const override { return inner_->spec(); }
  Cost cost(const Region& region) const override;
  Status read(const Region& region, MutableView out, ReadContext& ctx) const override;
  Fingerprint fingerprint() const override { return inner_->fingerprint(); }
  const EncodedChunks* encoded_chunks() const override { return inner_->encoded_chunks(); }
  View borrow(const Region& region) const override { return inner_->borrow(region); }
  int channels_together() const override { return inner_->channels_together(); }
  std::int64_t tile_px() const override { return tile_px_; }

 private:
  std::shared_ptr<const TileSource> inner_;
  std::int64_t tile_px_;
  std::int64_t capacity_bytes_;
  mutable TileCache cache_;
};

}  // namespace pantile
