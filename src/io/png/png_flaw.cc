#include "io/png/png_flaw.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

namespace pantile::png {
namespace {

/// The signature, then the length and the name of the first chunk; its sides follow.
constexpr std::array<unsigned char, 16> kBegin{0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n',
                                               0,    0,   0,   13,  'I',  'H',  'D',  'R'};
/// The last chunk: no bytes, its name and its checksum.
constexpr std::array<unsigned char, 12> kEnd{0,   0,   0,    0,    'I',  'E',
                                             'N', 'D', 0xae, 0x42, 0x60, 0x82};
constexpr std::int64_t kHeadBytes = kBegin.size() + 8;

std::int64_t big_endian(std::span<const std::byte> bytes) {
  std::int64_t value = 0;
  for (const std::byte b : bytes) value = value << 8 | std::to_integer<std::int64_t>(b);
  return value;
}

}  // namespace

Result<std::string> find_flaw(const ByteStore& store, std::string_view key, std::int64_t width,
                              std::int64_t height) {
  PANTILE_ASSIGN(const auto size, store.size(key));
  if (!size) return Error(Code::not_found, fmt::format("{}/{}: no such file", store.name(), key));
  const std::string wanted = fmt::format("expected a PNG of {} x {} pixels", width, height);
  const auto end_bytes = static_cast<std::int64_t>(kEnd.size());
  if (*size < kHeadBytes + end_bytes) return fmt::format("has {} bytes, {}", *size, wanted);
  PANTILE_ASSIGN(const Bytes head, store.read_range(key, 0, kHeadBytes));
  PANTILE_ASSIGN(const Bytes tail, store.read_range(key, *size - end_bytes, end_bytes));
  const std::span<const std::byte> first(head);
  if (!std::ranges::equal(first.first(kBegin.size()), std::as_bytes(std::span(kBegin)))) {
    return "does not begin like a PNG, " + wanted;
  }
  const std::int64_t w = big_endian(first.subspan(kBegin.size(), 4));
  const std::int64_t h = big_endian(first.subspan(kBegin.size() + 4, 4));
  if (w != width || h != height) return fmt::format("has {} x {} pixels, {}", w, h, wanted);
  if (!std::ranges::equal(tail, std::as_bytes(std::span(kEnd)))) {
    return fmt::format("ends too early, after {} bytes", *size);
  }
  return std::string();
}

}  // namespace pantile::png
