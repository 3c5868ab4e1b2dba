#pragma once
/// \file
/// Codecs that know nothing of pixels: bytes in, bytes out.

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "io/codec/codecs.h"

namespace pantile::codec {

/// Immutable and thread-safe; the Scratch belongs to one thread at a time.
class ByteCodec {
 public:
  using Scratch = ChunkCodec::Scratch;

  virtual ~ByteCodec() = default;
  virtual std::string name() const = 0;  ///< "zstd-1"
  virtual std::unique_ptr<Scratch> make_scratch() const = 0;
  /// Replaces `out`, which keeps no spare capacity.
  virtual Status compress(std::span<const std::byte> in, Scratch& scratch,
                          std::vector<std::byte>& out) const = 0;
  /// Fills exactly `out`. Errors: corrupt (damaged, or another size).
  virtual Status decompress(std::span<const std::byte> in, Scratch& scratch,
                            std::span<std::byte> out) const = 0;
  /// Upper bound of a Scratch and one compressed buffer for `raw_bytes`.
  virtual std::int64_t working_bytes(std::size_t raw_bytes) const = 0;
};

/// Every method but jpeg. Errors: invalid (level out of range).
Result<std::unique_ptr<const ByteCodec>> make_byte_codec(Method method, int level);

// The codecs themselves; levels have been checked.
std::unique_ptr<const ByteCodec> make_raw();
std::unique_ptr<const ByteCodec> make_zstd(int level);
std::unique_ptr<const ByteCodec> make_deflate(int level, bool gzip);
std::unique_ptr<const ByteCodec> make_lzw();
std::shared_ptr<const ChunkCodec> make_jpeg(int quality, bool subsample);

/// "want 300 bytes, got damaged or other data": what every decoder says.
Error damaged(std::string_view codec, std::size_t want_bytes, std::string_view why);

}  // namespace pantile::codec
