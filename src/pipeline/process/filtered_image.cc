#include "pipeline/process/filtered_image.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/hash.h"
#include "ops/crop/crop_source.h"
#include "ops/filter/filter_source.h"
#include "ops/filter/quantiles.h"
#include "pipeline/process/measured_ranges.h"
#include "pipeline/process/statistics.h"

namespace pantile {
namespace {

using filter::Chain;

/// The first `count` operators; of none, the image itself.
Result<std::shared_ptr<const TileSource>> before(const std::shared_ptr<const TileSource>& inner,
                                                 const std::vector<Chain>& chains,
                                                 std::size_t count) {
  if (count == 0) return inner;
  std::vector<Chain> heads;
  for (const Chain& chain : chains) {
    heads.emplace_back(chain.begin(), chain.begin() + static_cast<std::ptrdiff_t>(count));
  }
  return filter_and_crop(inner, heads, std::nullopt);
}

}  // namespace

Result<std::shared_ptr<const TileSource>> filter_and_crop(std::shared_ptr<const TileSource> inner,
                                                          const std::vector<Chain>& chains,
                                                          const std::optional<Rect>& region) {
  PANTILE_ASSIGN(std::shared_ptr<const TileSource> source,
                 filter::FilterSource::make(std::move(inner), chains));
  if (!region) return source;
  PANTILE_ASSIGN(std::shared_ptr<const TileSource> part, CropSource::create(source, *region));
  return part;
}

Chain with_ranges_to_come(Chain chain) {
  for (std::size_t at = filter::first_unsettled(chain); at < chain.size();
       at = filter::first_unsettled(chain)) {
    // A finite range is always taken.
    if (!filter::settle_quantiles(chain[at], {0, 1}, DType::f64).ok()) break;
  }
  return chain;
}

std::int64_t QuantileSettling::memory_bytes(int threads) const {
  std::int64_t most = 0;
  Chain chain = chain_;
  const Chain to_come = with_ranges_to_come(chain_);
  for (std::size_t at = filter::first_unsettled(chain); at < chain.size();
       at = filter::first_unsettled(chain)) {
    const auto source = before(inner_, {to_come}, at);
    if (source.ok()) most = std::max(most, statistics_bytes(**source, threads));
    chain[at] = to_come[at];
  }
  return most;
}

Result<std::shared_ptr<const TileSource>> QuantileSettling::settle(
    ByteStore* parts, int threads, const RunOptions& run, std::vector<StageSummary>& stages) {
  std::vector<Chain> chains(static_cast<std::size_t>(inner_->spec().channels), chain_);
  int count = 0;
  for (std::size_t at = filter::first_unsettled(chain_); at < chain_.size();
       at = filter::first_unsettled(chains.front())) {
    const std::pair<double, double> quantiles = chain_[at].range("q");
    PANTILE_ASSIGN(const auto source, before(inner_, chains, at));
    const std::string of = Hasher()
                               .add("quantiles 1")
                               .add(source->fingerprint().hex())
                               .add(quantiles.first)
                               .add(quantiles.second)
                               .finish()
                               .hex();
    // (A job may measure more than one chain.)
    const std::string key = fmt::format("{}/quantiles-{}.json", kSettledPrefix, of.substr(0, 16));
    std::optional<Ranges> ranges;
    if (parts != nullptr) {
      PANTILE_ASSIGN(ranges, read_ranges(*parts, key, of, chains.size()));
    }
    if (!ranges) {
      ++count;
      const std::string stage = count == 1 ? "statistics" : fmt::format("statistics/{}", count);
      PANTILE_ASSIGN(ranges, measure_quantiles(*source, quantiles, stage, threads, run, stages));
      if (parts != nullptr) PANTILE_TRY(write_ranges(*parts, key, of, *ranges));
    }
    for (std::size_t c = 0; c < chains.size(); ++c) {
      PANTILE_TRY(filter::settle_quantiles(chains[c][at], (*ranges)[c], source->spec().dtype)
                      .with_context(fmt::format("channel {}", c)));
    }
  }
  return filter_and_crop(inner_, chains, region_);
}

}  // namespace pantile
