#include "pipeline/process/filtered_image.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/hash.h"
#include "ops/crop/crop_source.h"
#include "ops/filter/compile.h"
#include "ops/filter/settle.h"
#include "pipeline/process/measured_ranges.h"
#include "pipeline/process/prepared_labels.h"
#include "pipeline/process/statistics.h"

namespace pantile {

using filter::Graph;
using filter::Wanted;

Result<std::shared_ptr<const TileSource>> filter_and_crop(const Graph& graph,
                                                          const std::optional<Rect>& region) {
  PANTILE_ASSIGN(std::shared_ptr<const TileSource> source, filter::compile_graph(graph));
  if (!region) return source;
  PANTILE_ASSIGN(std::shared_ptr<const TileSource> part, CropSource::create(source, *region));
  return part;
}

Result<Graph> with_numbers_to_come(const Graph& graph) {
  const auto measure = [](const Wanted&, const Graph& of) -> Result<Ranges> {
    return Ranges(static_cast<std::size_t>(of.spec().channels), {0, 1});
  };
  return filter::settle(graph, measure, filter::stage_for_later);
}

std::int64_t GraphSettling::memory_bytes(int threads) const {
  std::int64_t most = 0;
  // (What cannot be compiled has been refused before.)
  const auto measure = [&](const Wanted&, const Graph& of) -> Result<Ranges> {
    PANTILE_ASSIGN(const auto source, filter::compile_graph(of));
    most = std::max(most, statistics_bytes(*source, threads));
    return Ranges(static_cast<std::size_t>(of.spec().channels), {0, 1});
  };
  const auto stage = [&](const Graph& staged) -> Result<std::shared_ptr<const TileSource>> {
    PANTILE_ASSIGN(const auto source, filter::compile_staged(staged));
    most = std::max(most, source->finding_bytes(threads));
    return std::shared_ptr<const TileSource>(source);
  };
  static_cast<void>(filter::settle(graph_, measure, stage));
  return most;
}

Result<std::shared_ptr<const TileSource>> GraphSettling::settle(ByteStore* parts, int threads,
                                                                const RunOptions& run,
                                                                std::vector<StageSummary>& stages) {
  int count = 0;
  std::map<std::string, Ranges> known;  // two operators may ask the same
  const auto measure = [&](const Wanted& wanted, const Graph& of) -> Result<Ranges> {
    PANTILE_ASSIGN(const auto source, filter::compile_graph(of));
    const std::string_view name = filter::statistic_name(wanted.what);
    const std::string identity = Hasher()
                                     .add(fmt::format("{} 1", name))
                                     .add(source->fingerprint().hex())
                                     .add(wanted.quantiles.first)
                                     .add(wanted.quantiles.second)
                                     .finish()
                                     .hex();
    if (const auto at = known.find(identity); at != known.end()) return at->second;
    // (A job may measure more than one graph.)
    const std::string key =
        fmt::format("{}/{}-{}.json", kSettledPrefix, name, identity.substr(0, 16));
    const auto channels = static_cast<std::size_t>(source->spec().channels);
    std::optional<Ranges> ranges;
    if (parts != nullptr) {
      PANTILE_ASSIGN(ranges, read_ranges(*parts, key, identity, channels));
    }
    if (!ranges) {
      ++count;
      const std::string stage = count == 1 ? "statistics" : fmt::format("statistics/{}", count);
      PANTILE_ASSIGN(ranges,
                     pantile::measure(*source, wanted, MeasureRun{stage, threads, run, stages}));
      if (parts != nullptr) PANTILE_TRY(write_ranges(*parts, key, identity, *ranges));
    }
    known.emplace(identity, *ranges);
    return *ranges;
  };
  const auto stage = [&](const Graph& staged) -> Result<std::shared_ptr<const TileSource>> {
    PANTILE_ASSIGN(const auto source, filter::compile_staged(staged));
    PANTILE_TRY(PreparedLabels(source).prepare(parts, threads, run, stages));
    return std::shared_ptr<const TileSource>(source);
  };
  PANTILE_ASSIGN(const Graph settled, filter::settle(graph_, measure, stage));
  return filter_and_crop(settled, region_);
}

}  // namespace pantile
