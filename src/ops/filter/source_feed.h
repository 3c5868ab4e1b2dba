#pragma once
/// \file
/// Pixels of sources as the rows of a pipeline's leaves.

#include <cstddef>
#include <span>
#include <vector>

#include "ops/filter/compile.h"
#include "ops/filter/row_pipeline.h"
#include "pantile/tile_source.h"

namespace pantile::filter {

/// Neighbouring channels of a source that are read together.
struct FeedPart {
  int source = 0, c0 = 0, c1 = 0;
};
/// What some channels of a result need, in parts: no channel that none of them needs.
std::vector<FeedPart> feed_parts(const Fused& fused, int c0, int c1);
/// The part that a leaf lies in.
std::size_t part_of(const std::vector<FeedPart>& parts, const Fused::Leaf& leaf);

/// Reads parts rect by rect, each at most once as long as what is wanted lies in it.
class SourceFeed final : public RowFeed {
 public:
  /// `memory` is kept for the next feed.
  SourceFeed(const Fused& fused, const Region& region, std::vector<FeedPart> parts,
             std::vector<std::vector<std::byte>>& memory, ReadContext& context);
  /// Which channel of the result is made next.
  void choose(const Fused::Channel& channel);

  Status prepare(std::span<const Rect> of_leaves) override;
  void row(int leaf, std::int64_t y, std::int64_t x0, std::int64_t x1,
           std::byte* to) const override;
  bool is_uniform(std::span<const Rect> of_leaves) const override;

 private:
  struct Held {
    Rect rect;     ///< Empty: nothing.
    View samples;  ///< Of memory_, or lent by the source.
  };
  const Fused& fused_;
  std::int64_t t_, z_;
  std::vector<FeedPart> parts_;
  std::vector<std::vector<std::byte>>& memory_;
  ReadContext& context_;
  std::vector<Held> held_;
  const Fused::Channel* channel_ = nullptr;
  std::vector<std::size_t> part_of_leaf_;
  std::vector<Rect> wanted_;
};

}  // namespace pantile::filter
