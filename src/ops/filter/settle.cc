#include "ops/filter/settle.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "ops/filter/row_operator.h"

namespace pantile::filter {
namespace {

void set_value(Call& call, std::string_view parameter, Value value) {
  for (std::size_t i = 0; i < call.values.size(); ++i) {
    if (call.info->parameters[i].name == parameter) call.values[i] = std::move(value);
  }
}

/// What an operator of a graph measures: its image, or what it makes of several.
Result<Graph> measured_image(const Call& call, const std::vector<Graph>& inputs) {
  if (call.info->name == "tissue") {
    const std::string sigma = fmt::format("gaussian({})", call.number("sigma"));
    const bool has_colours = inputs.front().spec().channels == 3;
    PANTILE_ASSIGN(const Chain chain,
                   parse_chain(has_colours ? "expression(\"max(max(b0, b1), b2) - min(min(b0, b1), "
                                             "b2)\") | " +
                                                 sigma
                                           : sigma));
    return apply_chain(chain, inputs.front());
  }
  if (call.info->name != "flatfield") return inputs.front();
  if (inputs.size() == 2) return inputs[1];
  PANTILE_ASSIGN(const Call subtract, make_call("subtract", {{"", ImageValue{}}}));
  return Graph::apply(subtract, {inputs[1], inputs[2]});
}

/// Errors: invalid, when numbers were found that no operator can work with; it says what to do.
Status check_found(const Call& call, const Wanted& wanted, std::pair<double, double> found) {
  if (std::isfinite(found.first) && std::isfinite(found.second)) return {};
  std::string name(call.info->name), of = "the least and greatest value";
  if (wanted.what == Statistic::quantiles) {
    name += fmt::format("(q={}:{})", wanted.quantiles.first, wanted.quantiles.second);
    of = "these quantiles";
  } else if (wanted.what == Statistic::moments) {
    of = "mean and deviation";
  }
  return Error(Code::invalid, fmt::format("{}: {} of the image are {} and {}; limit the values "
                                          "before it, clip(least:most), or choose other numbers",
                                          name, of, found.first, found.second));
}

/// Gives a rescale the range that was found. Where both ends are one value, what is greater becomes
/// 1 and the rest 0. `dtype`: of the samples it was found in.
void settle_range(Call& call, std::pair<double, double> range, DType dtype) {
  auto [lo, hi] = range;
  const bool single = row_type(dtype) != RowType::f64;
  if (!(lo < hi)) {
    hi = single ? std::nextafter(static_cast<float>(lo), std::numeric_limits<float>::infinity())
                : std::nextafter(lo, std::numeric_limits<double>::infinity());
  }
  // Samples are divided by the difference, in their own type.
  constexpr double kLeast = std::numeric_limits<float>::denorm_min();
  if (single && static_cast<float>(hi - lo) == 0) hi = lo + kLeast;
  set_value(call, "range", std::pair(lo, hi));
  set_value(call, "q", std::monostate());
}

/// Errors: invalid.
Status settle_call(Call& call, const Wanted& wanted, std::pair<double, double> found, DType dtype) {
  PANTILE_TRY(check_found(call, wanted, found));
  const std::string_view name = call.info->name;
  if (name == "rescale") settle_range(call, found, dtype);
  if (name == "otsu" || name == "tissue") set_value(call, "value", found.first);
  if (name == "flatfield") set_value(call, "mean", found.first);
  if (name == "standardize") {
    if (!call.given("mean")) set_value(call, "mean", found.first);
    // Of samples that are all one, the difference is 0 and stays it.
    const double deviation = found.second > 0 ? found.second : 1;
    if (!call.given("deviation")) set_value(call, "deviation", deviation);
  }
  return {};
}

class Settler {
 public:
  Settler(const Measure& measure, const MakeStage& stage) : measure_(measure), stage_(stage) {}

  Result<Graph> run(const Graph& graph) {
    if (graph.is_leaf()) return graph;
    if (const auto known = done_.find(graph.identity()); known != done_.end()) {
      return known->second;
    }
    std::vector<Graph> inputs;
    bool is_same = true;
    for (const Graph& input : graph.inputs()) {
      PANTILE_ASSIGN(Graph settled, run(input));
      is_same = is_same && settled.identity() == input.identity();
      inputs.push_back(std::move(settled));
    }
    PANTILE_ASSIGN(std::vector<Call> calls, settled_calls(graph, inputs, is_same));
    Graph made = graph;
    if (!is_same) {
      PANTILE_ASSIGN(made, Graph::apply(std::move(calls), std::move(inputs)));
    }
    if (is_staged(graph.call())) {
      PANTILE_ASSIGN(auto found, stage_(made));
      made = Graph::leaf(std::move(found));
    }
    done_.emplace(graph.identity(), made);
    return made;
  }

 private:
  Result<std::vector<Call>> settled_calls(const Graph& graph, const std::vector<Graph>& inputs,
                                          bool& is_same) {
    std::vector<Call> calls{graph.call()};
    if (graph.has_calls_per_channel()) {
      for (int c = 1; c < graph.spec().channels; ++c) calls.push_back(graph.call(c));
    }
    const std::optional<Wanted> wanted = wanted_by(graph.call());
    if (!wanted) return calls;
    is_same = false;
    PANTILE_ASSIGN(const Graph of, measured_image(graph.call(), inputs));
    PANTILE_ASSIGN(const auto found, measure_(*wanted, of));
    calls.resize(found.size() == 1 ? 1 : static_cast<std::size_t>(graph.spec().channels),
                 graph.call());
    for (std::size_t c = 0; c < calls.size(); ++c) {
      PANTILE_TRY(settle_call(calls[c], *wanted, found[c], of.spec().dtype)
                      .with_context(fmt::format("channel {}", c)));
    }
    return calls;
  }

  const Measure& measure_;
  const MakeStage& stage_;
  std::map<const void*, Graph> done_;
};

bool settled(const Graph& graph, std::set<const void*>& seen) {
  if (graph.is_leaf() || !seen.insert(graph.identity()).second) return true;
  if (wanted_by(graph.call()) || is_staged(graph.call())) return false;
  return std::ranges::all_of(graph.inputs(), [&](const Graph& g) { return settled(g, seen); });
}

}  // namespace

std::string_view statistic_name(Statistic what) {
  switch (what) {
    case Statistic::quantiles: return "quantiles";
    case Statistic::extremes: return "extremes";
    case Statistic::moments: return "moments";
    case Statistic::otsu: return "otsu";
  }
  return "";
}

std::optional<Wanted> wanted_by(const Call& call) {
  const std::string_view name = call.info->name;
  if (name == "rescale") {
    if (call.given("q")) return Wanted{Statistic::quantiles, call.range("q")};
    if (!call.given("range")) return Wanted{Statistic::extremes};
  }
  if (name == "standardize" && !(call.given("mean") && call.given("deviation"))) {
    return Wanted{Statistic::moments};
  }
  if (name == "flatfield" && !call.given("mean")) return Wanted{Statistic::moments};
  if ((name == "otsu" || name == "tissue") && !call.given("value")) {
    return Wanted{Statistic::otsu};
  }
  return std::nullopt;
}

bool is_staged(const Call& call) {
  const std::string_view name = call.info->name;
  return name == "hysteresis" || name == "label" || name == "watershed";
}

Call with_stand_ins(const Call& call) {
  Call made = call;
  const std::optional<Wanted> wanted = wanted_by(call);
  // (A finite pair is always taken.)
  if (wanted && !settle_call(made, *wanted, {0, 1}, DType::f64).ok()) return call;
  return made;
}

bool is_settled(const Graph& graph) {
  std::set<const void*> seen;
  return settled(graph, seen);
}

Result<Graph> settle(const Graph& graph, const Measure& measure, const MakeStage& stage) {
  return Settler(measure, stage).run(graph);
}

}  // namespace pantile::filter
