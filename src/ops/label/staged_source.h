#pragma once
/// \file
/// A source that has to look at the whole image before it can give a pixel.

#include <cstdint>
#include <functional>

#include "pantile/tile_source.h"

namespace pantile::label {

/// Looks once, when it is told to, or at its first read. Thread-safe.
class StagedSource : public TileSource {
 public:
  /// Looks with `threads` threads, unless that is done; others that want it meanwhile wait. `made`
  /// hears how many samples more were looked at, of finding_samples() in all, from any thread.
  /// Errors: those of the source; cancelled; invalid (what cannot be worked with).
  virtual Status find(int threads, const CancelToken* cancel,
                      const std::function<void(std::int64_t)>& made) const = 0;
  /// Whether that was done.
  virtual bool found() const = 0;
  virtual std::int64_t finding_samples() const = 0;
  /// Most bytes that find() takes with that many threads, and what is kept of it.
  virtual std::int64_t finding_bytes(int threads) const = 0;
};

}  // namespace pantile::label
