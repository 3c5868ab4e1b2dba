#pragma once
/// \file
/// One face of everything: a source answers "give me these pixels of this level".

#include <atomic>
#include <cstdint>

#include "pantile/fingerprint.h"
#include "pantile/geometry.h"
#include "pantile/image_spec.h"
#include "pantile/result.h"
#include "pantile/view.h"

namespace pantile {

class EncodedChunks;

/// A flag that one side raises and the other polls. Thread- and signal-safe.
class CancelToken {
 public:
  void cancel() { cancelled_.store(true, std::memory_order_relaxed); }
  bool cancelled() const { return cancelled_.load(std::memory_order_relaxed); }

 private:
  std::atomic<bool> cancelled_{false};
  static_assert(std::atomic<bool>::is_always_lock_free);
};

/// Upper bound of the memory that reading takes; the scheduler reserves it at admission.
struct Cost {
  std::int64_t scratch_bytes = 0;  ///< Of one read: every read at a time takes as much.
  std::int64_t shared_bytes = 0;   ///< Kept between reads (caches), once however many read.
};

/// What a reader brings along. Devices are arguments, never globals.
struct ReadContext {
  const CancelToken* cancel = nullptr;  ///< May be null: never cancelled.

  bool cancelled() const { return cancel != nullptr && cancel->cancelled(); }
};

/// An image that can be asked for any rectangle of any of its levels.
class TileSource {
 public:
  virtual ~TileSource() = default;
  virtual const ImageSpec& spec() const = 0;
  /// Upper bound of memory for reading `region`, for the whole chain below.
  virtual Cost cost(const Region& region) const = 0;
  /// Fills `out` with `region`. Any rect inside the level is legal, at any alignment.
  /// `out` has the region's height, width and channels, and spec().dtype; any strides.
  /// `out` lies in host memory.
  /// Thread-safe. Errors: invalid (region outside the image; wrong shape, type or place), and
  /// whatever lies below (corrupt, io, cancelled).
  virtual Status read(const Region& region, MutableView out, ReadContext& ctx) const = 0;
  /// Identity of the pixels this source returns.
  virtual Fingerprint fingerprint() const = 0;
  /// The source's chunks as they lie on disk; null when there are none that show its pixels just
  /// as they are. Belongs to the source.
  virtual const EncodedChunks* encoded_chunks() const { return nullptr; }
  /// The pixels of `region`, which lies in the image, where they are in memory already, just as
  /// read() would give them; null data: there is no such place. They stay as long as the source.
  /// Thread-safe.
  virtual View borrow(const Region&) const { return {}; }
  /// Channels that come together, from 0 on in groups of so many: one of a group takes as long to
  /// read as all of it. Divides spec().channels.
  virtual int channels_together() const { return spec().channels; }
  /// Edge of the squares, on a grid from (0, 0), of which reads had best be made, because each is
  /// worked out or decoded as a whole; 0: any rectangle will do.
  virtual std::int64_t tile_px() const { return 0; }
};

/// The check every read() begins with: region inside the image, `out` of its shape and type and
/// in host memory. Errors: invalid.
Status check_read(const ImageSpec& spec, const Region& region, const MutableView& out);

}  // namespace pantile
