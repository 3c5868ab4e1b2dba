#pragma once
/// \file
/// Pixels that lie in memory as a source.

#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "pantile/tile_source.h"

namespace pantile {

/// One level of one plane: the samples of a view, which somebody keeps in memory and leaves as they
/// are while they are read. Nothing is copied to read them in place (borrow()). Its fingerprint is
/// that of all samples, which are looked at once, when it is first asked for. Thread-safe.
class ArraySource final : public TileSource {
 public:
  /// `pixels`: host memory, any strides; `owner` keeps it there. `spec`: its type, channels and
  /// level 0 agree with the view. Errors: invalid (an empty view; a spec that does not agree).
  static Result<std::unique_ptr<ArraySource>> make(View pixels, std::shared_ptr<const void> owner,
                                                   ImageSpec spec);

  const ImageSpec& spec() const override { return spec_; }
  Cost cost(const Region&) const override { return {}; }
  Status read(const Region& region, MutableView out, ReadContext& ctx) const override;
  Fingerprint fingerprint() const override;
  View borrow(const Region& region) const override;

 private:
  ArraySource(View pixels, std::shared_ptr<const void> owner, ImageSpec spec);

  View pixels_;
  std::shared_ptr<const void> owner_;
  ImageSpec spec_;
  mutable std::mutex mutex_;
  mutable std::optional<Fingerprint> fingerprint_;
};

}  // namespace pantile
