#include "pantile/statistics.h"

#include <nanobind/stl/tuple.h>

#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "arrays.h"
#include "bindings.h"
#include "errors.h"
#include "job.h"
#include "pantile/image.h"

namespace pantile::python {
namespace {

/// Runs a measurement beside the interpreter: measure(run).
template <class Measure> auto measured(int threads, nb::object listener, Measure measure) {
  CancelToken cancel;
  PythonListener heard(std::move(listener), cancel);
  const RunOptions run = run_options(threads, 0, cancel, heard);
  std::optional<decltype(measure(run))> made;
  run_beside(cancel, heard, [&] { made = measure(run); });
  return value_or_raise(*std::move(made));
}

nb::dict statistics(const Image& image, int threads, nb::object listener) {
  const std::vector<ChannelStatistics> found = measured(
      threads, std::move(listener), [&](const RunOptions& run) { return image.statistics(run); });
  std::vector<std::int64_t> count;
  std::vector<double> least, greatest, mean, deviation;
  for (const ChannelStatistics& channel : found) {
    count.push_back(channel.count);
    least.push_back(channel.least);
    greatest.push_back(channel.greatest);
    mean.push_back(channel.mean);
    deviation.push_back(channel.deviation);
  }
  nb::dict all;
  all["count"] = owned_array(std::move(count));
  all["min"] = owned_array(std::move(least));
  all["max"] = owned_array(std::move(greatest));
  all["mean"] = owned_array(std::move(mean));
  all["std"] = owned_array(std::move(deviation));
  return all;
}

/// Of every channel the first, then of every channel the second.
nb::object quantiles(const Image& image, std::tuple<double, double> shares, int threads,
                     nb::object listener) {
  const auto found = measured(threads, std::move(listener), [&](const RunOptions& run) {
    return image.quantiles({std::get<0>(shares), std::get<1>(shares)}, run);
  });
  std::vector<double> all;
  for (const auto& pair : found) all.push_back(pair.first);
  for (const auto& pair : found) all.push_back(pair.second);
  return owned_array(std::move(all));
}

/// The counts of the channels, one after the other.
nb::object histogram(const Image& image, double low, double high, std::int64_t bins, int threads,
                     nb::object listener) {
  const auto found = measured(threads, std::move(listener), [&](const RunOptions& run) {
    return image.histogram(low, high, bins, run);
  });
  std::vector<std::uint64_t> all;
  for (const auto& counts : found) all.insert(all.end(), counts.begin(), counts.end());
  return owned_array(std::move(all));
}

}  // namespace

void bind_statistics(nb::module_& module) {
  module.def("statistics", &statistics, nb::arg("image"), nb::arg("threads"),
             nb::arg("listener").none());
  module.def("quantiles", &quantiles, nb::arg("image"), nb::arg("shares"), nb::arg("threads"),
             nb::arg("listener").none());
  module.def("histogram", &histogram, nb::arg("image"), nb::arg("low"), nb::arg("high"),
             nb::arg("bins"), nb::arg("threads"), nb::arg("listener").none());
}

}  // namespace pantile::python
