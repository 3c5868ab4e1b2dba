#pragma once
/// \file
/// Which images an operator takes, and what the image is that it makes of them.

#include <vector>

#include "ops/filter/graph.h"

namespace pantile::filter {

/// A channel of one of an operator's inputs.
struct PlaneRef {
  int input = 0, channel = 0;
};

/// The planes that one channel of the result is made of, in the order that Builder::add expects.
/// `inputs` have passed result_spec().
std::vector<PlaneRef> planes_of(const Call& call, const std::vector<Graph>& inputs, int channel);

/// The channel of `image` that a channel of `graph` is made of, from operator to the image that
/// each works on; −1: of several channels, or of another image.
int origin_channel(const Graph& graph, const TileSource& image, int channel);

/// True when channels of the result are made in ways of their own, of the same planes too.
bool differs_by_channel(const Call& call);

/// Shape, type and meaning of what `call`, which has all its numbers, makes of `inputs`: those that
/// its images are numbered by, behind the one that it works on. Their sizes have to agree; an image
/// of one channel goes with each of the others', one of a single plane (t, z) with each plane.
/// Errors: invalid.
Result<ImageSpec> result_spec(const Call& call, const std::vector<Graph>& inputs);

}  // namespace pantile::filter
