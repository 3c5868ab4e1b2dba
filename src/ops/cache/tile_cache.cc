#include "ops/cache/tile_cache.h"

namespace pantile {

Result<TileCache::Tile> TileCache::get(Key key, const Make& make) {
  std::unique_lock lock(mutex_);
  for (;;) {
    const auto found = entries_.find(key);
    if (found == entries_.end()) break;
    if (found->second.tile) {
      order_.splice(order_.begin(), order_, found->second.place);
      return found->second.tile;
    }
    changed_.wait(lock);
  }
  entries_[key] = {};
  lock.unlock();
  // Whatever happens, those that wait have to hear of it.
  struct Leave {
    ~Leave() {
      if (kept) return;
      const std::lock_guard again(cache.mutex_);
      cache.entries_.erase(key);
      cache.changed_.notify_all();
    }
    TileCache& cache;
    Key key;
    bool kept = false;
  } leave{*this, key};
  Result<PixelBuffer> made = make();
  if (!made.ok()) return made.error();
  const Tile tile = std::make_shared<const PixelBuffer>(*std::move(made));
  lock.lock();
  order_.push_front(key);
  entries_[key] = {tile, order_.begin()};
  leave.kept = true;
  bytes_ += static_cast<std::int64_t>(tile->size_bytes());
  drop_oldest();
  changed_.notify_all();
  return tile;
}

void TileCache::drop_oldest() {
  while (bytes_ > capacity_bytes_ && !order_.empty()) {
    const auto oldest = entries_.find(order_.back());
    bytes_ -= static_cast<std::int64_t>(oldest->second.tile->size_bytes());
    entries_.erase(oldest);
    order_.pop_back();
  }
}

}  // namespace pantile
