#pragma once
/// \file
/// One encoded TIFF tile held against its checksum, its codec and the store's pixels.

#include <memory>
#include <optional>
#include <string>

#include "core/buffer.h"
#include "io/store/byte_store.h"
#include "io/tiff/tiff_sink.h"
#include "pantile/check.h"
#include "pantile/tile_sink.h"

namespace pantile {

/// What is wrong with a tile.
struct TileFlaw {
  FindingKind kind = FindingKind::checksum;
  std::string text;
};

/// Immutable and thread-safe; a Scratch for each thread.
class TileJudge {
 public:
  struct Scratch final : ChunkCodec::Scratch {
    std::unique_ptr<ChunkCodec::Scratch> codec;
    Bytes encoded;
    PixelBuffer pixels;
  };

  TileJudge() = default;
  /// Tiles of `layout` that `codec` makes; pixels are compared where it is `lossless`.
  TileJudge(std::shared_ptr<const ChunkCodec> codec, const Layout& layout, bool lossless)
      : codec_(std::move(codec)), layout_(layout), lossless_(lossless) {}
  /// The tiles of a sink that has begun its plan.
  explicit TileJudge(const tiff::TiffSink& sink);

  std::unique_ptr<Scratch> make_scratch() const;
  /// Judges the `bytes` bytes from `offset` of `files`/`key`, whose crc32c must be `crc`. `stored`,
  /// which may be null, is the chunk of the store that the tile must show. Errors: io.
  Result<std::optional<TileFlaw>> judge(const ByteStore& files, const std::string& key,
                                        std::int64_t offset, std::uint32_t bytes, std::uint32_t crc,
                                        const View* stored, Scratch& scratch) const;
  /// Memory of one Scratch.
  std::int64_t working_bytes() const;

 private:
  std::shared_ptr<const ChunkCodec> codec_;
  Layout layout_;
  bool lossless_ = true;
};

}  // namespace pantile
