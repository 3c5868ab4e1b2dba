#include "io/codec/repeat_deflate.h"

#include <algorithm>
#include <bit>
#include <vector>

#include "io/codec/deflate_format.h"
#include "io/codec/huffman.h"

namespace pantile::codec {
namespace {

// Chosen on the previews of the complex picture at 1024 to 10192 pixels and on photographs: 14
// bits are 0.3 % smaller and a fifth slower; repeats of 7 bytes or less make files larger.
constexpr unsigned kHashBits = 12;
constexpr std::size_t kMinRepeat = 8;  // as many as are compared at once
constexpr unsigned kPatience = 4;      // misses in a row that lengthen the step, log2
constexpr std::size_t kMaxStep = 32;
constexpr std::size_t kFirstLook = std::size_t{1} << 14;  // bytes that tell what to expect
constexpr std::uint8_t kRareBits = 12;                    // of a literal that was not met before
constexpr std::size_t kBlockTokens = 16384;
constexpr std::size_t kBlockBytes = std::size_t{1} << 17;

/// `literals` bytes as they are, then `length` bytes from `distance` bytes before.
struct Token {
  std::uint32_t literals;
  std::uint16_t length, distance;
};

/// The symbol of any distance.
unsigned symbol_of(std::size_t distance) {
  return distance < 3 ? static_cast<unsigned>(distance) - 1
                      : distance_symbol(static_cast<unsigned>(distance));
}

}  // namespace

struct RepeatDeflate::State {
  // By hash of eight bytes: where they were last, mod 2^16. That is more than the window holds: a
  // place too old looks like a nearer one, where the comparison of bytes then decides.
  std::array<std::uint16_t, 1 << kHashBits> places;

  // The block that is being collected.
  std::array<Token, kBlockTokens> tokens;
  std::size_t token_count;
  // Four of a kind, so that equal bytes in a row do not wait for each other.
  std::array<std::array<std::uint32_t, 256>, 4> literal_counts;
  BlockCode::LitLenCounts lit_len_counts;
  BlockCode::DistanceCounts distance_counts;

  BlockCode code, fixed;
  /// Bits that a byte takes as a literal, as far as is known before its block is complete.
  std::array<std::uint8_t, 256> expected_bits;
  std::vector<std::byte> buffer;

  State() {
    fixed.set_fixed();
    fixed.finish();
  }
  void clear_block() {
    token_count = 0;
    for (auto& counts : literal_counts) counts.fill(0);
    lit_len_counts.fill(0);
    distance_counts.fill(0);
  }
  /// The best code for what was counted.
  void fit() {
    for (std::size_t b = 0; b < 256; ++b) {
      for (const auto& counts : literal_counts) lit_len_counts[b] += counts[b];
    }
    ++lit_len_counts[kEndOfBlock];
    code.fit(lit_len_counts, distance_counts);
  }
  void expect(const BlockCode& next) {
    for (std::size_t b = 0; b < 256; ++b) {
      expected_bits[b] = next.lit_len_bits[b] != 0 ? next.lit_len_bits[b] : kRareBits;
    }
  }
  void count_literals(const std::byte* in, std::size_t count) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(in);
    std::size_t i = 0;
    for (; i + 4 <= count; i += 4) {
      for (std::size_t k = 0; k < 4; ++k) ++literal_counts[k][bytes[i + k]];
    }
    for (; i < count; ++i) ++literal_counts[0][bytes[i]];
  }
};

class RepeatDeflate::Run {
 public:
  Run(State& state, std::span<const std::byte> in)
      : s_(state), in_(in), data_(in.data()), bits_(state.buffer.data()) {}

  /// Fills state.buffer; the end of what was written.
  std::byte* all();

 private:
  std::size_t length_of_repeat(std::size_t at, std::size_t distance) const;
  bool is_worth_it(std::size_t at, std::size_t length, std::size_t distance) const;
  void add_token(std::size_t literal_start, std::size_t at, std::size_t length,
                 std::size_t distance);
  void end_block(std::size_t end);
  void write_tokens(const BlockCode& with);

  State& s_;
  const std::span<const std::byte> in_;
  const std::byte* const data_;
  BitWriter bits_;
  std::size_t block_start_ = 0;
};

/// At least kMinRepeat, which are known to be equal.
std::size_t RepeatDeflate::Run::length_of_repeat(std::size_t at, std::size_t distance) const {
  const std::byte* const here = data_ + at;
  const std::byte* const there = here - distance;
  const std::size_t most = std::min(in_.size() - at, kMaxMatchBytes);
  std::size_t n = kMinRepeat;
  for (; n + 8 <= most; n += 8) {
    const std::uint64_t differ = load64(here + n) ^ load64(there + n);
    if (differ != 0) return n + static_cast<std::size_t>(std::countr_zero(differ)) / 8;
  }
  while (n < most && here[n] == there[n]) ++n;
  return n;
}

/// Whether a repeat is shorter than the codes of its bytes. Where most errors are the same small
/// numbers, eight of them in a row are chance.
bool RepeatDeflate::Run::is_worth_it(std::size_t at, std::size_t length,
                                     std::size_t distance) const {
  const auto repeat_bits = static_cast<unsigned>(10 + std::bit_width(distance));
  const auto* const bytes = reinterpret_cast<const std::uint8_t*>(data_ + at);
  unsigned literal_bits = 0;
  for (std::size_t i = 0; i < length && literal_bits <= repeat_bits; ++i) {
    literal_bits += s_.expected_bits[bytes[i]];
  }
  return literal_bits > repeat_bits;
}

void RepeatDeflate::Run::add_token(std::size_t literal_start, std::size_t at, std::size_t length,
                                   std::size_t distance) {
  s_.count_literals(data_ + literal_start, at - literal_start);
  s_.tokens[s_.token_count++] = {static_cast<std::uint32_t>(at - literal_start),
                                 static_cast<std::uint16_t>(length),
                                 static_cast<std::uint16_t>(distance)};
  if (length == 0) return;
  ++s_.lit_len_counts[257u + kAlphabet.length_symbol[length]];
  ++s_.distance_counts[symbol_of(distance)];
}

std::byte* RepeatDeflate::Run::all() {
  s_.places.fill(0);
  s_.clear_block();
  s_.count_literals(data_, std::min(in_.size(), kFirstLook));
  s_.fit();
  s_.expect(s_.code);
  s_.clear_block();
  const std::size_t searchable = in_.size() >= kMinRepeat ? in_.size() - kMinRepeat + 1 : 0;
  const auto slot = [&](std::uint64_t bytes) -> std::uint16_t& {
    return s_.places[bytes * 0x9E3779B97F4A7C15 >> (64 - kHashBits)];
  };
  std::size_t at = 0, literal_start = 0, misses = 0;
  while (at < searchable) {
    const std::uint64_t bytes = load64(data_ + at);
    std::uint16_t& place = slot(bytes);
    std::size_t distance = static_cast<std::uint16_t>(at - place);
    place = static_cast<std::uint16_t>(at);
    const bool equal =
        distance - 1 < std::min(at, kWindowBytes) && load64(data_ + at - distance) == bytes;
    std::size_t length = equal ? length_of_repeat(at, distance) : 0;
    if (!equal || !is_worth_it(at, length, distance)) {
      at += equal ? 1 : std::min(kMaxStep, 1 + (misses++ >> kPatience));
      if (at - block_start_ < kBlockBytes) continue;
      at = std::min(at, in_.size());
      add_token(literal_start, at, 0, 0);
    } else {
      // A long step may have come into the middle of it.
      while (at > literal_start && at > distance && length < kMaxMatchBytes &&
             data_[at - 1] == data_[at - 1 - distance]) {
        --at;
        ++length;
      }
      add_token(literal_start, at, length, distance);
      at += length;
      if (at - 1 < searchable) slot(load64(data_ + at - 1)) = static_cast<std::uint16_t>(at - 1);
    }
    misses = 0;
    literal_start = at;
    if (s_.token_count == kBlockTokens || at - block_start_ >= kBlockBytes) end_block(at);
  }
  if (literal_start < in_.size()) add_token(literal_start, in_.size(), 0, 0);
  if (block_start_ < in_.size()) end_block(in_.size());
  write_stored({}, false, bits_);  // an empty block ends with a whole byte
  return bits_.align();
}

/// Writes what was collected, up to byte `end`, in the shortest of the three ways, and begins anew.
void RepeatDeflate::Run::end_block(std::size_t end) {
  const auto block = in_.subspan(block_start_, end - block_start_);
  s_.fit();
  const std::int64_t dynamic_bits =
      s_.code.header_bits() + s_.code.body_bits(s_.lit_len_counts, s_.distance_counts);
  const std::int64_t fixed_bits = s_.fixed.body_bits(s_.lit_len_counts, s_.distance_counts);
  const std::int64_t extra_bits = kAlphabet.extra_bits(s_.lit_len_counts, s_.distance_counts);
  if (stored_bits(block.size()) <= std::min(dynamic_bits, fixed_bits) + extra_bits) {
    write_stored(block, false, bits_);
  } else {
    const bool fixed = fixed_bits <= dynamic_bits;
    bits_.add((fixed ? 1u : 2u) << 1, 3);
    bits_.flush();
    if (!fixed) {
      s_.code.write_header(bits_);
      s_.code.finish();
    }
    write_tokens(fixed ? s_.fixed : s_.code);
  }
  s_.expect(s_.code);
  s_.clear_block();
  block_start_ = end;
}

void RepeatDeflate::Run::write_tokens(const BlockCode& with) {
  BitWriter bits = bits_;  // a local one stays in registers
  const auto* in = reinterpret_cast<const std::uint8_t*>(data_ + block_start_);
  const auto put = [&](std::uint8_t b) { bits.add(with.lit_len_code[b], with.lit_len_bits[b]); };
  for (std::size_t t = 0; t < s_.token_count; ++t) {
    const Token token = s_.tokens[t];
    const std::uint8_t* const literals_end = in + token.literals;
    for (; in + 3 <= literals_end; in += 3) {
      for (int i = 0; i < 3; ++i) put(in[i]);
      bits.flush();
    }
    for (; in < literals_end; ++in) {
      put(*in);
      bits.flush();
    }
    if (token.length == 0) continue;
    const std::size_t l = kAlphabet.length_symbol[token.length];
    const std::uint64_t length_extra = token.length - kAlphabet.length_base[l];
    bits.add(with.lit_len_code[257 + l] | length_extra << with.lit_len_bits[257 + l],
             unsigned{with.lit_len_bits[257 + l]} + kAlphabet.length_extra[l]);
    const unsigned d = symbol_of(token.distance);
    const std::uint64_t distance_extra = token.distance - kAlphabet.distance_base[d];
    bits.add(with.distance_code[d] | distance_extra << with.distance_bits[d],
             unsigned{with.distance_bits[d]} + kAlphabet.distance_extra[d]);
    bits.flush();
    in += token.length;
  }
  bits.add(with.lit_len_code[kEndOfBlock], with.lit_len_bits[kEndOfBlock]);
  bits.flush();
  bits_ = bits;
}

RepeatDeflate::RepeatDeflate() : state_(std::make_unique<State>()) {}
RepeatDeflate::~RepeatDeflate() = default;
RepeatDeflate::RepeatDeflate(RepeatDeflate&&) noexcept = default;

void RepeatDeflate::append_piece(std::span<const std::byte> in, std::vector<std::byte>& out) {
  if (state_->buffer.size() < bound(in.size())) state_->buffer.resize(bound(in.size()));
  const std::byte* const begin = state_->buffer.data();
  out.insert(out.end(), begin, const_cast<const std::byte*>(Run(*state_, in).all()));
}

std::array<std::byte, 6> zlib_end(std::uint32_t adler32) {
  // A last block of the fixed code with nothing in it: bits 1, 01, 0000000.
  std::array<std::byte, 6> end{std::byte{0x03}, std::byte{0x00}};
  for (std::size_t i = 0; i < 4; ++i) end[2 + i] = static_cast<std::byte>(adler32 >> (24 - 8 * i));
  return end;
}

std::uint32_t combine_adler32(std::uint32_t a, std::uint32_t b, std::uint64_t b_bytes) {
  // RFC 1950, section 9: the low half is 1 and the sum of the bytes, the high half the sum of the
  // low half after each byte, mod 65521. B's bytes met A's low half instead of 1.
  constexpr std::uint64_t kBase = 65521;
  const std::uint64_t a_low = a & 0xffff, a_high = a >> 16, b_low = b & 0xffff, b_high = b >> 16;
  const std::uint64_t more = a_low + kBase - 1;
  const std::uint64_t low = (b_low + more) % kBase;
  const std::uint64_t high = (a_high + b_high + b_bytes % kBase * (more % kBase)) % kBase;
  return static_cast<std::uint32_t>(high << 16 | low);
}

}  // namespace pantile::codec
