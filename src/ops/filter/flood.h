#pragma once
/// \file
/// Water that rises from markers, in one window in memory.
///
/// Method: flooding by a queue ordered by level – the highest value that the water has come over –
/// and then by age (Meyer, "Un algorithme optimal de ligne de partage des eaux", 1991), in the
/// order in which scikit-image's `watershed` does it: neighbours are up, left, right, down, then
/// the corners row by row. Where that leaves the order open, of marker pixels that have one value,
/// theirs is by rows and columns.

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "ops/filter/row_operator.h"
#include "ops/label/block_labels.h"
#include "pantile/tile_source.h"

namespace pantile::filter {

/// Windows, one after the other; keeps its memory. For one thread.
class Flood {
 public:
  /// What a pixel is before it is flooded; else it has its marker.
  static constexpr std::uint32_t kDry = 0, kWall = std::numeric_limits<std::uint32_t>::max();

  explicit Flood(label::Connectivity connectivity) : connectivity_(connectivity) {}

  /// A window of that size, a wall everywhere, whose values are of type `values`. At most 2^32
  /// pixels with a frame of one.
  void begin(std::int64_t width, std::int64_t height, RowType values);
  /// The pixels of a row: kDry, kWall or a marker.
  std::uint32_t* row(std::int64_t y) { return labels_.data() + index(0, y); }
  /// Values of [x, x + n) of row `y`. NaN is above all; −0 is 0.
  void set_values(std::int64_t y, std::int64_t x, const std::byte* values, std::size_t n);
  /// Gives every dry pixel that water reaches through dry ones the marker that it comes from.
  /// `components`: by rows, the number of each pixel's; no two touch where they are no wall. Null:
  /// all are of one. False: cancelled.
  bool run(const std::uint32_t* components, const ReadContext& ctx);

  /// Most bytes that it takes for a window of such values.
  static std::int64_t most_bytes(std::int64_t width, std::int64_t height, RowType values);

 private:
  struct Drop;
  class Heap;
  class Buckets;
  std::size_t index(std::int64_t x, std::int64_t y) const {
    return static_cast<std::size_t>((y + 1) * stride_ + x + 1);
  }
  template <class T> void set_keys(std::size_t at, const std::byte* values, std::size_t n);
  void rank();
  void find_springs(const std::uint32_t* components);
  template <class Queue> bool run_with(Queue& queue, const ReadContext& ctx);

  label::Connectivity connectivity_;
  std::int64_t width_ = 0, height_ = 0, stride_ = 0;
  RowType values_ = RowType::f32;
  std::vector<std::uint32_t> labels_, keys_;  ///< With a frame of one pixel of wall.
  struct Spring {
    std::uint32_t component, at;
  };
  std::vector<Spring> springs_;
  std::vector<std::uint64_t> wide_keys_;  ///< Of f64, until they are ranked.
};

}  // namespace pantile::filter
