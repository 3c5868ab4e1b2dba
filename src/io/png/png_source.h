#pragma once
/// \file
/// Reads PNG files whole. For small inputs: the picture is held in memory.

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "core/buffer.h"
#include "pantile/tile_source.h"

namespace pantile::png {

struct Image {
  PixelBuffer pixels;  ///< u8 or u16; 1 to 4 channels as in WriteOptions. Palettes are expanded.
  Kind kind = Kind::intensity;
};

/// Decodes a PNG. Errors: foreign (not a PNG), corrupt, out_of_memory (the pixels would take more
/// than `limit_bytes`; known before any are decoded).
Result<Image> decode_png(std::span<const std::byte> bytes, std::int64_t limit_bytes);

/// Reads a PNG file; the errors name it. Errors besides decode_png's: not_found, io;
/// out_of_memory also when the file itself is larger than `limit_bytes`.
Result<Image> read_png(const std::string& path, std::int64_t limit_bytes);

/// A PNG as an image of one level. read() is thread-safe.
class PngSource final : public TileSource {
 public:
  static constexpr std::int64_t kDefaultLimitBytes = std::int64_t{1} << 30;

  /// Errors: those of read_png().
  static Result<std::unique_ptr<PngSource>> open(const std::string& path,
                                                 std::int64_t limit_bytes = kDefaultLimitBytes);
  const ImageSpec& spec() const override { return spec_; }
  Cost cost(const Region&) const override {
    return {.shared_bytes = static_cast<std::int64_t>(image_.pixels.size_bytes())};
  }
  Status read(const Region& region, MutableView out, ReadContext& ctx) const override;
  Fingerprint fingerprint() const override { return fingerprint_; }  ///< Of the pixels.

 private:
  PngSource(std::string name, Image image);

  Image image_;
  ImageSpec spec_;
  Fingerprint fingerprint_;
};

}  // namespace pantile::png
