#include "compute/cuda/batch_ring.h"

#include <algorithm>

namespace pantile::cuda {
namespace {

bool is_out_of_memory(const Status& status) {
  return !status.ok() && status.error().code() == Code::out_of_memory;
}

}  // namespace

struct BatchRing::Slot {
  Stream stream;
  PinnedMemory host;
  bool is_free = true;
  // Of the batch that it holds:
  int items = 0;
  int largest_part = 0;  ///< That was queued since somebody waited last.
  QueuePart queue = nullptr;
};

BatchRing::BatchRing(std::shared_ptr<const Device> device, std::int64_t item_bytes)
    : device_(std::move(device)), item_bytes_(item_bytes) {}
BatchRing::~BatchRing() = default;

Result<std::unique_ptr<BatchRing>> BatchRing::make(std::shared_ptr<const Device> device,
                                                   const Size& size) {
  std::unique_ptr<BatchRing> ring(new BatchRing(device, size.item_bytes));
  PANTILE_TRY(ring->take_pinned_memory(size));
  PANTILE_ASSIGN(
      ring->arena_,
      DeviceArena::make(std::move(device), ring->batches() * ring->bytes_of(ring->batch_items_)));
  PANTILE_TRY(ring->try_device_memory());
  return ring;
}

/// Halves the batch until all slots fit.
Status BatchRing::take_pinned_memory(const Size& size) {
  const auto take = [&]() -> Status {
    slots_.clear();
    for (int i = 0; i < size.batches; ++i) {
      PANTILE_ASSIGN(auto stream, Stream::make(device_));
      PANTILE_ASSIGN(auto host, PinnedMemory::take(device_, bytes_of(batch_items_)));
      slots_.push_back(std::make_unique<Slot>(Slot{std::move(stream), std::move(host)}));
    }
    return {};
  };
  batch_items_ = size.batch_items;
  Status taken = take();
  while (is_out_of_memory(taken) && batch_items_ > 1) {
    batch_items_ /= 2;
    taken = take();
  }
  return taken;
}

/// Better to learn now that not even one item fits than in the middle of the job.
Status BatchRing::try_device_memory() {
  const Stream& stream = slots_.front()->stream;
  for (part_items_ = batch_items_;; part_items_ /= 2) {
    const auto block = arena_->take(stream, bytes_of(part_items_));
    if (block.ok()) break;
    if (block.error().code() != Code::out_of_memory || part_items_ == 1) return block.error();
  }
  return stream.wait();
}

void BatchRing::wait_for_room() {
  std::unique_lock lock(mutex_);
  given_back_.wait(lock,
                   [&] { return std::ranges::any_of(slots_, [](auto& s) { return s->is_free; }); });
}

BatchRing::Slot& BatchRing::take_slot() {
  wait_for_room();
  const std::lock_guard lock(mutex_);  // nobody else takes one
  Slot& slot = **std::ranges::find_if(slots_, [](auto& s) { return s->is_free; });
  slot.is_free = false;
  return slot;
}

void BatchRing::give_back(Slot& slot) {
  slot.queue = nullptr;
  const std::lock_guard lock(mutex_);
  slot.is_free = true;
  given_back_.notify_one();
}

Result<BatchRing::Batch> BatchRing::begin(int items, QueuePart queue) {
  Slot& slot = take_slot();
  Batch batch(*this, slot);
  slot.items = items;
  slot.queue = std::move(queue);
  PANTILE_TRY(queue_batch(slot));
  return batch;
}

/// Queues all of a batch, in smaller and smaller parts while the device is out of memory.
Status BatchRing::queue_batch(Slot& slot) {
  slot.largest_part = 0;
  int queued = 0;
  bool has_waited = false;
  while (queued < slot.items) {
    const int before = queued, items = std::min(part_items_, slot.items - queued);
    const Status done = queue_parts(slot, items, queued);
    if (done.ok()) continue;
    if (!is_out_of_memory(done)) return done;
    if (queued > before) has_waited = false;
    if (items > 1) {
      part_items_ = items / 2;
    } else if (!has_waited) {
      // What this batch has queued so far may hold what is missing.
      PANTILE_TRY(slot.stream.wait());
      has_waited = true;
    } else {
      return done;
    }
  }
  return {};
}

/// Queues the items from `queued` on, `part_items` at a time in one piece of the device's memory,
/// which is given back behind the last copy. `queued` counts those that are safely on their way.
Status BatchRing::queue_parts(Slot& slot, int part_items, int& queued) {
  PANTILE_ASSIGN(const ArenaBlock block, arena_->take(slot.stream, bytes_of(part_items)));
  while (queued < slot.items) {
    const int count = std::min(part_items, slot.items - queued);
    slot.largest_part = std::max(slot.largest_part, count);
    PANTILE_TRY(
        slot.queue({slot.stream, block.address(), part_items, queued, count, slot.host.data()}));
    queued += count;
  }
  return {};
}

/// Memory may also run out while the device works; then nobody knows which part is missing.
Status BatchRing::finish(Slot& slot) {
  Status done = slot.stream.wait();
  while (is_out_of_memory(done) && slot.largest_part > 1) {
    part_items_ = std::min(part_items_, slot.largest_part / 2);
    const Status queued = queue_batch(slot);
    done = slot.stream.wait();
    if (!queued.ok()) return queued;
  }
  return done;
}

BatchRing::Batch::~Batch() {
  if (slot_ == nullptr) return;
  if (!waited_) static_cast<void>(slot_->stream.wait());
  ring_->give_back(*slot_);
}

Status BatchRing::Batch::wait() {
  waited_ = true;
  return ring_->finish(*slot_);
}

std::byte* BatchRing::Batch::data() const { return slot_->host.data(); }

}  // namespace pantile::cuda
