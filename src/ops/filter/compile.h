#pragma once
/// \file
/// From a graph to what runs: everything is fused into one pipeline of rows for each channel, as
/// far as operators are not sources of their own (cut.h), which are read like images.

#include <memory>
#include <vector>

#include "ops/filter/graph.h"
#include "ops/filter/row_pipeline.h"
#include "ops/label/staged_source.h"

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

/// Of a graph that ends in a source of its own: that source's pixels. Errors: invalid (something is
/// still to be measured or found: see settle.h).
Result<Fused> fuse(const Graph& graph);

/// The graph as a source; a leaf's is the image itself. Errors: as fuse().
Result<std::shared_ptr<const TileSource>> compile_graph(const Graph& graph);

/// The source of a staged operator (settle.h) over inputs in which nothing is left. It finds what
/// it has to find when find() is called, or at its first read. Errors: as fuse(), make_staged().
Result<std::shared_ptr<const label::StagedSource>> compile_staged(const Graph& graph);
/// The same as any source: what MakeStage is for who has nothing found beforehand.
Result<std::shared_ptr<const TileSource>> stage_for_later(const Graph& graph);

}  // namespace pantile::filter
