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

/// A block's components, numbered from 1 in the order of their first samples, row by row.
class BlockLabels {
 public:
  BlockLabels() = default;
  /// Of labels that somebody else found (u32, the first channel; 0: background): numbered from 1 in
  /// their order, without gaps.
  explicit BlockLabels(const View& labels);
  std::uint32_t count() const { return count_; }
  BorderLabels borders() const;
  /// Which components, by number, hold a sample of 2 or more; of the samples that they were found
  /// in, u8.
  std::vector<bool> seeded(const View& samples) const;
  /// Writes table[label] for every sample of `rect`, of the block, table[0] for the background.
  /// `out`: u32, or u8 that holds what the table has, of the rect's size.
  void write(const Rect& rect, const std::vector<std::uint32_t>& table,
             const MutableView& out) const;
  /// Bytes that a copy of it takes.
  std::int64_t bytes() const {
    return static_cast<std::int64_t>(sizeof *this + runs_.size() * sizeof(Run) +
                                     rows_.size() * sizeof(std::uint32_t));
  }

 private:
  friend class BlockLabeller;
  struct Run {
    std::int32_t begin, end;
    std::uint32_t label;  ///< While it is searched: the run that it belongs to.
  };

  template <class Number>
  void write_as(const Rect& rect, const std::vector<std::uint32_t>& table,
                const MutableView& out) const;

  std::int64_t width_ = 0, height_ = 0;
  std::vector<Run> runs_;
  std::vector<std::uint32_t> rows_;  ///< First run of each row, and the end.
  std::uint32_t count_ = 0;
};

/// Finds the components of blocks, one after the other; keeps its memory. For one thread.
class BlockLabeller {
 public:
  explicit BlockLabeller(Connectivity connectivity) : connectivity_(connectivity) {}

  /// Looks at the first channel of `samples`, of any type; NaN is foreground, -0.0 background.
  /// What it returns is good until the next call.
  const BlockLabels& find(const View& samples);

  /// Most bytes it takes for a block of that size.
  static std::int64_t most_bytes(std::int64_t width, std::int64_t height);

 private:
  using Run = BlockLabels::Run;
  std::uint32_t root(std::uint32_t run);
  void join(std::uint32_t a, std::uint32_t b);
  template <class Sample> void find_runs(const View& samples, std::int64_t y);
  void join_rows(std::uint32_t above, std::uint32_t here, std::uint32_t end);

  Connectivity connectivity_;
  BlockLabels labels_;
};

}  // namespace pantile::label
