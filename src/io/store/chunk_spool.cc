#include "io/store/chunk_spool.h"

#include <utility>

namespace pantile {

Status ChunkSpool::Unit::spill() {
  for (auto& [index, chunk] : chunks_) {
    if (chunk.offset >= 0) continue;
    PANTILE_ASSIGN(chunk.offset, spool_->append(chunk.bytes));
    held_bytes_ -= chunk.size;
    chunk.bytes = Bytes();
  }
  return {};
}

Status ChunkSpool::put(UnitId unit, std::int64_t index, Bytes encoded) {
  const auto size = static_cast<std::int64_t>(encoded.size());
  std::shared_ptr<Unit> mine;
  {
    const std::lock_guard lock(mutex_);
    std::shared_ptr<Unit>& slot = units_[unit];
    if (!slot) slot = std::make_shared<Unit>(held_bytes_);
    mine = slot;
  }
  std::int64_t growth = size;
  {
    const std::lock_guard lock(mine->mutex_);
    Unit::Chunk& chunk = mine->chunks_[index];
    if (chunk.offset < 0) growth -= chunk.size;
    chunk = {std::move(encoded), -1, size};
    mine->held_bytes_ += growth;
  }
  held_bytes_ += growth;
  while (held_bytes_ > cap_bytes_) {
    const std::shared_ptr<Unit> victim = coarsest_in_memory();
    if (!victim) break;  // others are moving what there is
    PANTILE_TRY(move_to_disk(*victim));
  }
  return {};
}

std::shared_ptr<ChunkSpool::Unit> ChunkSpool::coarsest_in_memory() {
  const std::lock_guard lock(mutex_);
  // Levels sort first in a UnitId, so the last units are the coarsest.
  for (auto it = units_.rbegin(); it != units_.rend(); ++it) {
    if (it->second->held_bytes_ > 0) return it->second;
  }
  return nullptr;
}

Status ChunkSpool::move_to_disk(Unit& unit) {
  const std::lock_guard lock(unit.mutex_);
  if (unit.taken_) return {};
  if (!unit.spool_) {
    PANTILE_ASSIGN(unit.spool_, store_->open_spool());
  }
  const std::int64_t before = unit.held_bytes_;
  const Status spilled = unit.spill();
  held_bytes_ -= before - unit.held_bytes_;
  return spilled;
}

std::shared_ptr<ChunkSpool::Unit> ChunkSpool::take(UnitId unit) {
  std::shared_ptr<Unit> taken;
  {
    const std::lock_guard lock(mutex_);
    const auto it = units_.find(unit);
    if (it == units_.end()) return std::make_shared<Unit>(held_bytes_);
    taken = std::move(it->second);
    units_.erase(it);
  }
  const std::lock_guard lock(taken->mutex_);  // waits for a spill of this unit
  taken->taken_ = true;
  return taken;
}

void ChunkSpool::clear() {
  const std::lock_guard lock(mutex_);
  units_.clear();
}

}  // namespace pantile
