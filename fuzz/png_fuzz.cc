// A made-up PNG is decoded within its budget or refused; the quick look at it says so or not, but
// says nothing against what was decoded.
#include <libdeflate.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "input.h"
#include "io/png/png_flaw.h"
#include "io/png/png_source.h"
#include "io/store/memory_store.h"

namespace {

constexpr std::int64_t kLimitBytes = std::int64_t{1} << 20;
constexpr std::size_t kSignatureBytes = 8, kHeadBytes = 8, kCrcBytes = 4;

std::uint32_t big_endian(const std::byte* at) {
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i) value = value << 8 | std::to_integer<std::uint32_t>(at[i]);
  return value;
}

/// Makes the checksum of every chunk right, as whoever means harm would; true: one was wrong.
bool mend_sums(std::vector<std::byte>& png) {
  bool mended = false;
  for (std::size_t at = kSignatureBytes; at + kHeadBytes + kCrcBytes <= png.size();) {
    const std::size_t length = big_endian(png.data() + at);
    if (length > png.size() - at - kHeadBytes - kCrcBytes) break;
    std::byte* const sum = png.data() + at + kHeadBytes + length;
    const std::uint32_t crc = libdeflate_crc32(0, png.data() + at + 4, length + 4);
    mended = mended || big_endian(sum) != crc;
    for (int i = 0; i < 4; ++i) sum[i] = static_cast<std::byte>(crc >> (24 - 8 * i));
    at += kHeadBytes + length + kCrcBytes;
  }
  return mended;
}

void decode(std::span<const std::byte> png) {
  const auto image = pantile::png::decode_png(png, kLimitBytes);
  if (!image.ok()) return;
  const auto& pixels = image->pixels;
  pantile::require(static_cast<std::int64_t>(pixels.size_bytes()) <= kLimitBytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = pantile::Input(data, size).rest();
  decode(bytes);
  pantile::MemoryStore store;
  pantile::require(store.write("a.png", bytes).ok());
  pantile::require(pantile::png::find_flaw(store, "a.png", 32, 16).ok());
  std::vector<std::byte> mended(bytes.begin(), bytes.end());
  if (mend_sums(mended)) decode(mended);
  return 0;
}
