#pragma once
/// \file
/// The components of blocks become those of the image.

#include <cstdint>
#include <vector>

#include "ops/label/block_labels.h"
#include "pantile/result.h"

namespace pantile::label {

/// Joins what touches across the edges of a grid of blocks, and numbers all components from 1: by
/// blocks, row by row, and within a block as BlockLabeller does. The numbers follow from the image
/// and the grid alone. Keeps, of each block, only what lies along its edges.
class LabelMerge {
 public:
  LabelMerge(std::int64_t columns, std::int64_t rows, Connectivity connectivity);

  /// Takes a block's borders. Once for every block; from any threads for different blocks.
  void set(std::int64_t column, std::int64_t row, BorderLabels borders);
  /// After all are set: joins and numbers. Errors: invalid (more components than 2^32 - 2).
  Status finish();
  /// Components of the whole image.
  std::uint32_t count() const { return count_; }
  /// After finish(): from a block's labels to the image's; 0 stays 0.
  void table(std::int64_t column, std::int64_t row, std::vector<std::uint32_t>& table) const;

  /// Most bytes it takes for such a grid of blocks.
  static std::int64_t most_bytes(std::int64_t columns, std::int64_t rows, std::int64_t block_px);

 private:
  /// A label that touches its block's edge.
  struct Touching {
    std::uint32_t label, number;
  };
  struct Block {
    BorderLabels borders;            ///< Lines are let go of when they are joined.
    std::size_t first = 0;           ///< Of its touching labels in parents_.
    std::vector<Touching> touching;  ///< By label; in the end only those numbered by other blocks.
    std::uint32_t base = 0;          ///< The number of its first label of its own, less 1.
  };
  Block& at(std::int64_t column, std::int64_t row) {
    return blocks_[static_cast<std::size_t>(row * columns_ + column)];
  }
  std::size_t index(const Block& block, std::uint32_t label) const;
  std::size_t root(std::size_t i);
  void join(const Block& a, std::uint32_t label_a, const Block& b, std::uint32_t label_b);
  void find_touching();
  void join_rows();
  void join_columns();

  std::int64_t columns_, rows_;
  Connectivity connectivity_;
  std::vector<Block> blocks_;
  std::vector<std::size_t> parents_;
  std::uint32_t count_ = 0;
};

}  // namespace pantile::label
