#include "io/png/chunk.h"

#include <libdeflate.h>

namespace pantile::png {
namespace {

constexpr std::size_t kLengthBytes = 4, kHeadBytes = 8, kChecksumBytes = 4;

void store_be(std::byte* to, std::uint32_t value) {
  for (std::size_t i = 0; i < 4; ++i) to[i] = static_cast<std::byte>(value >> (24 - 8 * i));
}

}  // namespace

void append_be(std::vector<std::byte>& out, std::uint32_t value) {
  out.resize(out.size() + 4);
  store_be(out.data() + out.size() - 4, value);
}

void begin_chunk(std::vector<std::byte>& out, std::string_view type) {
  append_be(out, 0);  // the length, to come
  const auto name = std::as_bytes(std::span(type));
  out.insert(out.end(), name.begin(), name.end());
}

void end_chunk(std::vector<std::byte>& out, std::size_t begin) {
  store_be(out.data() + begin, static_cast<std::uint32_t>(out.size() - begin - kHeadBytes));
  const std::size_t summed = begin + kLengthBytes;
  append_be(out, libdeflate_crc32(0, out.data() + summed, out.size() - summed));
}

void extend_chunk(std::vector<std::byte>& out, std::size_t begin, std::span<const std::byte> data) {
  out.resize(out.size() - kChecksumBytes);
  out.insert(out.end(), data.begin(), data.end());
  end_chunk(out, begin);
}

void append_chunk(std::vector<std::byte>& out, std::string_view type,
                  std::span<const std::byte> data) {
  const std::size_t begin = out.size();
  begin_chunk(out, type);
  out.insert(out.end(), data.begin(), data.end());
  end_chunk(out, begin);
}

}  // namespace pantile::png
