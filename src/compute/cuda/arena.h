#pragma once
/// \file
/// Memory of a device that is taken and given back in the order of a stream, without waiting.

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "compute/cuda/device.h"

namespace pantile::cuda {

class ArenaBlock;

/// A share of one device's memory: from a pool of the driver's, or, on a device without pools, from
/// plain allocations that are kept and used again. Thread-safe.
class DeviceArena : public std::enable_shared_from_this<DeviceArena> {
 public:
  /// At most `budget_bytes` are given out at a time; the driver's pool may reserve more. Errors:
  /// out_of_memory, io.
  static Result<std::shared_ptr<DeviceArena>> make(std::shared_ptr<const Device> device,
                                                   std::int64_t budget_bytes);
  ~DeviceArena();

  /// For work that is queued in `stream` from now on. Where the budget or the device's memory is
  /// used up, waits for blocks that were given back but whose work is not done. Errors:
  /// out_of_memory (also: beyond the budget), io.
  Result<ArenaBlock> take(const Stream& stream, std::int64_t bytes);

  /// The most that was held of the device's memory at a time, reserves of the pool included.
  std::int64_t peak_bytes() const;
  std::int64_t budget_bytes() const { return budget_bytes_; }
  const std::shared_ptr<const Device>& device() const { return device_; }

 private:
  friend class ArenaBlock;
  using PoolHandle = Owned<api::Pool, &api::Functions::pool_end>;

  /// Given back; the device may still be at work on it.
  struct Leaving {
    std::int64_t bytes;
    Event passed;
    DeviceMemory memory;  ///< Without a pool.
  };

  DeviceArena(std::shared_ptr<const Device> device, std::int64_t budget_bytes)
      : device_(std::move(device)), budget_bytes_(budget_bytes) {}
  void give_back(ArenaBlock& block);
  void drop_passed();
  void wait_for_oldest();
  void drop(Leaving& leaving);
  Status make_room(std::int64_t bytes);
  Result<ArenaBlock> take_from_device(const Stream& stream, std::int64_t bytes);
  Result<Event> take_event();

  const std::shared_ptr<const Device> device_;
  const std::int64_t budget_bytes_;
  PoolHandle pool_;  ///< Where the device has pools.
  mutable std::mutex mutex_;
  std::int64_t held_bytes_ = 0, peak_bytes_ = 0;
  std::deque<Leaving> leaving_;     ///< In the order in which they were given back.
  std::vector<DeviceMemory> kept_;  ///< Without a pool: free, to be used again.
  std::vector<Event> events_;       ///< To be used again.
};

/// Bytes on a device, not set to anything. In the end they are given back behind the work that the
/// stream holds by then.
class ArenaBlock {
 public:
  ArenaBlock() = default;
  ArenaBlock(ArenaBlock&& other) noexcept { *this = std::move(other); }
  ArenaBlock& operator=(ArenaBlock&& other) noexcept;
  ~ArenaBlock();

  api::Address address() const { return address_; }
  std::int64_t bytes() const { return bytes_; }

 private:
  friend class DeviceArena;
  std::shared_ptr<DeviceArena> arena_;
  std::optional<Stream> stream_;
  api::Address address_ = 0;
  std::int64_t bytes_ = 0;
  DeviceMemory memory_;  ///< Without a pool.
};

}  // namespace pantile::cuda
