// Foreign bytes never make a decoder write outside its chunk, and what was encoded comes back.
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "core/buffer.h"
#include "core/copy.h"
#include "io/codec/codecs.h"

namespace {

using pantile::codec::Method;
constexpr Method kMethods[] = {Method::raw,  Method::zstd, Method::deflate,
                               Method::gzip, Method::lzw,  Method::jpeg};
constexpr std::int64_t kSide = 32;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const Method method = kMethods[data[0] % std::size(kMethods)];
  const bool predictor = (data[0] & 0x40) != 0 && method != Method::jpeg;
  const auto bytes = std::as_bytes(std::span(data + 1, size - 1));

  const auto codec = pantile::make_codec({.method = method, .predictor = predictor});
  if (!codec.ok()) return 0;
  const auto scratch = (*codec)->make_scratch();
  pantile::PixelBuffer chunk(pantile::DType::u8, kSide, kSide, 3);
  static_cast<void>((*codec)->decode(bytes, *scratch, chunk.view()));

  // The same bytes as pixels: a lossless codec gives them back.
  if (method == Method::jpeg) return 0;
  pantile::PixelBuffer pixels(pantile::DType::u8, kSide, kSide, 3);
  std::memcpy(pixels.data(), bytes.data(), std::min(bytes.size(), pixels.size_bytes()));
  std::vector<std::byte> encoded;
  if (!(*codec)->encode(pixels.view(), *scratch, encoded).ok()) std::abort();
  if (!(*codec)->decode(encoded, *scratch, chunk.view()).ok()) std::abort();
  if (!pantile::same_pixels(pixels.view(), chunk.view())) std::abort();
  return 0;
}
