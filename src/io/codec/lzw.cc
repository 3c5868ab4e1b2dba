/// TIFF's LZW (TIFF 6.0, section 13): codes of 9 to 12 bits, most significant bit first, wider one
/// code early, Clear at the start and when the table is full.
#include <array>
#include <cstring>

#include "io/codec/byte_codec.h"

namespace pantile::codec {
namespace {

constexpr int kClear = 256, kEnd = 257, kFirstFree = 258;
constexpr int kMinBits = 9, kMaxBits = 12;
constexpr int kTableFull = 4094;  // entry 4094 is never used, so that no reader runs over
constexpr std::size_t kTableSize = std::size_t{1} << kMaxBits;

/// Strings of the encoder: (prefix code, next byte) → code, open addressing.
class StringTable {
 public:
  void clear() { keys_.fill(kEmpty); }
  /// The slot of the string, or the empty one where it belongs.
  std::size_t find(std::uint32_t prefix, std::uint32_t byte) const {
    const std::uint32_t key = prefix << 8 | byte;
    std::size_t slot = (key * 2654435761u) >> (32 - kSlotBits);
    while (keys_[slot] != kEmpty && keys_[slot] != key) slot = (slot + 1) & (kSlots - 1);
    return slot;
  }
  bool empty(std::size_t slot) const { return keys_[slot] == kEmpty; }
  int code(std::size_t slot) const { return codes_[slot]; }
  void insert(std::size_t slot, std::uint32_t prefix, std::uint32_t byte, int code) {
    keys_[slot] = prefix << 8 | byte;
    codes_[slot] = static_cast<std::uint16_t>(code);
  }

 private:
  static constexpr int kSlotBits = 14;  // a quarter full at most
  static constexpr std::size_t kSlots = std::size_t{1} << kSlotBits;
  static constexpr std::uint32_t kEmpty = ~std::uint32_t{0};
  std::array<std::uint32_t, kSlots> keys_;
  std::array<std::uint16_t, kSlots> codes_;
};

struct LzwScratch final : ByteCodec::Scratch {
  StringTable strings;
  std::vector<std::byte> buffer;
  // Of the decoder: entry = its prefix's string and one more byte.
  std::array<std::uint16_t, kTableSize> prefix;
  std::array<std::uint16_t, kTableSize> length;
  std::array<std::byte, kTableSize> last;
};

class BitWriter {
 public:
  explicit BitWriter(std::byte* out) : out_(out), begin_(out) {}
  void put(int code, int bits) {
    held_ = held_ << bits | static_cast<std::uint32_t>(code);
    count_ += bits;
    while (count_ >= 8) {
      count_ -= 8;
      *out_++ = static_cast<std::byte>(held_ >> count_);
    }
  }
  /// Pads the last byte with zeros and tells how many bytes there are.
  std::size_t finish() {
    if (count_ > 0) *out_++ = static_cast<std::byte>(held_ << (8 - count_));
    return static_cast<std::size_t>(out_ - begin_);
  }

 private:
  std::byte* out_;
  std::byte* begin_;
  std::uint64_t held_ = 0;
  int count_ = 0;
};

class BitReader {
 public:
  explicit BitReader(std::span<const std::byte> in) : in_(in) {}
  /// The next code, or kEnd when the bytes are used up.
  int get(int bits) {
    while (count_ < bits) {
      if (at_ == in_.size()) return kEnd;
      held_ = held_ << 8 | static_cast<std::uint32_t>(in_[at_++]);
      count_ += 8;
    }
    count_ -= bits;
    return static_cast<int>(held_ >> count_ & ((1u << bits) - 1));
  }

 private:
  std::span<const std::byte> in_;
  std::size_t at_ = 0;
  std::uint32_t held_ = 0;
  int count_ = 0;
};

/// 12 bits for every byte at the most, and a Clear each time the table is full.
std::size_t bound(std::size_t raw_bytes) {
  return raw_bytes + raw_bytes / 2 + raw_bytes / 1024 + 16;
}

std::size_t encode(std::span<const std::byte> in, StringTable& strings, std::byte* out) {
  BitWriter bits(out);
  int width = kMinBits, next = kFirstFree;
  const auto start_over = [&] {
    bits.put(kClear, width);
    strings.clear();
    width = kMinBits;
    next = kFirstFree;
  };
  // Entries are counted as the reader will, which adds one per code but the first.
  const auto count_entry = [&] {
    if (++next == kTableFull) {
      start_over();
    } else if (next == 1 << width) {
      ++width;
    }
  };
  start_over();
  if (!in.empty()) {
    auto current = static_cast<std::uint32_t>(in[0]);
    for (const std::byte b : in.subspan(1)) {
      const auto byte = static_cast<std::uint32_t>(b);
      const std::size_t slot = strings.find(current, byte);
      if (!strings.empty(slot)) {
        current = static_cast<std::uint32_t>(strings.code(slot));
        continue;
      }
      bits.put(static_cast<int>(current), width);
      strings.insert(slot, current, byte, next);
      count_entry();
      current = byte;
    }
    bits.put(static_cast<int>(current), width);
    count_entry();
  }
  bits.put(kEnd, width);
  return bits.finish();
}

Status decode(std::span<const std::byte> in, LzwScratch& s, std::span<std::byte> out) {
  BitReader bits(in);
  int width = kMinBits, next = kFirstFree, previous = -1;
  std::size_t at = 0;
  while (at < out.size()) {
    const int code = bits.get(width);
    if (code == kEnd) return damaged("lzw", out.size(), "it ends early");
    if (code == kClear) {
      width = kMinBits;
      next = kFirstFree;
      previous = -1;
      continue;
    }
    // A code may name the entry about to be made: the previous string and its own first byte.
    const bool pending = code == next && previous >= 0;
    if (code > 257 && code >= next && !pending) {
      return damaged("lzw", out.size(), "it names a string that is not there");
    }
    const int source = pending ? previous : code;
    const std::size_t length = source < 256 ? 1 : s.length[static_cast<std::size_t>(source)];
    if (length + (pending ? 1 : 0) > out.size() - at) {
      return damaged("lzw", out.size(), "it holds more");
    }
    std::size_t end = at + length;
    for (int c = source;; c = s.prefix[static_cast<std::size_t>(c)]) {
      out[--end] = c < 256 ? static_cast<std::byte>(c) : s.last[static_cast<std::size_t>(c)];
      if (c < 256) break;
    }
    const std::byte first = out[at];
    at += length;
    if (pending) out[at++] = first;
    if (previous >= 0 && next < static_cast<int>(kTableSize)) {
      const auto entry = static_cast<std::size_t>(next);
      s.prefix[entry] = static_cast<std::uint16_t>(previous);
      s.last[entry] = first;
      s.length[entry] = static_cast<std::uint16_t>(
          previous < 256 ? 2 : s.length[static_cast<std::size_t>(previous)] + 1);
      ++next;
      if (next == (1 << width) - 1 && width < kMaxBits) ++width;
    }
    previous = code;
  }
  return {};
}

class Lzw final : public ByteCodec {
 public:
  std::string name() const override { return "lzw"; }
  std::unique_ptr<Scratch> make_scratch() const override { return std::make_unique<LzwScratch>(); }

  Status compress(std::span<const std::byte> in, Scratch& scratch,
                  std::vector<std::byte>& out) const override {
    auto& s = static_cast<LzwScratch&>(scratch);
    s.buffer.resize(bound(in.size()));
    const std::size_t n = encode(in, s.strings, s.buffer.data());
    out = std::vector<std::byte>(s.buffer.data(), s.buffer.data() + n);
    return {};
  }
  Status decompress(std::span<const std::byte> in, Scratch& scratch,
                    std::span<std::byte> out) const override {
    return decode(in, static_cast<LzwScratch&>(scratch), out);
  }
  std::int64_t working_bytes(std::size_t raw_bytes) const override {
    return static_cast<std::int64_t>(sizeof(LzwScratch) + 2 * bound(raw_bytes));
  }
};

}  // namespace

std::unique_ptr<const ByteCodec> make_lzw() { return std::make_unique<Lzw>(); }

}  // namespace pantile::codec
