#pragma once
/// \file
/// A chain of operators over one plane, row by row: every operator keeps just the rows that those
/// after it still look at, so that a block's intermediates stay in the cache and nothing is
/// computed twice but at the sides of blocks.

#include <cstdint>
#include <memory>
#include <vector>

#include "ops/filter/row_operator.h"
#include "pantile/geometry.h"
#include "pantile/result.h"

namespace pantile::filter {

/// An operator in its place. Node 0 has none: it is the image.
struct Node {
  std::shared_ptr<const RowOperator> op;
  std::vector<int> inputs;  ///< Earlier nodes.
  Boundary boundary = Boundary::reflect;
  double outside = 0;           ///< Of Boundary::constant.
  RowType type = RowType::f32;  ///< Of its rows; the operator's output type.
};

/// Where a run's rows come from.
class RowFeed {
 public:
  virtual ~RowFeed() = default;
  /// Makes `rect`, which lies in the image, ready to be read.
  virtual Status prepare(const Rect& rect) = 0;
  /// Samples [x0, x1) of row y, of the rect that was prepared last, in node 0's type.
  virtual void row(std::int64_t y, std::int64_t x0, std::int64_t x1, std::byte* to) const = 0;
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
  /// `nodes`: the last is the result; each one's inputs come before it. `width`, `height`: of the
  /// image, whose edges are where boundary rules act.
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

  /// The pixels of the image that `block` of the result depends on (as a rectangle around them).
  Rect required_input(const Rect& block) const;
  /// Makes the pixels of `block`, which lies in the image. Errors: those of the feed.
  Status run(const Rect& block, RowFeed& feed, RowDrain& drain, Scratch& scratch) const;
  /// Most bytes that a run takes for a block of that size, besides what the feed takes.
  std::int64_t scratch_bytes(std::int64_t width, std::int64_t height) const;
  /// How wide blocks best are: their rows stay in a core's cache.
  std::int64_t best_width() const { return best_width_; }

  const std::vector<Node>& nodes() const { return nodes_; }

 private:
  struct NodePlan;
  struct Plan;
  Plan plan_block(const Rect& block, std::size_t last) const;
  void extend(const NodePlan& node, RowType type, std::byte* row) const;
  Status run_until(std::size_t last, const Rect& block, RowFeed& feed, RowDrain& drain,
                   Scratch& scratch) const;

  std::vector<Node> nodes_;
  std::int64_t width_, height_;
  std::int64_t best_width_ = 0;
};

}  // namespace pantile::filter
