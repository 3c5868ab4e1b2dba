#pragma once
/// \file
/// The other face: a sink takes chunks, collects them in units, and commits units atomically.

#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "pantile/image_spec.h"
#include "pantile/result.h"
#include "pantile/tile_source.h"
#include "pantile/view.h"

namespace pantile {

/// A unit of commit: the shard at column x, row y of a level's shard grid, of one group of planes.
struct UnitId {
  int level = 0;
  std::int64_t x = 0, y = 0;
  std::int64_t group = 0;  ///< Of SinkPlan's.
  friend auto operator<=>(const UnitId&, const UnitId&) = default;
};

/// A unit of encoding: the chunk at column x, row y of a level's chunk grid, of one group of
/// planes.
struct ChunkId {
  int level = 0;
  std::int64_t x = 0, y = 0;
  std::int64_t group = 0;  ///< Of SinkPlan's.
  friend auto operator<=>(const ChunkId&, const ChunkId&) = default;
};

/// What lies on disk, whoever computes it. Follows from the image and the flags alone.
struct SinkPlan {
  ImageSpec spec;                ///< With every level that is to be written.
  std::int64_t chunk_px = 512;   ///< Chunk (= TIFF tile) edge, multiple of 16.
  std::int64_t shard_px = 4096;  ///< Shard edge, a multiple of chunk_px.
  bool planes = false;           ///< A store's chunks hold one channel each, not all of a unit.
  /// Channels of a unit, which divide the image's; 0: all. One plane (t, z) and so many of its
  /// channels are a group: everything is made and written group by group, in the order t, z, c.
  int group_channels = 0;

  int unit_channels() const { return group_channels > 0 ? group_channels : spec.channels; }
  /// Bytes of a pixel of a unit.
  std::int64_t unit_pixel_bytes() const {
    return static_cast<std::int64_t>(dtype_bytes(spec.dtype)) * unit_channels();
  }
  std::int64_t groups() const { return spec.t * spec.z * (spec.channels / unit_channels()); }
};

/// Turns one chunk of pixels into bytes and back. Immutable and thread-safe: per-thread state
/// lives in the Scratch that each worker makes for itself.
class ChunkCodec {
 public:
  class Scratch {
   public:
    virtual ~Scratch() = default;
  };

  virtual ~ChunkCodec() = default;
  /// Names codec, level and layout: codecs of equal identity give each other's bytes.
  virtual std::string identity() const = 0;
  virtual std::unique_ptr<Scratch> make_scratch() const = 0;
  /// Encodes a full chunk (border chunks padded), packed and interleaved (y, x, c), appending
  /// to nothing: `out` is replaced.
  virtual Status encode(View chunk, Scratch& scratch, std::vector<std::byte>& out) const = 0;
  /// Fills the packed interleaved `chunk` from encoded bytes. Errors: corrupt.
  virtual Status decode(std::span<const std::byte> bytes, Scratch& scratch,
                        MutableView chunk) const = 0;
  /// Upper bound of memory that one Scratch and one encoded chunk take, in bytes.
  virtual std::int64_t working_bytes(const Layout& chunk) const = 0;
};

/// Receives the chunks of a job. Order: begin; for each unit any number of put() from any
/// thread, then one commit(); finish or abort.
class TileSink {
 public:
  virtual ~TileSink() = default;
  virtual std::string name() const = 0;  ///< For messages and the summary: "image.ome.zarr".
  /// Identity of everything about the *form* of what is written (codec, layout, dialect),
  /// as a line of text that a job records and compares.
  virtual std::string form() const = 0;
  /// How chunks are to be encoded before put(). Never null.
  virtual std::shared_ptr<const ChunkCodec> codec() const = 0;
  /// Prepares for this image, and finds what an earlier sink of the same plan and form has
  /// committed or finished, which stays. Call once, before anything below, on one thread. Other
  /// processes may begin the same plan and write other units of it; the caller sees to it that
  /// nobody else writes there. Where it is refused, nothing that was there has changed.
  /// Errors: invalid (a plan or an option that this form cannot hold); conflict (another image, or
  /// one in another form, lies there); out_of_space, io.
  virtual Status begin(const SinkPlan& plan) = 0;
  /// True when `unit` lies committed under its final name; what resume asks. Thread-safe.
  virtual bool committed(UnitId unit) const = 0;
  /// Takes one encoded chunk of an uncommitted unit, to which it belongs; it waits, in memory or on
  /// disk, for the unit's commit, and is lost with the process. Thread-safe.
  /// Errors: internal (noticed that the chunk is not the unit's); out_of_space, io.
  virtual Status put(UnitId unit, ChunkId chunk, std::vector<std::byte> encoded) = 0;
  /// Writes the unit: temporary file, sync, rename. Every chunk of the unit that overlaps the
  /// image has been put. Idempotent; thread-safe for different units. After an error the chunks
  /// are gone: if committed() then denies the unit, they have to be put again.
  /// Errors: internal (a chunk is missing); out_of_space, io; corrupt (an earlier unit's bytes).
  virtual Status commit(UnitId unit) = 0;
  /// True when readers already see the complete image, so nothing is left to do.
  virtual bool finished() const = 0;
  /// Makes the image complete for readers. Every unit is committed. Idempotent; on one thread,
  /// when no put() or commit() is running. After an error the image is not there for readers, what
  /// is committed stays, and it can be called again.
  /// Errors: internal or not_found (a unit is not committed); corrupt (a unit's bytes are not those
  /// that were committed); cancelled; out_of_space, io.
  virtual Status finish() = 0;
  /// The units committed so far, as a source of all levels that can be read while others are
  /// being written; null when the sink cannot be read back bit for bit. After begin().
  virtual Result<std::unique_ptr<TileSource>> open_committed() const {
    return std::unique_ptr<TileSource>();
  }
  /// Drops what is not committed, keeps the rest for a later resume.
  virtual void abort() = 0;
  /// Bytes committed to disk by this process so far, for the summary.
  virtual std::int64_t bytes_written() const = 0;
};

}  // namespace pantile
