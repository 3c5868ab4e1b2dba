#pragma once
/// \file
/// Work that a device does batch by batch and leaves in pinned host memory, several batches at a
/// time: one is drawn, one copied, the others are in the hands of whoever reads them.

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "compute/cuda/arena.h"
#include "compute/cuda/device.h"

namespace pantile::cuda {

/// Items of a batch that are made together, in one piece of the device's memory.
struct BatchPart {
  const Stream& stream;
  api::Address memory = 0;            ///< For `most` items, aligned to 256 bytes.
  std::int64_t most = 0;              ///< At least `count`.
  std::int64_t first = 0, count = 0;  ///< Which of the batch's items.
  std::byte* host = nullptr;          ///< The batch's memory: batch_items() items.
};

/// Queues the making of a part and its copies to the host; called again where it did not come to an
/// end. Errors: out_of_memory (then fewer items are tried), and any other, which ends the batch.
using QueuePart = std::function<Status(const BatchPart&)>;

/// Batches are begun and waited for by one thread, and may end on any. The ring has to outlive
/// them.
class BatchRing {
 private:
  struct Slot;

 public:
  struct Size {
    std::int64_t item_bytes = 0;  ///< On the device, and again in host memory.
    int batch_items = 1;          ///< Of a batch; half as many, and so on, where they do not fit.
    int batches = 2;              ///< That live at a time.
  };
  /// The device gives at most as much memory as all batches take. Errors: out_of_memory (not even
  /// one item fits), io.
  static Result<std::unique_ptr<BatchRing>> make(std::shared_ptr<const Device> device,
                                                 const Size& size);
  ~BatchRing();

  /// Under way, or read. It has memory of the device's only while it is made and copied.
  class Batch {
   public:
    Batch(Batch&& other) noexcept
        : ring_(other.ring_), slot_(std::exchange(other.slot_, nullptr)), waited_(other.waited_) {}
    Batch& operator=(Batch&&) = delete;
    /// Waits first, where nobody has: the memory must not be used anew before.
    ~Batch();
    /// Until all of it is in the host's memory. A device that ran out of memory makes it once more,
    /// in smaller parts. Errors: out_of_memory (not even one item fits), io.
    Status wait();
    /// batch_items() items, those of the batch first; after wait(), while the batch lives.
    std::byte* data() const;

   private:
    friend class BatchRing;
    Batch(BatchRing& ring, Slot& slot) : ring_(&ring), slot_(&slot) {}
    BatchRing* ring_;
    Slot* slot_;
    bool waited_ = false;
  };

  /// Waits until fewer than batches() live.
  void wait_for_room();
  /// `items`: 1 to batch_items(); waits for room. `queue` is called now, and by the batch's wait().
  /// Errors: those of `queue`; out_of_memory (not even one item fits any more), io.
  Result<Batch> begin(int items, QueuePart queue);

  int batch_items() const { return batch_items_; }
  /// Made at a time: fewer where the device is short of memory. For the thread that begins.
  int part_items() const { return part_items_; }
  int batches() const { return static_cast<int>(slots_.size()); }
  /// The most that was held at a time.
  std::int64_t peak_device_bytes() const { return arena_->peak_bytes(); }
  std::int64_t pinned_bytes() const { return batches() * bytes_of(batch_items_); }

 private:
  BatchRing(std::shared_ptr<const Device> device, std::int64_t item_bytes);
  std::int64_t bytes_of(std::int64_t items) const { return items * item_bytes_; }
  Status take_pinned_memory(const Size& size);
  Status try_device_memory();
  Status queue_batch(Slot& slot);
  Status queue_parts(Slot& slot, int part_items, int& queued);
  Status finish(Slot& slot);
  Slot& take_slot();
  void give_back(Slot& slot);

  const std::shared_ptr<const Device> device_;
  const std::int64_t item_bytes_;
  int batch_items_ = 0, part_items_ = 0;
  std::shared_ptr<DeviceArena> arena_;
  std::vector<std::unique_ptr<Slot>> slots_;
  std::mutex mutex_;  ///< Of what is free.
  std::condition_variable given_back_;
};

}  // namespace pantile::cuda
