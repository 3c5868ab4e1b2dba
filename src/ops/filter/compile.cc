#include "ops/filter/compile.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <string>
#include <utility>

#include "ops/filter/builder.h"
#include "ops/filter/cut.h"
#include "ops/filter/filter_source.h"
#include "ops/filter/graph_rules.h"
#include "ops/filter/settle.h"

namespace pantile::filter {
namespace {

/// Sources by their place in a list without doubles.
class Sources {
 public:
  int place_of(const std::shared_ptr<const TileSource>& source) {
    const auto place = std::ranges::find(all_, source) - all_.begin();
    if (place == std::ssize(all_)) all_.push_back(source);
    return static_cast<int>(place);
  }
  std::vector<std::shared_ptr<const TileSource>> take() && { return std::move(all_); }

 private:
  std::vector<std::shared_ptr<const TileSource>> all_;
};

/// Sources of graphs that hang together: what they share is compiled once.
class Compiler {
 public:
  Result<std::shared_ptr<const TileSource>> source_of(const Graph& graph);
  /// Of a graph that is neither a leaf nor cut off.
  Result<Fused> fuse(const Graph& graph);

 private:
  std::map<const void*, std::shared_ptr<const TileSource>> made_;
};

/// One channel of the result.
class ChannelFuser {
 public:
  ChannelFuser(Compiler& compiler, Sources& sources) : compiler_(compiler), sources_(sources) {}

  /// What is shared by a graph's branches is made once.
  Result<Plane> plane(const Graph& graph, int channel) {
    if (graph.is_leaf() || is_cut(graph)) return leaf(graph, channel);
    const auto known = planes_.find({graph.identity(), channel});
    if (known != planes_.end()) return known->second;
    const Call& call = graph.call(channel);
    std::vector<Plane> inputs;
    std::string from;
    for (const PlaneRef& ref : planes_of(call, graph.inputs(), channel)) {
      PANTILE_ASSIGN(const Plane next,
                     plane(graph.inputs()[static_cast<std::size_t>(ref.input)], ref.channel));
      from += fmt::format(",{}", next.node);
      inputs.push_back(next);
    }
    PANTILE_ASSIGN(const Plane made, builder_.add(call, inputs, channel));
    if (differs_by_channel(call)) from += fmt::format("#{}", channel);
    key_ += fmt::format("{}{}={};", call.text(), from, made.node);
    planes_.emplace(std::pair(graph.identity(), channel), made);
    return made;
  }

  std::vector<Node> nodes(const Plane& result) && { return std::move(builder_).finish(result); }
  const std::vector<Fused::Leaf>& leaves() const { return leaves_; }
  /// Channels with equal keys have equal nodes.
  std::string key(const Plane& result) const { return fmt::format("{}{}", key_, result.node); }

 private:
  Result<Plane> leaf(const Graph& graph, int channel) {
    PANTILE_ASSIGN(const auto source, compiler_.source_of(graph));
    const Fused::Leaf wanted{sources_.place_of(source), channel};
    const auto at = std::ranges::find(leaves_, wanted);
    if (at != leaves_.end()) return leaf_planes_[static_cast<std::size_t>(at - leaves_.begin())];
    const DType dtype = graph.spec().dtype;
    const Plane made = builder_.leaf(dtype);
    key_ += fmt::format("{}={};", dtype_name(dtype), made.node);
    leaves_.push_back(wanted);
    leaf_planes_.push_back(made);
    return made;
  }

  Compiler& compiler_;
  Sources& sources_;
  Builder builder_;
  std::map<std::pair<const void*, int>, Plane> planes_;
  std::vector<Fused::Leaf> leaves_;
  std::vector<Plane> leaf_planes_;  ///< Beside leaves_.
  std::string key_;
};

Result<std::shared_ptr<const TileSource>> Compiler::source_of(const Graph& graph) {
  if (graph.is_leaf()) return graph.source();
  if (const auto known = made_.find(graph.identity()); known != made_.end()) return known->second;
  std::shared_ptr<const TileSource> made;
  if (is_cut(graph)) {
    std::vector<std::shared_ptr<const TileSource>> inputs;
    for (const Graph& input : graph.inputs()) {
      PANTILE_ASSIGN(auto next, source_of(input));
      inputs.push_back(std::move(next));
    }
    PANTILE_ASSIGN(made, make_cut(graph, std::move(inputs)));
  } else {
    PANTILE_ASSIGN(Fused fused, fuse(graph));
    made = std::make_shared<FilterSource>(std::move(fused));
  }
  made_.emplace(graph.identity(), made);
  return made;
}

Result<Fused> Compiler::fuse(const Graph& graph) {
  Fused fused;
  fused.spec = graph.spec();
  fused.spec.levels = {graph.spec().levels.front()};
  fused.fingerprint = graph.fingerprint();
  const LevelInfo& level = fused.spec.levels.front();
  Sources sources;
  std::map<std::string, std::size_t> known;
  for (int c = 0; c < fused.spec.channels; ++c) {
    ChannelFuser fuser(*this, sources);
    PANTILE_ASSIGN(const Plane result, fuser.plane(graph, c));
    const auto [at, is_new] = known.try_emplace(fuser.key(result), fused.pipelines.size());
    Fused::Channel channel{at->second, fuser.leaves()};
    if (is_new) {
      fused.pipelines.emplace_back(std::move(fuser).nodes(result), level.width, level.height);
    }
    // (Leaves that came after the result are not needed.)
    channel.leaves.resize(fused.pipelines[channel.pipeline].leaves());
    fused.channels.push_back(std::move(channel));
  }
  fused.sources = std::move(sources).take();
  return fused;
}

Status check_settled(const Graph& graph) {
  if (is_settled(graph)) return {};
  return Error(Code::invalid,
               fmt::format("'{}' has numbers that are not measured yet", graph.text()));
}

}  // namespace

Result<Fused> fuse(const Graph& graph) {
  PANTILE_TRY(check_settled(graph));
  return Compiler().fuse(graph);
}

Result<std::shared_ptr<const TileSource>> compile_graph(const Graph& graph) {
  PANTILE_TRY(check_settled(graph));
  return Compiler().source_of(graph);
}

Result<std::shared_ptr<const label::StagedSource>> compile_staged(const Graph& graph) {
  for (const Graph& input : graph.inputs()) PANTILE_TRY(check_settled(input));
  Compiler compiler;
  std::vector<std::shared_ptr<const TileSource>> inputs;
  if (graph.call().info->name == "hysteresis") {
    PANTILE_ASSIGN(Fused fused, compiler.fuse(graph));
    inputs.push_back(std::make_shared<FilterSource>(std::move(fused)));
  } else {
    for (const Graph& input : graph.inputs()) {
      PANTILE_ASSIGN(auto next, compiler.source_of(input));
      inputs.push_back(std::move(next));
    }
  }
  return make_staged(graph, std::move(inputs));
}

Result<std::shared_ptr<const TileSource>> stage_for_later(const Graph& graph) {
  PANTILE_ASSIGN(std::shared_ptr<const TileSource> made, compile_staged(graph));
  return made;
}

}  // namespace pantile::filter
