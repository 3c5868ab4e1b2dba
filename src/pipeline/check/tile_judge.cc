#include "pipeline/check/tile_judge.h"

#include <fmt/format.h>

#include <cstring>

#include "io/codec/crc32c.h"
#include "pipeline/check/finding_log.h"

namespace pantile {

TileJudge::TileJudge(const tiff::TiffSink& sink)
    : codec_(sink.codec()),
      layout_(Layout::interleaved(sink.plan().spec.dtype, sink.plan().chunk_px,
                                  sink.plan().chunk_px, sink.plan().spec.channels)),
      lossless_(sink.tags().compression != tiff::Compression::jpeg) {}

std::unique_ptr<TileJudge::Scratch> TileJudge::make_scratch() const {
  auto scratch = std::make_unique<Scratch>();
  scratch->codec = codec_->make_scratch();
  scratch->pixels = PixelBuffer(layout_.dtype, layout_.height, layout_.width, layout_.channels);
  return scratch;
}

Result<std::optional<TileFlaw>> TileJudge::judge(const ByteStore& files, const std::string& key,
                                                 std::int64_t offset, std::uint32_t bytes,
                                                 std::uint32_t crc, const View* stored,
                                                 Scratch& scratch) const {
  using Flaw = std::optional<TileFlaw>;
  const std::size_t tile_bytes = layout_.packed_bytes();
  if (bytes > 4 * tile_bytes + (1 << 20)) {
    return Flaw({FindingKind::undecodable,
                 fmt::format("its {} bytes are too many for the {} of a tile", bytes, tile_bytes)});
  }
  scratch.encoded.resize(bytes);
  const Status read = files.read_into(key, offset, scratch.encoded);
  if (!read.ok() && is_unreadable(read.error())) {
    return Flaw({FindingKind::unreadable, read.error().message()});
  }
  PANTILE_TRY(read);
  if (const std::uint32_t is = crc32c(scratch.encoded); is != crc) {
    return Flaw(
        {FindingKind::checksum, fmt::format("the tile's crc32c is {:08x}, want {:08x}", is, crc)});
  }
  const MutableView pixels = scratch.pixels.view();
  const Status decoded = codec_->decode(scratch.encoded, *scratch.codec, pixels);
  if (!decoded.ok()) return Flaw({FindingKind::undecodable, decoded.error().message()});
  if (stored == nullptr || !lossless_) return Flaw();
  if (std::memcmp(stored->data(), pixels.data(), tile_bytes) == 0) return Flaw();
  return Flaw({FindingKind::wrong_pixels, "the tile's pixels are not those of the store"});
}

std::int64_t TileJudge::working_bytes() const {
  return 2 * static_cast<std::int64_t>(layout_.packed_bytes()) + codec_->working_bytes(layout_);
}

}  // namespace pantile
