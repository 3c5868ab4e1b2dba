#pragma once
/// \file
/// Operators over planes of one size, row by row: every operator keeps just the rows that those
/// after it still look at, so that a block's intermediates stay in the cache and nothing is
/// computed twice but at the sides of blocks.

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "ops/filter/row_operator.h"
#include "pantile/geometry.h"
#include "pantile/result.h"

namespace pantile::filter {

/// An operator in its place. A node without one is a leaf: a plane that comes from outside.
struct Node {
  std::shared_ptr<const RowOperator> op;
  std::vector<int> inputs;  ///< Earlier nodes.
  int leaf = 0;             ///< Number of the leaf, where there is no operator.
  Boundary boundary = Boundary::reflect;
  double outside = 0;           ///< Of Boundary::constant.
  RowType type = RowType::f32;  ///< Of its rows; the operator's output type.
};

/// Where a run's rows come from.
class RowFeed {
 public:
  virtual ~RowFeed() = default;
  /// Makes a rectangle of each leaf, which lies in the image, ready to be read; of an empty one
  /// nothing is needed.
  virtual Status prepare(std::span<const Rect> of_leaves) = 0;
  /// Samples [x0, x1) of row y of a leaf, of what was prepared last, in the leaf's row type.
  virtual void row(int leaf, std::int64_t y, std::int64_t x0, std::int64_t x1,
                   std::byte* to) const = 0;
  /// True when it is easily seen that all samples of each of these rectangles, of what was prepared
  /// last, are the same.
  virtual bool is_uniform(std::span<const Rect>) const { return false; }
};

/// Where they go.
class RowDrain {
 public:
  virtual ~RowDrain() = default;
  /// Samples [x0, x1) of row y, in the last node's type.
  virtual void row(std::int64_t y, std::int64_t x0, std::int64_t x1, const std::byte* from) = 0;
};

/// Immutable and thread-safe; each run has memory of its own.
class RowPipeline {
 public:
  /// `nodes`: the last is the result; each one's inputs come before it; leaves are numbered from 0,
  /// a node each. `width`, `height`: of the image, whose edges are where boundary rules act.
  RowPipeline(std::vector<Node> nodes, std::int64_t width, std::int64_t height);

  /// Memory of a run, to be kept for the next.
  class Scratch {
   public:
    Scratch();
    ~Scratch();
    Scratch(Scratch&&) noexcept;
    Scratch& operator=(Scratch&&) noexcept;

   private:
    friend class RowPipeline;
    std::vector<std::byte> bytes_;
    std::vector<Scratch> inner_;  ///< Of runs within the run.
  };

  /// The pixels of each leaf that `block` of the result depends on (as a rectangle around them).
  std::vector<Rect> required_inputs(const Rect& block) const;
  /// Makes the pixels of `block`, which lies in the image; of one pixel all, where everything that
  /// they depend on is the same. Errors: those of the feed.
  Status run(const Rect& block, RowFeed& feed, RowDrain& drain, Scratch& scratch) const;
  /// Most bytes that a run takes for a block of that size, besides what the feed takes.
  std::int64_t scratch_bytes(std::int64_t width, std::int64_t height) const;
  /// How wide blocks best are: their rows stay in a core's cache.
  std::int64_t best_width() const { return best_width_; }

  const std::vector<Node>& nodes() const { return nodes_; }
  std::size_t leaves() const { return leaves_; }

 private:
  struct NodePlan;
  struct Plan;
  Plan plan_block(const Rect& block, std::size_t last) const;
  Result<bool> run_uniform(const Rect& block, RowFeed& feed, RowDrain& drain,
                           Scratch& scratch) const;
  void extend(const NodePlan& node, RowType type, std::byte* row) const;
  Status run_until(std::size_t last, const Rect& block, RowFeed& feed, RowDrain& drain,
                   Scratch& scratch) const;

  std::vector<Node> nodes_;
  std::size_t leaves_ = 0;
  std::int64_t width_, height_;
  std::int64_t best_width_ = 0;
};

}  // namespace pantile::filter
