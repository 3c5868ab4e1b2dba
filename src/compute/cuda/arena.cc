#include "compute/cuda/arena.h"

#include <fmt/format.h>

#include <algorithm>

namespace pantile::cuda {

Result<std::shared_ptr<DeviceArena>> DeviceArena::make(std::shared_ptr<const Device> device,
                                                       std::int64_t budget_bytes) {
  std::shared_ptr<DeviceArena> arena(new DeviceArena(std::move(device), budget_bytes));
  const Device& d = *arena->device_;
  if (!d.facts().has_memory_pools) return arena;
  const Device::Scope scope(d);
  api::PoolSettings settings;
  settings.location = d.facts().ordinal;
  api::Pool pool = nullptr;
  PANTILE_TRY(d.check(d.call().pool_make(&pool, &settings), "making a memory pool"));
  arena->pool_ = PoolHandle(arena->device_, pool);
  // Without it the pool hands its memory back to the system at every wait.
  auto keep = static_cast<std::uint64_t>(budget_bytes);
  PANTILE_TRY(d.check(d.call().pool_set(pool, api::kReleaseThreshold, &keep),
                      "letting a memory pool keep its memory"));
  return arena;
}

// The blocks hold the arena: what is left here is on its way back.
DeviceArena::~DeviceArena() {
  while (!leaving_.empty()) wait_for_oldest();
}

Result<ArenaBlock> DeviceArena::take(const Stream& stream, std::int64_t bytes) {
  const std::lock_guard lock(mutex_);
  drop_passed();
  PANTILE_TRY(make_room(bytes));
  auto block = take_from_device(stream, bytes);
  if (!block.ok() && block.error().code() == Code::out_of_memory &&
      (!leaving_.empty() || !kept_.empty())) {
    while (!leaving_.empty()) wait_for_oldest();
    for (const DeviceMemory& memory : kept_) held_bytes_ -= memory.bytes();
    kept_.clear();
    block = take_from_device(stream, bytes);
  }
  return block;
}

/// Waits until the budget has `bytes` left.
Status DeviceArena::make_room(std::int64_t bytes) {
  const auto fits = [&] { return held_bytes_ + bytes <= budget_bytes_; };
  const auto is_kept = [&] {
    return std::ranges::any_of(kept_, [&](const auto& m) { return m.bytes() == bytes; });
  };
  while (!fits() && !is_kept()) {
    if (!leaving_.empty()) {
      wait_for_oldest();
    } else if (!kept_.empty()) {
      held_bytes_ -= kept_.back().bytes();
      kept_.pop_back();
    } else {
      return Error(Code::out_of_memory,
                   fmt::format("GPU {} ({}): {} bytes are wanted; of the {} that may be used, {} "
                               "are taken",
                               device_->facts().ordinal, device_->facts().name, bytes,
                               budget_bytes_, held_bytes_));
    }
  }
  return {};
}

Result<ArenaBlock> DeviceArena::take_from_device(const Stream& stream, std::int64_t bytes) {
  ArenaBlock block;
  if (pool_.get() != nullptr) {
    const Device::Scope scope(*device_);
    PANTILE_TRY(
        device_->check(device_->call().pool_take(&block.address_, static_cast<std::size_t>(bytes),
                                                 pool_.get(), stream.get()),
                       fmt::format("taking {} bytes of its memory", bytes)));
    held_bytes_ += bytes;
  } else if (const auto at = std::ranges::find(kept_, bytes, &DeviceMemory::bytes);
             at != kept_.end()) {
    block.memory_ = std::move(*at);
    kept_.erase(at);
  } else {
    PANTILE_ASSIGN(block.memory_, DeviceMemory::take(device_, bytes));
    held_bytes_ += bytes;
  }
  if (pool_.get() == nullptr) block.address_ = block.memory_.address();
  peak_bytes_ = std::max(peak_bytes_, held_bytes_);
  block.arena_ = shared_from_this();
  block.stream_ = stream;
  block.bytes_ = bytes;
  return block;
}

Result<Event> DeviceArena::take_event() {
  if (events_.empty()) return Event::make(device_, Event::Timing::no);
  Event event = std::move(events_.back());
  events_.pop_back();
  return event;
}

void DeviceArena::give_back(ArenaBlock& block) {
  const std::lock_guard lock(mutex_);
  if (pool_.get() != nullptr) {
    const Device::Scope scope(*device_);
    // It fails where the device is lost, and the memory with it.
    static_cast<void>(device_->call().pool_give(block.address_, block.stream_->get()));
  }
  auto event = take_event();
  if (event.ok() && event->record(*block.stream_).ok()) {
    leaving_.push_back({block.bytes_, std::move(*event), std::move(block.memory_)});
    return;
  }
  static_cast<void>(block.stream_->wait());  // no way to ask later
  held_bytes_ -= block.bytes_;
  block.memory_ = {};
}

void DeviceArena::drop(Leaving& leaving) {
  if (pool_.get() != nullptr) {
    held_bytes_ -= leaving.bytes;
  } else {
    kept_.push_back(std::move(leaving.memory));
  }
  events_.push_back(std::move(leaving.passed));
}

// A device that is lost does not answer any more; the caller's next call to it says so.
void DeviceArena::wait_for_oldest() {
  static_cast<void>(leaving_.front().passed.wait());
  drop(leaving_.front());
  leaving_.pop_front();
}

void DeviceArena::drop_passed() {
  std::erase_if(leaving_, [&](Leaving& leaving) {
    const auto passed = leaving.passed.passed();
    if (passed.ok() && !*passed) return false;
    drop(leaving);
    return true;
  });
}

std::int64_t DeviceArena::peak_bytes() const {
  const std::lock_guard lock(mutex_);
  if (pool_.get() == nullptr) return peak_bytes_;
  const Device::Scope scope(*device_);
  std::uint64_t reserved = 0;
  if (device_->call().pool_get(pool_.get(), api::kReservedHigh, &reserved) != 0) return peak_bytes_;
  return std::max(peak_bytes_, static_cast<std::int64_t>(reserved));
}

ArenaBlock& ArenaBlock::operator=(ArenaBlock&& other) noexcept {
  std::swap(arena_, other.arena_);
  std::swap(stream_, other.stream_);
  std::swap(address_, other.address_);
  std::swap(bytes_, other.bytes_);
  std::swap(memory_, other.memory_);
  return *this;
}

ArenaBlock::~ArenaBlock() {
  if (arena_ != nullptr) arena_->give_back(*this);
}

}  // namespace pantile::cuda
