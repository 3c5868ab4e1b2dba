#pragma once
/// \file
/// What reads a source's tiles beside the CPU's workers: a GPU, many tiles at a time.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "pantile/geometry.h"
#include "pantile/result.h"
#include "pantile/view.h"

namespace pantile {

/// Tiles that are being read together.
class TileBatch {
 public:
  virtual ~TileBatch() = default;
  /// Waits until every tile is there; for the lane's thread. Errors: io (the device is lost; read
  /// the tiles elsewhere), out_of_memory (not even one tile fits).
  virtual Status wait() = 0;
  /// Tile `i` of the batch, whole: zeros beyond the level's edge. After wait(); in host memory that
  /// lives as long as the batch.
  virtual View tile(std::size_t i) const = 0;
  /// Where the lane has it: tile `i` halved as a source of this kind is one pyramid level up. As
  /// tile(), of half its size, and the bits of reduce_2x2 on the part of it in the picture.
  virtual std::optional<View> half(std::size_t) const { return std::nullopt; }
};

/// Reads tiles of level 0 of one source, bit for bit as the source does. Used by one thread, but
/// its batches may end on any. It has to outlive them.
class TileLane {
 public:
  virtual ~TileLane() = default;
  /// "GPU 0 (NVIDIA …)".
  virtual const std::string& name() const = 0;
  /// The most tiles of a batch, and of batches that live at a time: enough that copies and
  /// launches hide behind each other.
  virtual int batch_tiles() const = 0;
  virtual int batches() const = 0;
  /// The most memory that it has held on the device at a time. As note(): for the thread that
  /// begins batches, or when it is done.
  virtual std::int64_t peak_device_bytes() const = 0;
  /// A sentence that the job's user should read in the end; empty: there is none.
  virtual std::string note() const { return {}; }
  /// Waits until fewer than batches() live, so that begin() does not.
  virtual void wait_for_room() = 0;
  /// Begins to read the tiles at `rects`, 1 to batch_tiles(); waits while batches() live. Errors:
  /// io (the device is lost), out_of_memory (not even one tile fits), internal (too many tiles).
  /// After any of them the lane is of no more use.
  virtual Result<std::unique_ptr<TileBatch>> begin(std::span<const Rect> rects) = 0;
};

}  // namespace pantile
