// A made-up JPEG stream fills the chunk that it is said to be, or is refused.
//
// The chunk is of the size and the channels that the stream names, if those are few.
#include <cstdint>
#include <memory>

#include "core/buffer.h"
#include "input.h"
#include "io/codec/codecs.h"

namespace {

constexpr std::int64_t kMostPx = 64;

/// Of the first frame header.
pantile::Layout named_layout(std::span<const std::byte> bytes) {
  const auto at = [&](std::size_t i) { return std::to_integer<std::int64_t>(bytes[i]); };
  for (std::size_t i = 0; i + 10 <= bytes.size(); ++i) {
    if (at(i) != 0xff || at(i + 1) < 0xc0 || at(i + 1) > 0xc2) continue;
    const std::int64_t height = at(i + 5) * 256 + at(i + 6), width = at(i + 7) * 256 + at(i + 8);
    const bool fits = height >= 1 && height <= kMostPx && width >= 1 && width <= kMostPx;
    const int channels = at(i + 9) == 1 ? 1 : 3;
    if (fits) return pantile::Layout::interleaved(pantile::DType::u8, height, width, channels);
    break;
  }
  return pantile::Layout::interleaved(pantile::DType::u8, 32, 32, 3);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto codec = pantile::make_codec({.method = pantile::codec::Method::jpeg});
  static const auto scratch = (*codec)->make_scratch();
  const auto bytes = pantile::Input(data, size).rest();
  const pantile::Layout layout = named_layout(bytes);
  pantile::PixelBuffer chunk(layout.dtype, layout.height, layout.width, layout.channels);
  static_cast<void>((*codec)->decode(bytes, *scratch, chunk.view()));
  return 0;
}
