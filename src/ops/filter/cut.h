#pragma once
/// \file
/// Operators that are sources of their own: they change the image's size, look farther than rows
/// can be kept for, or need not look everywhere. What follows reads them as it reads an image.

#include <memory>
#include <vector>

#include "ops/filter/graph.h"
#include "ops/label/staged_source.h"

namespace pantile::filter {

/// True where the graph's operator is one of them; not of a leaf.
bool is_cut(const Graph& graph);

/// That source, over those of the graph's inputs. Errors: invalid.
Result<std::shared_ptr<const TileSource>> make_cut(
    const Graph& graph, std::vector<std::shared_ptr<const TileSource>> inputs);

/// The source of a graph that ends in a staged operator (settle.h), over those of its inputs; of
/// `hysteresis` over 0, 1 and 2 as the builder makes them. Errors: invalid.
Result<std::shared_ptr<const label::StagedSource>> make_staged(
    const Graph& graph, std::vector<std::shared_ptr<const TileSource>> inputs);

/// Width and height of what `call`, a resize, makes of an image. Errors: invalid.
Result<std::pair<std::int64_t, std::int64_t>> resized(const Call& call, const LevelInfo& from);

}  // namespace pantile::filter
