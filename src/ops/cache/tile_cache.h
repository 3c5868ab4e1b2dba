#pragma once
/// \file
/// Tiles that were made, kept for the next reader; each is made by one reader only.

#include <array>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>

#include "core/buffer.h"
#include "pantile/result.h"

namespace pantile {

/// Thread-safe.
class TileCache {
 public:
  using Key = std::array<std::int64_t, 7>;  ///< Whatever tells tiles apart.
  using Tile = std::shared_ptr<const PixelBuffer>;
  using Make = std::function<Result<PixelBuffer>()>;

  /// Keeps at most `capacity_bytes`, those used last.
  explicit TileCache(std::int64_t capacity_bytes) : capacity_bytes_(capacity_bytes) {}

  /// The tile of that key, made by `make` unless it is there. A reader that finds another making it
  /// waits; where that fails, it tries itself. Errors: those of `make`.
  Result<Tile> get(Key key, const Make& make);

 private:
  struct Entry {
    Tile tile;  ///< Null: being made.
    std::list<Key>::iterator place;
  };
  void drop_oldest();

  const std::int64_t capacity_bytes_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<Key, Entry> entries_;
  std::list<Key> order_;  ///< Of those that are made, the newest first.
  std::int64_t bytes_ = 0;
};

}  // namespace pantile
