#include "ops/filter/cut.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "ops/filter/distance_source.h"
#include "ops/filter/masked_source.h"
#include "ops/filter/resample_source.h"
#include "ops/filter/watershed_source.h"
#include "ops/label/label_source.h"

namespace pantile::filter {
namespace {

constexpr double kMostEdge = 2147483647;  // pixels

/// Everything that is computed for `graph`.
void collect(const Graph& graph, std::set<const void*>& all) {
  if (graph.is_leaf() || !all.insert(graph.identity()).second) return;
  for (const Graph& input : graph.inputs()) collect(input, all);
}

/// Neither needs what is computed for the other; else it would be computed twice.
bool are_apart(const Graph& a, const Graph& b) {
  std::set<const void*> of_a, of_b;
  collect(a, of_a);
  collect(b, of_b);
  return std::ranges::none_of(of_b, [&](const void* node) { return of_a.contains(node); });
}

Resampling resampling_of(const Call& call, const ImageSpec& spec) {
  Resampling made;
  made.width = spec.levels.front().width;
  made.height = spec.levels.front().height;
  made.method = *resample_method(call.word("method"));
  made.antialias = call.word("antialias") == "on";
  return made;
}

}  // namespace

bool is_cut(const Graph& graph) {
  if (graph.is_leaf()) return false;
  const std::string_view name = graph.call().info->name;
  if (name == "resize" || name == "distance") return true;
  if (name != "mask") return false;
  const Graph &image = graph.inputs()[0], &mask = graph.inputs()[1];
  // (Halves become 32-bit floats on the way.)
  return image.spec().dtype == graph.spec().dtype && are_apart(image, mask);
}

Result<std::shared_ptr<const TileSource>> make_cut(
    const Graph& graph, std::vector<std::shared_ptr<const TileSource>> inputs) {
  const Call& call = graph.call();
  const std::string_view name = call.info->name;
  std::shared_ptr<const TileSource> made;
  if (name == "resize") {
    made = std::make_shared<ResampleSource>(std::move(inputs[0]), graph.spec(),
                                            resampling_of(call, graph.spec()), graph.fingerprint());
  } else if (name == "distance") {
    made = std::make_shared<DistanceSource>(std::move(inputs[0]), graph.spec(), call.number("max"),
                                            graph.fingerprint());
  } else if (name == "mask") {
    made = std::make_shared<MaskedSource>(std::move(inputs[0]), std::move(inputs[1]), graph.spec(),
                                          call.number("value"), graph.fingerprint());
  } else {
    return Error(Code::internal, fmt::format("operator {} is no source", name));
  }
  return made;
}

Result<std::shared_ptr<const label::StagedSource>> make_staged(
    const Graph& graph, std::vector<std::shared_ptr<const TileSource>> inputs) {
  const Call& call = graph.call();
  const auto connectivity =
      call.number("connectivity") == 4 ? label::Connectivity::four : label::Connectivity::eight;
  std::shared_ptr<const label::StagedSource> made;
  if (call.info->name == "watershed") {
    WatershedInputs of{std::move(inputs[0]), std::move(inputs[1]), nullptr};
    if (inputs.size() == 3) of.mask = std::move(inputs[2]);
    const auto most_px = static_cast<std::int64_t>(call.number("max"));
    PANTILE_ASSIGN(made, WatershedSource::make(std::move(of), graph.spec(), connectivity, most_px));
  } else if (call.info->name == "hysteresis") {
    PANTILE_ASSIGN(made, label::LabelSource::make_seeded(std::move(inputs[0]), connectivity));
  } else {
    PANTILE_ASSIGN(made, label::LabelSource::make(std::move(inputs[0]), connectivity));
  }
  return made;
}

Result<std::pair<std::int64_t, std::int64_t>> resized(const Call& call, const LevelInfo& from) {
  const auto width = static_cast<double>(from.width), height = static_cast<double>(from.height);
  double w = 0, h = 0;
  if (call.given("scale")) {
    w = width * call.number("scale");
    h = height * call.number("scale");
  } else {
    // (One of them at least is there.)
    w = call.given("width") ? call.number("width") : width * (call.number("height") / height);
    h = call.given("height") ? call.number("height") : height * (call.number("width") / width);
  }
  w = std::max(1.0, std::floor(w + 0.5));
  h = std::max(1.0, std::floor(h + 0.5));
  if (std::max({w, h, width, height}) > kMostEdge) {
    return Error(Code::invalid, fmt::format("resize: {} x {} pixels would become {:.0f} x {:.0f}; "
                                            "an edge may have {:.0f}",
                                            from.width, from.height, w, h, kMostEdge));
  }
  return std::pair(static_cast<std::int64_t>(w), static_cast<std::int64_t>(h));
}

}  // namespace pantile::filter
