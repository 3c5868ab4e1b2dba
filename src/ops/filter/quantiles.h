#pragma once
/// \file
/// Quantiles of more samples than fit in memory, exactly, by counting.

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "pantile/view.h"

namespace pantile::filter {

/// Looks for two quantiles of each channel. Every pass over all samples settles 16 more bits of
/// them: one pass for types of 8 and 16 bits, two for 32, four for 64. Samples that are not numbers
/// are left out, infinities are values. What is found depends on neither the order nor the grouping
/// of the samples.
///
///     QuantileSearch search(DType::f32, 1, {0.02, 0.98});
///     do {
///       QuantileSearch::Tally tally = search.tally();   // one per thread
///       search.count(view, tally);                      // … of every block
///       search.add(tally);                              // one thread at a time
///     } while (search.next_pass());
///     search.range(0);
class QuantileSearch {
 public:
  /// `quantiles`: 0 <= first < second <= 1.
  QuantileSearch(DType dtype, int channels, std::pair<double, double> quantiles);

  /// One thread's counts of a pass.
  class Tally {
    friend class QuantileSearch;
    std::vector<std::uint64_t> counts_;
  };
  Tally tally() const;
  /// Counts samples of all channels, of the type. Thread-safe.
  void count(const View& samples, Tally& tally) const;
  void add(const Tally& tally);
  /// Ends a pass over all samples; false: there need be no other.
  bool next_pass();

  /// How many passes there are at most.
  static int passes(DType dtype);
  /// The most bytes that a search takes, and as much each of its tallies.
  static std::int64_t most_bytes(DType dtype, int channels);

  /// After the last pass, the two quantiles: between the samples around it, as numpy.quantile
  /// weighs them. Where one of these is an infinity, that. NaN where there were no numbers.
  std::pair<double, double> range(int channel) const;

 private:
  /// The samples wanted: those just below and above each of the two quantiles.
  static constexpr int kRanks = 4;
  struct Channel {
    std::int64_t numbers = 0;
    std::array<std::int64_t, kRanks> rank{};  ///< Among the samples with the same prefix.
    std::array<std::uint64_t, kRanks> prefix{};
    std::array<double, 2> weight{};       ///< Of the upper sample.
    std::vector<std::uint64_t> prefixes;  ///< The different ones, sorted.
    std::size_t first = 0;                ///< Bin of its first prefix.
  };
  void place_bins();
  std::size_t bins() const { return std::size_t{1} << digit_bits_; }
  template <class Key>
  void count_channel(const View& samples, const Channel& channel, std::uint64_t* counts) const;
  void descend(Channel& channel);
  void rank_first(Channel& channel);
  double value_of(std::uint64_t key) const;

  DType dtype_;
  std::pair<double, double> quantiles_;
  int key_bits_, digit_bits_;
  int settled_bits_ = 0;
  std::vector<Channel> channels_;
  std::vector<std::uint64_t> counts_;  ///< Of this pass: a run of bins for each prefix.
};

}  // namespace pantile::filter
