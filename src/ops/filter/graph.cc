#include "ops/filter/graph.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/hash.h"
#include "ops/filter/graph_rules.h"
#include "ops/filter/settle.h"

namespace pantile::filter {
namespace {

/// Walks are recursive; the stack is not endless.
constexpr int kMostDepth = 1000;
constexpr std::size_t kMostText = std::size_t{64} << 10;

}  // namespace

struct Graph::Node {
  std::shared_ptr<const TileSource> source;  ///< Of a leaf.
  std::vector<Call> calls;
  std::vector<Graph> inputs;
  ImageSpec spec;
  Fingerprint fingerprint;
  int depth = 0;
};

Graph Graph::leaf(std::shared_ptr<const TileSource> source) {
  auto node = std::make_shared<Node>();
  node->spec = source->spec();
  node->fingerprint = source->fingerprint();
  node->source = std::move(source);
  return Graph(std::move(node));
}

Result<Graph> Graph::apply(const Call& call, std::vector<Graph> inputs) {
  return apply(std::vector<Call>{call}, std::move(inputs));
}

Result<Graph> Graph::apply(std::vector<Call> calls, std::vector<Graph> inputs) {
  for (Call& call : calls) call = call.without_branches();
  auto node = std::make_shared<Node>();
  // Numbers that are still to be measured change neither shape nor type.
  PANTILE_ASSIGN(node->spec, result_spec(with_stand_ins(calls.front()), inputs));
  if (calls.size() != 1 && calls.size() != static_cast<std::size_t>(node->spec.channels)) {
    return Error(Code::invalid,
                 fmt::format("{}: numbers for {} channels of {}", calls.front().info->name,
                             calls.size(), node->spec.channels));
  }
  Hasher hasher;
  hasher.add("operator 1").add(static_cast<std::int64_t>(inputs.size()));
  for (const Graph& input : inputs) {
    hasher.add(input.fingerprint().hex());
    node->depth = std::max(node->depth, input.node_->depth + 1);
  }
  if (node->depth > kMostDepth) {
    return Error(Code::invalid,
                 fmt::format("more than {} operators in a row; write what lies between to a file",
                             kMostDepth));
  }
  for (const Call& call : calls) hasher.add(call.text());
  node->fingerprint = hasher.finish();
  node->calls = std::move(calls);
  node->inputs = std::move(inputs);
  return Graph(std::move(node));
}

const ImageSpec& Graph::spec() const { return node_->spec; }
Fingerprint Graph::fingerprint() const { return node_->fingerprint; }
const std::shared_ptr<const TileSource>& Graph::source() const { return node_->source; }
const std::vector<Graph>& Graph::inputs() const { return node_->inputs; }
bool Graph::has_calls_per_channel() const { return node_->calls.size() > 1; }

const Call& Graph::call(int channel) const {
  return node_->calls[static_cast<std::size_t>(channel) % node_->calls.size()];
}

namespace {

/// Appends to `all`, which ends soon after kMostText: a graph that is small as a graph can be
/// endless as a text.
void write(const Graph& graph, std::string& all) {
  if (all.size() > kMostText) return;
  if (graph.is_leaf()) {
    all += "image";
    return;
  }
  write(graph.inputs().front(), all);
  all += " | " + graph.call().text([&](const ImageValue& image) {
    std::string other;
    if (all.size() <= kMostText) {
      other.reserve(64);
      write(graph.inputs()[static_cast<std::size_t>(image.input)], other);
    }
    return "[" + other + "]";
  });
}

}  // namespace

std::string Graph::text() const {
  std::string all;
  write(*this, all);
  if (all.size() <= kMostText) return all;
  all.resize(kMostText);
  return all + "…";
}

namespace {

/// Where another image of `call` begins.
Result<Graph> begin_of(const Call& call, const Branch& branch, const Graph& image,
                       const OpenFile& open, const std::vector<Graph>& given) {
  if (branch.given > 0) {
    const auto place = static_cast<std::size_t>(branch.given);
    if (place <= given.size()) return given[place - 1];
    return Error(Code::invalid, fmt::format("{}: there is no image #{}; {} are given", call.text(),
                                            branch.given, given.size()));
  }
  if (branch.path.empty()) return image;
  if (open) return open(branch.path);
  return Error(Code::invalid, fmt::format("{}: no files can be read here", call.text()));
}

}  // namespace

Result<Graph> apply_chain(const Chain& chain, Graph image, const OpenFile& open,
                          const std::vector<Graph>& given) {
  for (const Call& call : chain) {
    std::vector<Graph> inputs{image};
    for (const ImageValue& other : call.images()) {
      if (other.branch == nullptr) {
        return Error(Code::invalid, fmt::format("{}: the other image is not named", call.text()));
      }
      PANTILE_ASSIGN(Graph from, begin_of(call, *other.branch, image, open, given));
      PANTILE_ASSIGN(from, apply_chain(other.branch->chain, from, open, given));
      inputs.push_back(std::move(from));
    }
    PANTILE_ASSIGN(image, Graph::apply(call, std::move(inputs)));
  }
  return image;
}

}  // namespace pantile::filter
