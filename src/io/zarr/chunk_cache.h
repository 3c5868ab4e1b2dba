#pragma once
/// \file
/// The few decoded chunks and shard indices that were used last.

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>

namespace pantile::zarr {

/// Names a chunk, or the shard whose index it is, by its number in C order.
struct CacheKey {
  int level = 0;
  std::int64_t number = 0;
  friend auto operator<=>(const CacheKey&, const CacheKey&) = default;
};

/// Least recently used first out, bounded by bytes; one value larger than the bound is not kept.
/// Thread-safe.
template <class Value> class ChunkCache {
 public:
  explicit ChunkCache(std::int64_t max_bytes) : max_bytes_(max_bytes) {}

  /// Null when it is not kept.
  std::shared_ptr<const Value> get(const CacheKey& key) {
    const std::lock_guard lock(mutex_);
    const auto it = places_.find(key);
    if (it == places_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, it->second);
    return it->second->value;
  }

  void put(const CacheKey& key, std::shared_ptr<const Value> value, std::int64_t bytes) {
    if (bytes > max_bytes_) return;
    const std::lock_guard lock(mutex_);
    if (places_.contains(key)) return;
    entries_.push_front({key, std::move(value), bytes});
    places_[key] = entries_.begin();
    bytes_ += bytes;
    while (bytes_ > max_bytes_) {
      bytes_ -= entries_.back().bytes;
      places_.erase(entries_.back().key);
      entries_.pop_back();
    }
  }

  std::int64_t bytes() const {
    const std::lock_guard lock(mutex_);
    return bytes_;
  }

 private:
  struct Entry {
    CacheKey key;
    std::shared_ptr<const Value> value;
    std::int64_t bytes;
  };
  const std::int64_t max_bytes_;
  mutable std::mutex mutex_;
  std::list<Entry> entries_;
  std::map<CacheKey, typename std::list<Entry>::iterator> places_;
  std::int64_t bytes_ = 0;
};

}  // namespace pantile::zarr
