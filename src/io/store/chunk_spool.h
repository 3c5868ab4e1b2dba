#pragma once
/// \file
/// Encoded chunks that wait for their unit's commit, in memory up to a cap, beyond it on disk.
/// Shared by every sink whose unit is one file of many chunks (TIFF fragments, Zarr shards).

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>

#include "io/store/byte_store.h"
#include "pantile/tile_sink.h"

namespace pantile {

/// Thread-safe. Memory held, by units that were taken too, is at most the cap plus the chunks being
/// put at this moment.
class ChunkSpool {
 public:
  /// The chunks of one unit, by index. One thread at a time.
  class Unit {
   public:
    explicit Unit(std::atomic<std::int64_t>& all_held_bytes) : all_held_bytes_(all_held_bytes) {}
    ~Unit() { all_held_bytes_ -= held_bytes_; }
    Unit(const Unit&) = delete;
    Unit& operator=(const Unit&) = delete;

    std::size_t count() const { return chunks_.size(); }
    /// Calls `fn(index, bytes)` (returning Status) for every chunk, indices rising.
    template <class Fn> Status for_each(Fn fn) const;
    /// The same; a chunk's memory is given back as soon as `fn` has returned. Call once, last.
    template <class Fn> Status consume(Fn fn);

   private:
    friend class ChunkSpool;
    struct Chunk {
      Bytes bytes;               ///< Empty when spooled.
      std::int64_t offset = -1;  ///< In `spool_`; -1: in memory.
      std::int64_t size = 0;
    };
    Status spill();

    std::mutex mutex_;
    std::map<std::int64_t, Chunk> chunks_;
    std::unique_ptr<Spool> spool_;
    std::atomic<std::int64_t> held_bytes_{0};
    std::atomic<std::int64_t>& all_held_bytes_;  ///< The spool's.
    bool taken_ = false;  ///< Belongs to a caller of take(), who reads without the mutex.
  };

  /// `store` gives the room on disk. When more than `memory_cap_bytes` are held, the units of the
  /// coarsest level, which stay open longest for the fewest bytes, go there first.
  ChunkSpool(std::shared_ptr<ByteStore> store, std::int64_t memory_cap_bytes)
      : store_(std::move(store)), cap_bytes_(memory_cap_bytes) {}

  /// Keeps `encoded` as chunk `index` of `unit`; a second one of that index replaces the first.
  /// Errors: out_of_space, io.
  Status put(UnitId unit, std::int64_t index, Bytes encoded);
  /// Removes and returns what was put for `unit`; an empty unit when nothing was. No put() for
  /// the same unit runs at the same time. The spool outlives what it returns.
  std::shared_ptr<Unit> take(UnitId unit);
  /// Forgets everything. No other call runs at the same time.
  void clear();
  std::int64_t held_bytes() const { return held_bytes_; }

 private:
  std::shared_ptr<Unit> coarsest_in_memory();  ///< Null when no unit holds any.
  Status move_to_disk(Unit& unit);

  std::shared_ptr<ByteStore> store_;
  std::int64_t cap_bytes_;
  std::mutex mutex_;  // of units_; never held together with a unit's
  std::map<UnitId, std::shared_ptr<Unit>> units_;
  std::atomic<std::int64_t> held_bytes_{0};
};

template <class Fn> Status ChunkSpool::Unit::for_each(Fn fn) const {
  Bytes scratch;
  for (const auto& [index, chunk] : chunks_) {
    if (chunk.offset < 0) {
      PANTILE_TRY(fn(index, std::span<const std::byte>(chunk.bytes)));
      continue;
    }
    scratch.resize(static_cast<std::size_t>(chunk.size));
    PANTILE_TRY(spool_->read(chunk.offset, scratch));
    PANTILE_TRY(fn(index, std::span<const std::byte>(scratch)));
  }
  return {};
}

template <class Fn> Status ChunkSpool::Unit::consume(Fn fn) {
  return for_each([&](std::int64_t index, std::span<const std::byte> bytes) -> Status {
    PANTILE_TRY(fn(index, bytes));
    Chunk& chunk = chunks_.at(index);
    if (chunk.offset >= 0) return {};
    chunk.bytes = Bytes();
    held_bytes_ -= chunk.size;
    all_held_bytes_ -= chunk.size;
    return {};
  });
}

}  // namespace pantile
