#include "io/codec/huffman.h"

#include <algorithm>

namespace pantile::codec {
namespace {

/// The order in which the lengths of the length code are written (RFC 1951, 3.2.7).
constexpr std::uint8_t kLengthOrder[19] = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                           11, 4,  12, 3, 13, 2, 14, 1, 15};

constexpr unsigned extra_bits_of(int length_symbol) {
  return length_symbol == 16 ? 2 : length_symbol == 17 ? 3 : length_symbol == 18 ? 7 : 0;
}

/// Replaces rising weights by the depths of their leaves in a minimum-redundancy tree, deepest
/// first. Moffat and Katajainen's three passes over one array; n >= 2.
void weights_to_depths(std::span<std::uint32_t> a) {
  const auto n = a.size();
  // 1. Join the two lightest of leaves (from `leaf`) and inner nodes (from `root`); an inner
  //    node that has been joined keeps the index of its parent.
  a[0] += a[1];
  std::size_t root = 0, leaf = 2;
  for (std::size_t next = 1; next + 1 < n; ++next) {
    const auto take = [&]() -> std::uint32_t {
      if (leaf >= n || (root < next && a[root] < a[leaf])) {
        const std::uint32_t weight = a[root];
        a[root++] = static_cast<std::uint32_t>(next);
        return weight;
      }
      return a[leaf++];
    };
    const std::uint32_t first = take();
    a[next] = first + take();
  }
  // 2. Parents to depths of the inner nodes, from the root downward.
  a[n - 2] = 0;
  for (std::size_t next = n - 2; next-- > 0;) a[next] = a[a[next]] + 1;
  // 3. Places that inner nodes leave free at a depth are leaves.
  std::size_t available = 1, out = n;
  std::ptrdiff_t inner = static_cast<std::ptrdiff_t>(n) - 2;
  for (std::uint32_t depth = 0; available > 0; ++depth) {
    std::size_t used = 0;
    while (inner >= 0 && a[static_cast<std::size_t>(inner)] == depth) {
      ++used;
      --inner;
    }
    for (; available > used; --available) a[--out] = depth;
    available = 2 * used;
  }
}

}  // namespace

void make_code_lengths(std::span<const std::uint32_t> counts, int max_bits,
                       std::span<std::uint8_t> lengths) {
  std::array<std::uint64_t, 288> by_weight;  // count << 16 | symbol
  std::size_t n = 0;
  for (std::size_t s = 0; s < counts.size(); ++s) {
    lengths[s] = 0;
    if (counts[s] != 0) by_weight[n++] = std::uint64_t{counts[s]} << 16 | s;
  }
  if (n < 2) {
    const std::size_t symbol = n == 0 ? 0 : by_weight[0] & 0xffff;
    lengths[symbol] = 1;
    lengths[symbol == 0 ? 1 : 0] = 1;
    return;
  }
  std::sort(by_weight.begin(), by_weight.begin() + static_cast<std::ptrdiff_t>(n));
  std::array<std::uint32_t, 288> depth;
  for (std::size_t i = 0; i < n; ++i) depth[i] = static_cast<std::uint32_t>(by_weight[i] >> 16);
  weights_to_depths({depth.data(), n});

  // Too deep leaves move up to the limit, which overfills the tree; then, until it is just full,
  // a leaf of the limit goes beside the deepest leaf above it, one level further down.
  std::array<std::uint32_t, kMaxCodeBits + 1> leaves{};
  for (std::size_t i = 0; i < n; ++i) {
    ++leaves[std::min<std::uint32_t>(depth[i], static_cast<std::uint32_t>(max_bits))];
  }
  const auto limit = static_cast<std::size_t>(max_bits);
  std::uint64_t filled = 0;
  for (std::size_t b = 1; b <= limit; ++b) filled += std::uint64_t{leaves[b]} << (limit - b);
  for (; filled > std::uint64_t{1} << limit; --filled) {
    std::size_t b = limit - 1;
    while (leaves[b] == 0) --b;
    --leaves[b];
    leaves[b + 1] += 2;
    --leaves[limit];
  }
  std::size_t next = 0;  // the rarest first
  for (std::size_t b = limit; b > 0; --b) {
    for (std::uint32_t i = 0; i < leaves[b]; ++i) {
      lengths[by_weight[next++] & 0xffff] = static_cast<std::uint8_t>(b);
    }
  }
}

void make_codes(std::span<const std::uint8_t> lengths, std::span<std::uint16_t> codes) {
  std::array<std::uint32_t, kMaxCodeBits + 1> count{}, next{};
  for (const std::uint8_t length : lengths) ++count[length];
  count[0] = 0;
  for (std::size_t b = 1; b <= kMaxCodeBits; ++b) next[b] = (next[b - 1] + count[b - 1]) << 1;
  for (std::size_t s = 0; s < lengths.size(); ++s) {
    if (lengths[s] == 0) continue;
    std::uint32_t code = next[lengths[s]]++;
    std::uint32_t turned = 0;
    for (unsigned b = 0; b < lengths[s]; ++b, code >>= 1) turned = turned << 1 | (code & 1);
    codes[s] = static_cast<std::uint16_t>(turned);
  }
}

void BlockCode::fit(const LitLenCounts& lit_len, const DistanceCounts& distance) {
  lit_len_bits.fill(0);
  distance_bits.fill(0);
  make_code_lengths(lit_len, kMaxCodeBits, std::span(lit_len_bits).first(kLitLenSymbols));
  make_code_lengths(distance, kMaxCodeBits, std::span(distance_bits).first(kDistanceSymbols));
  describe();
}

void BlockCode::set_fixed() {
  for (std::size_t s = 0; s < lit_len_bits.size(); ++s) {
    lit_len_bits[s] = s < 144 ? 8 : s < 256 ? 9 : s < 280 ? 7 : 8;
  }
  distance_bits.fill(5);
}

void BlockCode::describe() {
  lit_len_used_ = kLitLenSymbols;
  while (lit_len_used_ > 257 && lit_len_bits[static_cast<std::size_t>(lit_len_used_ - 1)] == 0) {
    --lit_len_used_;
  }
  distance_used_ = kDistanceSymbols;
  while (distance_used_ > 1 && distance_bits[static_cast<std::size_t>(distance_used_ - 1)] == 0) {
    --distance_used_;
  }
  std::array<std::uint8_t, 288 + 32> all;
  const auto middle = std::copy_n(lit_len_bits.begin(), lit_len_used_, all.begin());
  const auto end = std::copy_n(distance_bits.begin(), distance_used_, middle);

  std::array<std::uint32_t, kLengthSymbols> counts{};
  item_count_ = 0;
  const auto put = [&](int symbol, std::ptrdiff_t extra) {
    items_[static_cast<std::size_t>(item_count_++)] = {static_cast<std::uint8_t>(symbol),
                                                       static_cast<std::uint8_t>(extra)};
    ++counts[static_cast<std::size_t>(symbol)];
  };
  for (auto at = all.begin(); at != end;) {
    const std::uint8_t length = *at;
    std::ptrdiff_t run = std::find_if(at, end, [&](auto l) { return l != length; }) - at;
    at += run;
    if (length != 0) {  // a repeat needs one to repeat
      put(length, 0);
      --run;
    }
    while (run >= 3) {
      const std::ptrdiff_t part = std::min<std::ptrdiff_t>(run, length != 0 ? 6 : 138);
      if (length != 0) {
        put(16, part - 3);
      } else if (part <= 10) {
        put(17, part - 3);
      } else {
        put(18, part - 11);
      }
      run -= part;
    }
    for (; run > 0; --run) put(length, 0);
  }
  make_code_lengths(counts, 7, length_bits_);
  length_used_ = kLengthSymbols;
  while (length_used_ > 4 &&
         length_bits_[kLengthOrder[static_cast<std::size_t>(length_used_ - 1)]] == 0) {
    --length_used_;
  }
  header_bits_ = 5 + 5 + 4 + 3 * length_used_;
  for (int s = 0; s < kLengthSymbols; ++s) {
    const auto i = static_cast<std::size_t>(s);
    header_bits_ += static_cast<std::int64_t>(counts[i]) * (length_bits_[i] + extra_bits_of(s));
  }
}

std::int64_t BlockCode::body_bits(const LitLenCounts& lit_len,
                                  const DistanceCounts& distance) const {
  std::int64_t bits = 0;
  for (std::size_t s = 0; s < lit_len.size(); ++s) {
    bits += std::int64_t{lit_len[s]} * lit_len_bits[s];
  }
  for (std::size_t s = 0; s < distance.size(); ++s) {
    bits += std::int64_t{distance[s]} * distance_bits[s];
  }
  return bits;
}

void BlockCode::write_header(BitWriter& bits) const {
  bits.add(static_cast<std::uint64_t>(lit_len_used_ - 257), 5);
  bits.add(static_cast<std::uint64_t>(distance_used_ - 1), 5);
  bits.add(static_cast<std::uint64_t>(length_used_ - 4), 4);
  bits.flush();
  for (int i = 0; i < length_used_; ++i) {
    bits.add(length_bits_[kLengthOrder[i]], 3);
    bits.flush();
  }
  std::array<std::uint16_t, kLengthSymbols> codes{};
  make_codes(length_bits_, codes);
  for (int i = 0; i < item_count_; ++i) {
    const Item item = items_[static_cast<std::size_t>(i)];
    bits.add(codes[item.symbol], length_bits_[item.symbol]);
    bits.add(item.extra, extra_bits_of(item.symbol));
    bits.flush();
  }
}

void BlockCode::finish() {
  make_codes(lit_len_bits, lit_len_code);
  make_codes(distance_bits, distance_code);
}

}  // namespace pantile::codec
