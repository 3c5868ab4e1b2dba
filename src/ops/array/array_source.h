#pragma once
/// \file
/// Pixels that lie in memory as a source.

#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "pantile/tile_source.h"

namespace pantile {

/// One level: the samples of a view, or of such views one after the other along t and z, which
/// somebody keeps in memory and leaves as they are while they are read. Nothing is copied to read
/// them in place (borrow()). Its fingerprint is that of all samples, which are looked at once, when
/// it is first asked for. Thread-safe.
class ArraySource final : public TileSource {
 public:
  /// `pixels`: plane (0, 0), host memory, any strides; `owner` keeps it there. `spec`: its type,
  /// channels and level 0 agree with the view. `planes`: where the spec's other planes lie.
  /// Errors: invalid (an empty view; a spec that does not agree).
  static Result<std::unique_ptr<ArraySource>> make(View pixels, std::shared_ptr<const void> owner,
                                                   ImageSpec spec, PlaneStrides planes = {});

  const ImageSpec& spec() const override { return spec_; }
  Cost cost(const Region&) const override { return {}; }
  Status read(const Region& region, MutableView out, ReadContext& ctx) const override;
  Fingerprint fingerprint() const override;
  View borrow(const Region& region) const override;
  /// One, where a row holds a channel's samples side by side.
  int channels_together() const override;

 private:
  ArraySource(View pixels, std::shared_ptr<const void> owner, ImageSpec spec, PlaneStrides planes);
  View plane(std::int64_t t, std::int64_t z) const;

  View pixels_;
  PlaneStrides planes_;
  std::shared_ptr<const void> owner_;
  ImageSpec spec_;
  mutable std::mutex mutex_;
  mutable std::optional<Fingerprint> fingerprint_;
};

}  // namespace pantile
