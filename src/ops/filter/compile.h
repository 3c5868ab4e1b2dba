#pragma once
/// \file
/// From a graph to what runs: everything is fused into one pipeline of rows for each channel.

#include <memory>
#include <vector>

#include "ops/filter/graph.h"
#include "ops/filter/row_pipeline.h"

namespace pantile::filter {

/// A graph ready to run.
struct Fused {
  /// Where the rows of a pipeline's leaf come from.
  struct Leaf {
    int source = 0, channel = 0;
    friend bool operator==(const Leaf&, const Leaf&) = default;
  };
  struct Channel {
    std::size_t pipeline = 0;
    std::vector<Leaf> leaves;  ///< By number.
  };
  ImageSpec spec;
  std::vector<std::shared_ptr<const TileSource>> sources;
  std::vector<Channel> channels;       ///< Of the result.
  std::vector<RowPipeline> pipelines;  ///< Channels that are made alike share one.
  Fingerprint fingerprint;
};

/// Errors: invalid (something is still to be measured: see settle.h).
Result<Fused> fuse(const Graph& graph);

/// The graph as a source; a leaf's is the image itself. Errors: as fuse().
Result<std::shared_ptr<const TileSource>> compile_graph(const Graph& graph);

}  // namespace pantile::filter
