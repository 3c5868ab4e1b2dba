// Foreign bytes never make a decoder write outside its chunk, and what was encoded comes back.
//
// Input: a byte that chooses the codec, then the encoded bytes, which are also taken for pixels.
#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "core/buffer.h"
#include "core/copy.h"
#include "input.h"
#include "io/codec/codecs.h"

namespace {

using pantile::require;
using pantile::codec::Method;
constexpr std::array kMethods{Method::raw,  Method::zstd, Method::deflate,
                              Method::gzip, Method::lzw,  Method::jpeg};
constexpr std::int64_t kSide = 32;

/// A codec and its scratch, made once: some take longer to make than to use.
struct Tool {
  std::shared_ptr<const pantile::ChunkCodec> codec;
  std::unique_ptr<pantile::ChunkCodec::Scratch> scratch;
};

Tool make_tool(Method method, bool predictor) {
  auto codec = pantile::make_codec({.method = method, .predictor = predictor});
  require(codec.ok());
  auto scratch = (*codec)->make_scratch();
  return {std::move(*codec), std::move(scratch)};
}

Tool& tool_of(Method method, bool predictor) {
  static std::array<Tool, 2 * kMethods.size()> tools;
  Tool& tool = tools[2 * static_cast<std::size_t>(method) + (predictor ? 1 : 0)];
  if (!tool.codec) tool = make_tool(method, predictor);
  return tool;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  pantile::Input input(data, size);
  const std::size_t choices = input.number();
  const Method method = kMethods[choices % kMethods.size()];
  const bool predictor = (choices & 0x40) != 0 && method != Method::jpeg;
  const auto bytes = input.rest();
  Tool& tool = tool_of(method, predictor);
  static pantile::PixelBuffer chunk(pantile::DType::u8, kSide, kSide, 3);
  static_cast<void>(tool.codec->decode(bytes, *tool.scratch, chunk.view()));

  // The same bytes as pixels: a lossless codec gives them back.
  if (method == Method::jpeg || (choices & 0x80) == 0) return 0;
  pantile::PixelBuffer pixels(pantile::DType::u8, kSide, kSide, 3);
  std::memcpy(pixels.data(), bytes.data(), std::min(bytes.size(), pixels.size_bytes()));
  std::vector<std::byte> encoded;
  require(tool.codec->encode(pixels.view(), *tool.scratch, encoded).ok());
  require(tool.codec->decode(encoded, *tool.scratch, chunk.view()).ok());
  require(pantile::same_pixels(pixels.view(), chunk.view()));
  return 0;
}
