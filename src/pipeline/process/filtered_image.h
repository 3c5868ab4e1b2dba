#pragma once
/// \file
/// Images through operators whose numbers may have to be measured first.

#include <memory>
#include <optional>
#include <utility>

#include "ops/filter/graph.h"
#include "pantile/geometry.h"
#include "pipeline/file/file_job.h"

namespace pantile {

/// The graph as a source, then `region` cut out of it. Errors: invalid.
Result<std::shared_ptr<const TileSource>> filter_and_crop(const filter::Graph& graph,
                                                          const std::optional<Rect>& region);

/// `graph` with numbers that stand for what is not measured yet: for specs and costs.
Result<filter::Graph> with_numbers_to_come(const filter::Graph& graph);

/// Finds out what the operators of a graph want to know, one after the other, a stage each
/// ("statistics", "components").
class GraphSettling final : public Settling {
 public:
  GraphSettling(filter::Graph graph, std::optional<Rect> region)
      : graph_(std::move(graph)), region_(region) {}

  std::int64_t memory_bytes(int threads) const override;
  Result<std::shared_ptr<const TileSource>> settle(ByteStore* parts, int threads,
                                                   const RunOptions& run,
                                                   std::vector<StageSummary>& stages) override;

 private:
  const filter::Graph graph_;
  const std::optional<Rect> region_;
};

}  // namespace pantile
