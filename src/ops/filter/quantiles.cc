#include "ops/filter/quantiles.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

namespace pantile::filter {
namespace {

/// Unsigned numbers of a sample's width, in the order of the samples, from their bits.
template <class Key> constexpr Key kSign = static_cast<Key>(Key{1} << (8 * sizeof(Key) - 1));

template <class Key> Key float_key(Key bits) {
  return (bits & kSign<Key>) != 0 ? static_cast<Key>(~bits) : static_cast<Key>(bits | kSign<Key>);
}
template <class Key> Key float_bits(Key key) {
  return (key & kSign<Key>) != 0 ? static_cast<Key>(key ^ kSign<Key>) : static_cast<Key>(~key);
}

/// Bits of plus infinity; greater ones, but for the sign, are not numbers.
template <class Key> constexpr Key infinity_bits() {
  if constexpr (sizeof(Key) == 2) return 0x7c00;
  if constexpr (sizeof(Key) == 4) return 0x7f800000;
  if constexpr (sizeof(Key) == 8) return 0x7ff0000000000000;
  return 0;
}

bool is_signed(DType dtype) {
  return dtype == DType::i8 || dtype == DType::i16 || dtype == DType::i32 || dtype == DType::i64;
}

int bits_of(DType dtype) { return 8 * static_cast<int>(dtype_bytes(dtype)); }

/// An f16 from its bits, exactly.
double half_value(std::uint16_t bits) {
  const int exponent = bits >> 10 & 0x1f, fraction = bits & 0x3ff;
  const double sign = (bits & 0x8000) != 0 ? -1 : 1;
  if (exponent == 31) return sign * std::numeric_limits<double>::infinity();
  if (exponent == 0) return sign * std::ldexp(fraction, -24);
  return sign * std::ldexp(1024 + fraction, exponent - 25);
}

}  // namespace

int QuantileSearch::passes(DType dtype) { return (bits_of(dtype) + 15) / 16; }

std::int64_t QuantileSearch::most_bytes(DType dtype, int channels) {
  const int bits = bits_of(dtype);
  const std::int64_t bins = std::int64_t{8} << std::min(bits, 16);
  return bins * channels * (bits > 16 ? kRanks : 1);
}

QuantileSearch::QuantileSearch(DType dtype, int channels, std::pair<double, double> quantiles)
    : dtype_(dtype),
      quantiles_(quantiles),
      key_bits_(bits_of(dtype)),
      digit_bits_(std::min(key_bits_, 16)),
      channels_(static_cast<std::size_t>(channels)) {
  for (Channel& channel : channels_) channel.prefixes = {0};
  place_bins();
}

void QuantileSearch::place_bins() {
  std::size_t runs = 0;
  for (Channel& channel : channels_) {
    channel.first = runs * bins();
    runs += channel.prefixes.size();
  }
  counts_.assign(runs * bins(), 0);
}

QuantileSearch::Tally QuantileSearch::tally() const {
  Tally fresh;
  fresh.counts_.assign(counts_.size(), 0);
  return fresh;
}

template <class Key>
void QuantileSearch::count_channel(const View& samples, const Channel& channel,
                                   std::uint64_t* counts) const {
  constexpr int kBits = 8 * static_cast<int>(sizeof(Key));
  const int shift = kBits - settled_bits_ - digit_bits_;
  const Key mask = static_cast<Key>(bins() - 1);
  const Key flip = is_signed(dtype_) ? kSign<Key> : Key{0};
  const bool is_float = dtype_is_float(dtype_);
  const std::ptrdiff_t step = samples.layout().col_stride;
  for (std::int64_t y = 0; y < samples.height(); ++y) {
    const std::byte* at = samples.at(y, 0, 0);
    for (std::int64_t x = 0; x < samples.width(); ++x, at += step) {
      Key bits;
      std::memcpy(&bits, at, sizeof bits);
      if (is_float && static_cast<Key>(bits & static_cast<Key>(~kSign<Key>)) > infinity_bits<Key>())
        continue;
      const Key key = is_float ? float_key(bits) : static_cast<Key>(bits ^ flip);
      const std::size_t bin = static_cast<std::size_t>(static_cast<Key>(key >> shift) & mask);
      if (settled_bits_ == 0) {
        ++counts[bin];
        continue;
      }
      const std::uint64_t prefix = static_cast<std::uint64_t>(key) >> (kBits - settled_bits_);
      for (std::size_t i = 0; i < channel.prefixes.size(); ++i) {
        if (channel.prefixes[i] == prefix) ++counts[i * bins() + bin];
      }
    }
  }
}

void QuantileSearch::count(const View& samples, Tally& tally) const {
  for (int c = 0; c < samples.channels(); ++c) {
    const Channel& channel = channels_[static_cast<std::size_t>(c)];
    if (channel.prefixes.empty()) continue;
    const View one = samples.select_channels(c, c + 1);
    std::uint64_t* const counts = tally.counts_.data() + channel.first;
    switch (key_bits_) {
      case 8: count_channel<std::uint8_t>(one, channel, counts); break;
      case 16: count_channel<std::uint16_t>(one, channel, counts); break;
      case 32: count_channel<std::uint32_t>(one, channel, counts); break;
      default: count_channel<std::uint64_t>(one, channel, counts); break;
    }
  }
}

void QuantileSearch::add(const Tally& tally) {
  for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += tally.counts_[i];
}

/// How many numbers there are is known after the first pass, and so which ones are wanted.
void QuantileSearch::rank_first(Channel& channel) {
  const auto begin = counts_.begin() + static_cast<std::ptrdiff_t>(channel.first);
  for (std::size_t i = 0; i < bins(); ++i) {
    channel.numbers += static_cast<std::int64_t>(begin[static_cast<std::ptrdiff_t>(i)]);
  }
  if (channel.numbers == 0) return;
  const std::array<double, 2> wanted{quantiles_.first, quantiles_.second};
  for (std::size_t k = 0; k < 2; ++k) {
    const double place = wanted[k] * static_cast<double>(channel.numbers - 1);
    const double below = std::floor(place);
    channel.weight[k] = place - below;
    channel.rank[2 * k] = std::min(static_cast<std::int64_t>(below), channel.numbers - 1);
    channel.rank[2 * k + 1] = std::min(channel.rank[2 * k] + 1, channel.numbers - 1);
  }
}

/// Each wanted sample's next bits: those of the bin in which its rank lies.
void QuantileSearch::descend(Channel& channel) {
  for (std::size_t r = 0; r < kRanks; ++r) {
    const auto run = std::ranges::lower_bound(channel.prefixes, channel.prefix[r]);
    const std::uint64_t* const counts =
        counts_.data() + channel.first +
        static_cast<std::size_t>(run - channel.prefixes.begin()) * bins();
    std::size_t bin = 0;
    while (channel.rank[r] >= static_cast<std::int64_t>(counts[bin])) {
      channel.rank[r] -= static_cast<std::int64_t>(counts[bin++]);
    }
    channel.prefix[r] = channel.prefix[r] << digit_bits_ | bin;
  }
  channel.prefixes.assign(channel.prefix.begin(), channel.prefix.end());
  std::ranges::sort(channel.prefixes);
  const auto rest = std::ranges::unique(channel.prefixes);
  channel.prefixes.erase(rest.begin(), rest.end());
}

bool QuantileSearch::next_pass() {
  bool any = false;
  for (Channel& channel : channels_) {
    if (settled_bits_ == 0) rank_first(channel);
    if (channel.numbers == 0) {
      channel.prefixes.clear();
      continue;
    }
    descend(channel);
    any = true;
  }
  settled_bits_ += digit_bits_;
  if (!any || settled_bits_ == key_bits_) return false;
  place_bins();
  return true;
}

double QuantileSearch::value_of(std::uint64_t key) const {
  switch (dtype_) {
    case DType::u8:
    case DType::u16:
    case DType::u32:
    case DType::u64: return static_cast<double>(key);
    case DType::f16: return half_value(float_bits(static_cast<std::uint16_t>(key)));
    case DType::f32: return std::bit_cast<float>(float_bits(static_cast<std::uint32_t>(key)));
    case DType::f64: return std::bit_cast<double>(float_bits(key));
    default: break;
  }
  // Signed: the greatest negative value has the sign bit as its key.
  const std::uint64_t sign = std::uint64_t{1} << (key_bits_ - 1);
  return static_cast<double>(static_cast<std::int64_t>(key - sign));
}

std::pair<double, double> QuantileSearch::range(int channel) const {
  const Channel& c = channels_[static_cast<std::size_t>(channel)];
  if (c.numbers == 0) {
    return {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::quiet_NaN()};
  }
  const auto quantile = [&](std::size_t k) {
    const double a = value_of(c.prefix[2 * k]) + 0.0, b = value_of(c.prefix[2 * k + 1]) + 0.0;
    if (c.weight[k] == 0 || a == b || !std::isfinite(a)) return a;
    if (!std::isfinite(b)) return b;
    return a + (b - a) * c.weight[k];
  };
  return {quantile(0), quantile(1)};
}

}  // namespace pantile::filter
