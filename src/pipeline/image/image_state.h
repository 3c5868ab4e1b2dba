#pragma once
/// \file
/// What a lazy image is made of.

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "ops/filter/graph.h"
#include "pipeline/folder/open_image.h"
#include "pipeline/process/prepared.h"

namespace pantile {

struct ImageState {
  using AllPrepared = std::vector<std::shared_ptr<const Prepared>>;

  std::shared_ptr<const TileSource> source;  ///< The pixels: `base`, or what `graph` makes.
  std::shared_ptr<const TileSource> base;
  /// Kept as it is, so that operators to come are computed with it; nothing: the base itself.
  std::optional<filter::Graph> graph;
  AllPrepared prepared;         ///< In the order in which they have to be prepared.
  AllPrepared prepared_before;  ///< Those that `base` depends on.
  OpenImage origin;             ///< The file at the bottom of it, if there is one.

  /// Of `next`, a source over this one's.
  ImageState over(std::shared_ptr<const TileSource> next) const {
    ImageState state;
    state.source = next;
    state.base = std::move(next);
    state.prepared = prepared;
    state.prepared_before = prepared;
    state.origin = origin;
    return state;
  }
};

}  // namespace pantile
