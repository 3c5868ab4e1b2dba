#pragma once
/// \file
/// Images and what is to be done with them, as a value: nothing is read or computed until the graph
/// is compiled into a source.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ops/filter/catalogue.h"
#include "pantile/tile_source.h"

namespace pantile::filter {

/// An operator over images, each of which is an operator over images or a source. Immutable; copies
/// share what they hold. Thread-safe.
class Graph {
 public:
  /// The image itself. `source` is not null.
  static Graph leaf(std::shared_ptr<const TileSource> source);
  /// `call` over images: first the one that it works on, then those that its values name. Checks
  /// their sizes, channels and types. Errors: invalid, naming what was expected and what was found.
  static Result<Graph> apply(const Call& call, std::vector<Graph> inputs);
  /// The same operator with other numbers for each channel of the result: `calls` has one for all,
  /// or one for each. Errors: as above.
  static Result<Graph> apply(std::vector<Call> calls, std::vector<Graph> inputs);

  /// Of the result. Of a leaf: the source's, with all its levels; else one level.
  const ImageSpec& spec() const;
  /// "image | gaussian(sigma=2, …) | sobel(…)", other images in brackets; very long ones end in
  /// "…".
  std::string text() const;
  /// Identity of the pixels, as that of the source it is compiled to.
  Fingerprint fingerprint() const;

  /// Null unless it is a leaf.
  const std::shared_ptr<const TileSource>& source() const;
  bool is_leaf() const { return source() != nullptr; }
  /// Of no leaf: the operator, for a channel of the result.
  const Call& call(int channel = 0) const;
  bool has_calls_per_channel() const;
  const std::vector<Graph>& inputs() const;
  /// Equal for copies of one graph and for nothing else.
  const void* identity() const { return node_.get(); }

 private:
  struct Node;
  explicit Graph(std::shared_ptr<const Node> node) : node_(std::move(node)) {}
  std::shared_ptr<const Node> node_;
};

/// The image in a file.
using OpenFile = std::function<Result<Graph>(const std::string& path)>;
/// Operators one after the other, from `image` on. `open`: for the files that the chain names;
/// null: there must be none. `given`: what it calls #1, #2, …. Errors: as Graph::apply; those of
/// `open`.
Result<Graph> apply_chain(const Chain& chain, Graph image, const OpenFile& open = {},
                          const std::vector<Graph>& given = {});

}  // namespace pantile::filter
