#include "io/codec/crc32c.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

namespace pantile {
namespace {

std::uint32_t crc_of(const std::string& text) {
  return crc32c(std::as_bytes(std::span(text.data(), text.size())));
}

TEST(Crc32c, HasThePublishedValues) {
  EXPECT_EQ(crc_of(""), 0u);
  EXPECT_EQ(crc_of("123456789"), 0xE3069283u);
  // RFC 3720, B.4.
  EXPECT_EQ(crc_of(std::string(32, '\0')), 0x8A9136AAu);
  EXPECT_EQ(crc_of(std::string(32, '\xff')), 0x62A8AB43u);
  std::string rising;
  for (int i = 0; i < 32; ++i) rising += static_cast<char>(i);
  EXPECT_EQ(crc_of(rising), 0x46DD794Eu);
}

TEST(Crc32c, EqualsTheDefinitionAtEveryLength) {
  std::vector<std::byte> bytes(300);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i * 37 + 11);
  std::uint32_t state = ~0u;
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    EXPECT_EQ(crc32c(std::span(bytes).first(n)), ~state) << n;
    state ^= static_cast<std::uint32_t>(bytes[n]);
    for (int bit = 0; bit < 8; ++bit) state = state >> 1 ^ (state & 1 ? 0x82F63B78u : 0);
  }
}

TEST(Crc32c, ContinuesWhereItStopped) {
  std::vector<std::byte> bytes(1000, std::byte{9});
  const auto all = std::span(std::as_const(bytes));
  EXPECT_EQ(crc32c(all.subspan(123), crc32c(all.first(123))), crc32c(all));
}

}  // namespace
}  // namespace pantile
