#pragma once
/// \file
/// Bits in the order of RFC 1951, section 3.1.1: the first bit is the lowest of the first byte.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace pantile::codec {

static_assert(std::endian::native == std::endian::little, "bits are flushed as whole words");

/// Writes to memory that the caller has sized: each flush() stores 8 bytes at the current place
/// and moves on by the whole bytes among them, so 8 bytes beyond the last bit must be writable.
class BitWriter {
 public:
  explicit BitWriter(std::byte* out) : out_(out) {}

  /// Appends the `count` lowest bits of `bits`; the others must be zero. At most 56 bits may be
  /// added between two flushes.
  void add(std::uint64_t bits, unsigned count) {
    pending_ |= bits << pending_count_;
    pending_count_ += count;
  }
  /// Leaves fewer than 8 bits pending.
  void flush() {
    std::memcpy(out_, &pending_, sizeof pending_);
    out_ += pending_count_ >> 3;
    pending_ >>= pending_count_ & ~7u;
    pending_count_ &= 7;
  }
  /// Fills up the last byte with zeros; the place of the next byte.
  std::byte* align() {
    pending_count_ = (pending_count_ + 7) & ~7u;
    flush();
    return out_;
  }
  /// Goes on at `out`; only after align().
  void resume_at(std::byte* out) { out_ = out; }
  unsigned pending_count() const { return pending_count_; }

 private:
  std::byte* out_;
  std::uint64_t pending_ = 0;
  unsigned pending_count_ = 0;
};

}  // namespace pantile::codec
