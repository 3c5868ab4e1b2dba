#pragma once
/// \file
/// Numbers of an operator that have to be measured of the whole image before a pixel can be made.

#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "ops/filter/graph.h"

namespace pantile::filter {

/// What can be measured of each channel of an image.
enum class Statistic {
  quantiles,  ///< Two of them.
  extremes,   ///< The least and the greatest value.
  moments,    ///< Mean and standard deviation.
  otsu,       ///< Otsu's threshold (otsu_threshold()), twice.
};
std::string_view statistic_name(Statistic what);

/// What an operator wants to know.
struct Wanted {
  Statistic what = Statistic::quantiles;
  std::pair<double, double> quantiles{};  ///< Of Statistic::quantiles: which ones.
};

/// Nothing where `call` has all its numbers.
std::optional<Wanted> wanted_by(const Call& call);
/// `call` with numbers that stand for those that are not measured yet: for shapes, types and costs.
Call with_stand_ins(const Call& call);
/// True for an operator that has to look at the whole image for more than numbers: for components.
bool is_staged(const Call& call);
/// True when nothing is left to be measured or found.
bool is_settled(const Graph& graph);

/// Measures one pair of numbers for each channel of `of`, in which nothing is left to be measured.
/// Samples that are no numbers are left out; of none at all: (0, 1).
using Measure = std::function<Result<std::vector<std::pair<double, double>>>(const Wanted& wanted,
                                                                             const Graph& of)>;
/// The source that stands for a staged operator over inputs in which nothing is left.
using MakeStage = std::function<Result<std::shared_ptr<const TileSource>>(const Graph& staged)>;
/// The graph with all that `measure` finds, and with what `stage` makes in the place of staged
/// operators, inner operators first. Errors: those of both; invalid (numbers that the operator
/// cannot work with).
Result<Graph> settle(const Graph& graph, const Measure& measure, const MakeStage& stage);

}  // namespace pantile::filter
