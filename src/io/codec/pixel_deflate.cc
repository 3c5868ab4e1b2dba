#include "io/codec/pixel_deflate.h"

#include <libdeflate.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "io/codec/deflate_format.h"
#include "io/codec/huffman.h"

namespace pantile::codec {
namespace {

constexpr unsigned kHashBits = 14;        // of pairs and quads of pixels
constexpr unsigned kSingleHashBits = 11;  // of one pixel; formula pictures have few colours
constexpr std::size_t kBlockTokens = 16384;
constexpr std::size_t kStretch = 1024;  // pixels looked up at a time
constexpr unsigned kMaxLiterals = 0xffff;

/// `literals` pixels as they are, then `length` pixels from `distance` bytes before.
struct Token {
  std::uint16_t literals, distance, length, distance_symbol;
};

std::size_t index_of(std::byte b) { return std::to_integer<std::size_t>(b); }

}  // namespace

/// One thread's tables. Places of pixels are kept mod 2^16, more than the window holds: a place
/// too old looks like a nearer one, where the comparison of pixels then decides.
struct PixelDeflate::State {
  // By hash: the two latest places of two pixels, the latest of four and of one.
  std::array<std::uint32_t, 1 << kHashBits> pairs;
  std::array<std::uint16_t, 1 << kHashBits> quads;
  std::array<std::uint16_t, 1 << kSingleHashBits> singles;
  // What they held when the pixels of a stretch came.
  struct Places {
    std::uint32_t pair;
    std::uint16_t quad, single;
  };
  std::array<Places, kStretch> places;

  // The block that is being collected.
  std::array<Token, kBlockTokens> tokens;
  std::size_t token_count;
  BlockCode::LitLenCounts lit_len_counts;
  BlockCode::DistanceCounts distance_counts;

  BlockCode code, fixed;
  std::vector<std::byte> buffer;

  State() {
    fixed.set_fixed();
    fixed.finish();
  }

  void clear_block() {
    token_count = 0;
    lit_len_counts.fill(0);
    distance_counts.fill(0);
  }
  void count_literals(std::span<const std::byte> bytes) {
    for (const std::byte b : bytes) ++lit_len_counts[index_of(b)];
  }
};

/// The encoder for one pixel size. With kRows, a zero goes before every row of pixels, and no
/// repeat goes beyond the end of a row, here or there.
template <unsigned kPixel, bool kRows> class PixelDeflate::Run {
 public:
  Run(State& state, std::span<const std::byte> in, std::size_t row_px)
      : s_(state),
        in_(in),
        data_(in.data()),
        row_px_(row_px),
        window_(kRows ? (kWindowBytes - 1) * row_px / (kPixel * row_px + 1) : kWindow),
        bits_(state.buffer.data()) {}

  /// Fills state.buffer; the end of the stream.
  std::byte* stream();
  /// Fills state.buffer with a piece of a stream; its end.
  std::byte* piece();

 private:
  static constexpr std::size_t kWindow = kWindowBytes / kPixel;
  static constexpr std::size_t kMaxMatch = kMaxMatchBytes / kPixel;
  static constexpr std::size_t kCompared = 15 / kPixel;  // pixels in 16 bytes less a bit

  void encode(bool last);
  void look_up(std::size_t begin, std::size_t end);
  std::uint32_t best_repeat(std::size_t at, const State::Places& places) const;
  std::size_t match_length(std::size_t at, std::size_t distance) const;
  /// A repeat as long as rows allow.
  std::size_t cut_to_rows(std::size_t at, std::size_t length, std::size_t distance) const;
  void end_block(std::size_t end, bool last);
  void write_tokens(const BlockCode& with);

  State& s_;
  const std::span<const std::byte> in_;
  const std::byte* const data_;
  const std::size_t row_px_;  ///< With kRows only.
  const std::size_t window_;  ///< In pixels, the zeros between them counted.
  BitWriter bits_;
  std::size_t block_start_ = 0;
};

/// Puts the pixels [begin, end) into the tables and keeps what was there. It is done apart from
/// the choice of repeats so that no step of it waits for another.
template <unsigned kPixel, bool kRows>
void PixelDeflate::Run<kPixel, kRows>::look_up(std::size_t begin, std::size_t end) {
  constexpr std::uint64_t kMixA = 0x9E3779B97F4A7C15, kMixB = 0xD6E8FEB86659FD93;
  constexpr int kDrop = 64 - 16 * static_cast<int>(kPixel);  // bits beyond two pixels
  constexpr std::uint64_t kFour = kPixel == 3 ? 0xffffffff : ~std::uint64_t{0};
  State& s = s_;
  for (std::size_t i = begin; i < end; ++i) {
    const std::uint64_t word = load64(data_ + i * kPixel);
    const std::uint64_t rest = load64(data_ + i * kPixel + 8) & kFour;
    auto& pair = s.pairs[(word << kDrop) * kMixA >> (64 - kHashBits)];
    auto& quad = s.quads[(word * kMixB + rest) * kMixA >> (64 - kHashBits)];
    auto& single = s.singles[(word << (64 - 8 * kPixel)) * kMixA >> (64 - kSingleHashBits)];
    s.places[i - begin] = {pair, quad, single};
    pair = pair << 16 | static_cast<std::uint16_t>(i);
    quad = static_cast<std::uint16_t>(i);
    single = static_cast<std::uint16_t>(i);
  }
}

/// The longest repeat, the nearest of equals: length << 16 | (0xffff - distance), the length at
/// most kCompared. Without branches: which place is best cannot be foretold.
template <unsigned kPixel, bool kRows>
std::uint32_t PixelDeflate::Run<kPixel, kRows>::best_repeat(std::size_t at,
                                                            const State::Places& places) const {
  constexpr std::uint64_t kTop = std::uint64_t{1} << 63;  // no count beyond the word
  const std::byte* const here = data_ + at * kPixel;
  const std::uint64_t low = load64(here), high = load64(here + 8);
  const std::size_t reach = std::min(at, window_);
  const auto repeat = [&](std::uint32_t place) {
    const std::size_t d = static_cast<std::uint16_t>(at - place);
    // 1, always a place, in place of what is not in the window.
    const std::size_t distance = 1 + ((d - 1) & (std::size_t{0} - std::size_t{d - 1 < reach}));
    const std::byte* const there = here - distance * kPixel;
    const std::uint64_t x = low ^ load64(there), y = high ^ load64(there + 8);
    const auto same =
        static_cast<std::uint32_t>(std::countr_zero(x | kTop)) +
        (static_cast<std::uint32_t>(std::countr_zero(y | kTop) + 1) & (0u - std::uint32_t{x == 0}));
    const std::uint32_t length = kPixel == 3 ? same * 171 >> 12 : same >> 5;  // bits / 24 or 32
    return length << 16 | static_cast<std::uint32_t>(0xffff - distance);
  };
  return std::max(std::max(repeat(places.pair), repeat(places.pair >> 16)),
                  std::max(repeat(places.quad), repeat(places.single)));
}

template <unsigned kPixel, bool kRows>
std::size_t PixelDeflate::Run<kPixel, kRows>::match_length(std::size_t at,
                                                           std::size_t distance) const {
  const std::byte* const here = data_ + at * kPixel;
  const std::byte* const there = here - distance * kPixel;
  const std::size_t most = std::min(in_.size() - at * kPixel, kMaxMatch * kPixel);
  std::size_t n = 0;
  for (; n + 8 <= most; n += 8) {
    const std::uint64_t differ = load64(here + n) ^ load64(there + n);
    if (differ != 0) return (n + static_cast<std::size_t>(std::countr_zero(differ)) / 8) / kPixel;
  }
  while (n < most && here[n] == there[n]) ++n;
  return n / kPixel;
}

template <unsigned kPixel, bool kRows>
std::size_t PixelDeflate::Run<kPixel, kRows>::cut_to_rows(std::size_t at, std::size_t length,
                                                          std::size_t distance) const {
  const std::size_t x = at % row_px_, there_x = (at - distance) % row_px_;
  return std::min(length, row_px_ - std::max(x, there_x));
}

template <unsigned kPixel, bool kRows> void PixelDeflate::Run<kPixel, kRows>::encode(bool last) {
  s_.pairs.fill(0);
  s_.quads.fill(0);
  s_.singles.fill(0);
  s_.clear_block();

  // Pixels from which 16 bytes can be loaded. The first has nothing before it.
  const std::size_t searchable = in_.size() >= 16 ? (in_.size() - 16) / kPixel + 1 : 0;
  std::size_t at = 0;  // the next pixel to be encoded
  std::size_t literal_start = 0, stretch = 0, stretch_end = 0;
  std::size_t row_start = 0;  // the next one
  while (at < searchable) {
    if (at >= stretch_end) {
      stretch = stretch_end;
      stretch_end = std::min(searchable, stretch + kStretch);
      look_up(stretch, stretch_end);
      continue;
    }
    if constexpr (kRows) {
      if (at == row_start) {  // no token lies in two rows
        if (at != literal_start) {
          s_.tokens[s_.token_count++] = {static_cast<std::uint16_t>(at - literal_start), 0, 0, 0};
          literal_start = at;
          if (s_.token_count == kBlockTokens) end_block(at * kPixel, false);
        }
        ++s_.lit_len_counts[0];
        row_start += row_px_;
      }
    }
    const std::uint32_t best = at != 0 ? best_repeat(at, s_.places[at - stretch]) : 0;
    std::size_t length = best >> 16;
    if (length == 0) {
      s_.count_literals(in_.subspan(at * kPixel, kPixel));
      if (++at - literal_start < kMaxLiterals) continue;
    }
    Token& token = s_.tokens[s_.token_count++];
    token.literals = static_cast<std::uint16_t>(at - literal_start);
    if (length != 0) {
      const std::size_t distance = 0xffff - (best & 0xffff);
      if (length == kCompared) length = match_length(at, distance);
      std::size_t distance_bytes = distance * kPixel;
      if constexpr (kRows) {
        length = cut_to_rows(at, length, distance);
        distance_bytes += at / row_px_ - (at - distance) / row_px_;
      }
      token.distance = static_cast<std::uint16_t>(distance_bytes);
      const unsigned symbol = distance_symbol(static_cast<unsigned>(distance_bytes));
      token.distance_symbol = static_cast<std::uint16_t>(symbol);
      ++s_.lit_len_counts[257u + kAlphabet.length_symbol[length * kPixel]];
      ++s_.distance_counts[symbol];
      at += length;
    }
    token.length = static_cast<std::uint16_t>(length);
    literal_start = at;
    if (s_.token_count == kBlockTokens) end_block(at * kPixel, false);
  }
  // The last pixels, and bytes that are no whole pixel.
  if (at * kPixel < in_.size()) s_.count_literals(in_.subspan(at * kPixel));
  end_block(in_.size(), last);
}

template <unsigned kPixel, bool kRows> std::byte* PixelDeflate::Run<kPixel, kRows>::stream() {
  bits_.add(0x0178, 16);  // RFC 1950, 2.2: deflate, window of 32 KiB, the fastest level
  bits_.flush();
  encode(true);
  std::byte* end = bits_.align();
  const std::uint32_t sum = libdeflate_adler32(1, in_.data(), in_.size());
  for (int shift = 24; shift >= 0; shift -= 8) *end++ = static_cast<std::byte>(sum >> shift);
  return end;
}

template <unsigned kPixel, bool kRows> std::byte* PixelDeflate::Run<kPixel, kRows>::piece() {
  encode(false);
  write_stored({}, false, bits_);  // an empty block ends with a whole byte
  return bits_.align();
}

/// Writes what was collected, up to byte `end`, in the shortest of the three ways, and begins anew.
template <unsigned kPixel, bool kRows>
void PixelDeflate::Run<kPixel, kRows>::end_block(std::size_t end, bool last) {
  const auto block = in_.subspan(block_start_, end - block_start_);
  ++s_.lit_len_counts[kEndOfBlock];
  s_.code.fit(s_.lit_len_counts, s_.distance_counts);
  const std::int64_t dynamic_bits =
      s_.code.header_bits() + s_.code.body_bits(s_.lit_len_counts, s_.distance_counts);
  const std::int64_t fixed_bits = s_.fixed.body_bits(s_.lit_len_counts, s_.distance_counts);
  const std::int64_t extra_bits = kAlphabet.extra_bits(s_.lit_len_counts, s_.distance_counts);
  if (!kRows && stored_bits(block.size()) <= std::min(dynamic_bits, fixed_bits) + extra_bits) {
    write_stored(block, last, bits_);
  } else {
    const bool fixed = fixed_bits <= dynamic_bits;
    bits_.add((last ? 1u : 0u) | (fixed ? 1u : 2u) << 1, 3);
    bits_.flush();
    if (!fixed) {
      s_.code.write_header(bits_);
      s_.code.finish();
    }
    write_tokens(fixed ? s_.fixed : s_.code);
  }
  s_.clear_block();
  block_start_ = end;
}

template <unsigned kPixel, bool kRows>
void PixelDeflate::Run<kPixel, kRows>::write_tokens(const BlockCode& with) {
  std::array<std::uint32_t, kMaxMatch + 1> length_code;  // with the extra bits
  std::array<std::uint8_t, kMaxMatch + 1> length_bits;
  for (unsigned n = 1; n <= kMaxMatch; ++n) {
    const std::size_t s = kAlphabet.length_symbol[n * kPixel];
    const unsigned extra = n * kPixel - kAlphabet.length_base[s];
    const unsigned code_bits = with.lit_len_bits[257 + s];
    length_code[n] = with.lit_len_code[257 + s] | extra << code_bits;
    length_bits[n] = static_cast<std::uint8_t>(code_bits + kAlphabet.length_extra[s]);
  }
  BitWriter bits = bits_;  // a local one stays in registers
  const std::byte* in = data_ + block_start_;
  const auto put_literal = [&](std::byte b) {
    bits.add(with.lit_len_code[index_of(b)], with.lit_len_bits[index_of(b)]);
  };
  const std::byte* row_start = nullptr;  // the next one
  if constexpr (kRows) {
    const std::size_t at = block_start_ / kPixel;
    row_start = data_ + (at + row_px_ - 1) / row_px_ * row_px_ * kPixel;
  }
  const auto begin_row = [&] {
    if (!kRows || in != row_start) return;
    put_literal(std::byte{0});
    bits.flush();
    row_start += row_px_ * kPixel;
  };
  for (std::size_t t = 0; t < s_.token_count; ++t) {
    const Token token = s_.tokens[t];
    begin_row();
    for (unsigned i = 0; i < token.literals; ++i, in += kPixel) {
      for (unsigned b = 0; b < 3; ++b) put_literal(in[b]);
      bits.flush();
      if constexpr (kPixel == 4) {
        put_literal(in[3]);
        bits.flush();
      }
    }
    if (token.length == 0) continue;
    bits.add(length_code[token.length], length_bits[token.length]);
    const std::size_t s = token.distance_symbol;
    const std::uint64_t extra = std::uint64_t{token.distance} - kAlphabet.distance_base[s];
    bits.add(with.distance_code[s] | extra << with.distance_bits[s],
             unsigned{with.distance_bits[s]} + kAlphabet.distance_extra[s]);
    bits.flush();
    in += token.length * kPixel;
  }
  // A block that is not the last ends with a token.
  if (s_.token_count < kBlockTokens) {
    const std::byte* const end = data_ + in_.size();
    if (in != end) begin_row();
    for (; in != end; ++in) {
      put_literal(*in);
      bits.flush();
    }
  }
  bits.add(with.lit_len_code[kEndOfBlock], with.lit_len_bits[kEndOfBlock]);
  bits.flush();
  bits_ = bits;
}

PixelDeflate::PixelDeflate() : state_(std::make_unique<State>()) {}
PixelDeflate::~PixelDeflate() = default;
PixelDeflate::PixelDeflate(PixelDeflate&&) noexcept = default;

void PixelDeflate::compress(std::span<const std::byte> in, int pixel_bytes,
                            std::vector<std::byte>& out) {
  State& s = *state_;
  s.buffer.resize(bound(in.size()));
  std::byte* const end =
      pixel_bytes == 3 ? Run<3, false>(s, in, 0).stream() : Run<4, false>(s, in, 0).stream();
  out = std::vector<std::byte>(s.buffer.data(), end);
}

void PixelDeflate::append_rows(std::span<const std::byte> in, int pixel_bytes, std::size_t row_px,
                               std::vector<std::byte>& out) {
  State& s = *state_;
  const std::size_t rows = in.size() / (row_px * static_cast<std::size_t>(pixel_bytes));
  s.buffer.resize(rows_bound(in.size() + rows));
  const std::byte* const end =
      pixel_bytes == 3 ? Run<3, true>(s, in, row_px).piece() : Run<4, true>(s, in, row_px).piece();
  out.insert(out.end(), static_cast<const std::byte*>(s.buffer.data()), end);
}

std::int64_t PixelDeflate::working_bytes(std::size_t raw_bytes) {
  return static_cast<std::int64_t>(sizeof(State) + 2 * bound(raw_bytes));
}

}  // namespace pantile::codec
