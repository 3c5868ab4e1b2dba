#include "ops/formula/source_error.h"

#include <fmt/format.h>

#include <string>
#include <vector>

namespace pantile::formula {
namespace {

constexpr std::size_t kWindow = 72;  // characters of the formula shown at most

// One character of the shown line; what a terminal could not show is replaced, one column each.
std::string shown(std::string_view text, std::size_t offset, const Utf8& c) {
  if (!c.valid || c.code_point < 0x20 || (c.code_point >= 0x7f && c.code_point < 0xa0)) {
    return c.code_point == '\t' && c.valid ? " " : "?";
  }
  return std::string(text.substr(offset, c.length));
}

}  // namespace

Utf8 decode_utf8(std::string_view text, std::size_t offset) {
  const auto byte = [&](std::size_t k) { return static_cast<unsigned char>(text[offset + k]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {1, lead, true};
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || offset + length > text.size()) return {};
  char32_t code_point = lead & (0xffU >> (length + 1));
  for (std::size_t k = 1; k < length; ++k) {
    if ((byte(k) & 0xc0U) != 0x80) return {};
    code_point = (code_point << 6) | (byte(k) & 0x3fU);
  }
  constexpr char32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code_point >= 0xd800 && code_point < 0xe000;
  if (code_point < kSmallest[length] || surrogate || code_point > 0x10ffff) return {};
  return {length, code_point, true};
}

Error source_error(std::string_view text, std::size_t offset, std::string_view problem,
                   std::string_view hint) {
  std::size_t position = 0;       // characters before `offset` in the whole formula
  std::size_t column = 0;         // and in its line
  std::vector<std::string> line;  // the characters of that line
  for (std::size_t k = 0; k < text.size();) {
    const Utf8 c = decode_utf8(text, k);
    if (c.code_point == '\n') {
      if (k >= offset) break;
      line.clear();
      column = 0;
    } else {
      line.push_back(shown(text, k, c));
      if (k < offset) ++column;
    }
    if (k < offset) ++position;
    k += c.length;
  }

  std::size_t first = 0;
  if (line.size() > kWindow && column > kWindow / 2) {
    first = std::min(column - kWindow / 2, line.size() - kWindow);
  }
  const std::size_t last = std::min(line.size(), first + kWindow);
  std::string window = first > 0 ? "…" : "";
  for (std::size_t k = first; k < last; ++k) window += line[k];
  if (last < line.size()) window += "…";
  const std::size_t indent = column - first + (first > 0 ? 1 : 0);
  return Error(Code::invalid, fmt::format("formula: {} at character {}{}\n  {}\n  {}^", problem,
                                          position + 1, hint, window, std::string(indent, ' ')));
}

}  // namespace pantile::formula
