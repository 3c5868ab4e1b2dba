#pragma once
/// \file
/// Connected components of one block, by runs of samples that are not 0.
///
/// Method: run-based two-pass labelling with union by the earlier run (He, Chao and Suzuki, "A
/// run-based two-scan labeling algorithm", IEEE Trans. Image Processing 17, 2008).

#include <cstdint>
#include <vector>

#include "pantile/view.h"

namespace pantile::label {

/// Which neighbours belong together.
enum class Connectivity : std::uint8_t {
  four,   ///< Those that share an edge.
  eight,  ///< … or a corner.
};

/// Labels along a block's edges; 0: background.
struct BorderLabels {
  std::uint32_t count = 0;                 ///< Components in the block, numbered 1 … count.
  std::vector<std::uint32_t> top, bottom;  ///< By column.
  std::vector<std::uint32_t> left, right;  ///< By row.
};

/// Finds a block's components, numbered from 1 in the order of their first samples, row by row.
/// Keeps its memory from block to block; for one thread.
class BlockLabeller {
 public:
  explicit BlockLabeller(Connectivity connectivity) : connectivity_(connectivity) {}

  /// Looks at the first channel of `samples`, of any type; NaN is foreground, -0.0 background.
  void find(const View& samples);
  std::uint32_t count() const { return count_; }
  BorderLabels borders() const;
  /// Writes table[label] for every sample of `rect`, of the block, table[0] for the background.
  /// `out`: u32, of the rect's size.
  void write(const Rect& rect, const std::vector<std::uint32_t>& table,
             const MutableView& out) const;

  /// Most bytes it takes for a block of that size.
  static std::int64_t most_bytes(std::int64_t width, std::int64_t height);

 private:
  struct Run {
    std::int32_t begin, end;
    std::uint32_t label;  ///< The run that it belongs to; in the end its component.
  };
  std::uint32_t root(std::uint32_t run);
  void join(std::uint32_t a, std::uint32_t b);
  template <class Sample> void find_runs(const View& samples, std::int64_t y);
  void join_rows(std::size_t above, std::size_t here, std::size_t end);

  Connectivity connectivity_;
  std::int64_t width_ = 0, height_ = 0;
  std::vector<Run> runs_;
  std::vector<std::size_t> rows_;  ///< First run of each row, and the end.
  std::uint32_t count_ = 0;
};

}  // namespace pantile::label
