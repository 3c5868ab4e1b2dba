#include "pipeline/preview/canvas.h"

#include <algorithm>
#include <cstring>
#include <iterator>

namespace pantile {
namespace {

// Two octal digits a row of five cells, from the top; `drop`: rows by which it hangs lower.
struct Glyph {
  char character;
  std::uint64_t cells;
  int drop = 0;
};
constexpr Glyph kGlyphs[] = {{'A', 0'16'21'21'37'21'21'21},    {'B', 0'36'21'21'36'21'21'36},
                             {'C', 0'16'21'20'20'20'21'16},    {'D', 0'36'21'21'21'21'21'36},
                             {'E', 0'37'20'20'36'20'20'37},    {'F', 0'37'20'20'36'20'20'20},
                             {'G', 0'16'21'20'27'21'21'17},    {'H', 0'21'21'21'37'21'21'21},
                             {'I', 0'16'04'04'04'04'04'16},    {'J', 0'07'02'02'02'02'22'14},
                             {'K', 0'21'22'24'30'24'22'21},    {'L', 0'20'20'20'20'20'20'37},
                             {'M', 0'21'33'25'25'21'21'21},    {'N', 0'21'31'25'23'21'21'21},
                             {'O', 0'16'21'21'21'21'21'16},    {'P', 0'36'21'21'36'20'20'20},
                             {'Q', 0'16'21'21'21'25'22'15},    {'R', 0'36'21'21'36'24'22'21},
                             {'S', 0'17'20'20'16'01'01'36},    {'T', 0'37'04'04'04'04'04'04},
                             {'U', 0'21'21'21'21'21'21'16},    {'V', 0'21'21'21'21'21'12'04},
                             {'W', 0'21'21'21'25'25'25'12},    {'X', 0'21'21'12'04'12'21'21},
                             {'Y', 0'21'21'12'04'04'04'04},    {'Z', 0'37'01'02'04'10'20'37},
                             {'a', 0'00'00'16'01'17'21'17},    {'b', 0'20'20'26'31'21'21'36},
                             {'c', 0'00'00'16'20'20'20'16},    {'d', 0'01'01'15'23'21'21'17},
                             {'e', 0'00'00'16'21'37'20'16},    {'f', 0'06'10'10'34'10'10'10},
                             {'g', 0'17'21'21'21'17'01'16, 2}, {'h', 0'20'20'26'31'21'21'21},
                             {'i', 0'04'00'14'04'04'04'16},    {'j', 0'02'00'06'02'02'22'14},
                             {'k', 0'20'20'22'24'30'24'22},    {'l', 0'14'04'04'04'04'04'16},
                             {'m', 0'00'00'32'25'25'21'21},    {'n', 0'00'00'26'31'21'21'21},
                             {'o', 0'00'00'16'21'21'21'16},    {'p', 0'36'21'21'21'36'20'20, 2},
                             {'q', 0'17'21'21'21'17'01'01, 2}, {'r', 0'00'00'26'31'20'20'20},
                             {'s', 0'00'00'17'20'16'01'36},    {'t', 0'10'10'34'10'10'10'06},
                             {'u', 0'00'00'21'21'21'23'15},    {'v', 0'00'00'21'21'21'12'04},
                             {'w', 0'00'00'21'21'25'25'12},    {'x', 0'00'00'21'12'04'12'21},
                             {'y', 0'21'21'21'21'17'01'16, 2}, {'z', 0'00'00'37'02'04'10'37},
                             {'0', 0'16'21'23'25'31'21'16},    {'1', 0'04'14'04'04'04'04'16},
                             {'2', 0'16'21'01'02'04'10'37},    {'3', 0'37'02'04'02'01'21'16},
                             {'4', 0'02'06'12'22'37'02'02},    {'5', 0'37'20'36'01'01'21'16},
                             {'6', 0'06'10'20'36'21'21'16},    {'7', 0'37'01'02'04'10'10'10},
                             {'8', 0'16'21'21'16'21'21'16},    {'9', 0'16'21'21'17'01'02'14},
                             {'.', 0'00'00'00'00'00'14'14},    {',', 0'00'00'00'00'14'04'10},
                             {':', 0'00'14'14'00'14'14'00},    {';', 0'00'14'14'00'14'04'10},
                             {'-', 0'00'00'00'37'00'00'00},    {'+', 0'00'04'04'37'04'04'00},
                             {'/', 0'01'01'02'04'10'20'20},    {'%', 0'30'31'02'04'10'23'03},
                             {'(', 0'02'04'10'10'10'04'02},    {')', 0'10'04'02'02'02'04'10},
                             {'=', 0'00'00'37'00'37'00'00},    {'*', 0'00'04'25'16'25'04'00},
                             {'^', 0'04'12'21'00'00'00'00},    {'<', 0'02'04'10'20'10'04'02},
                             {'>', 0'10'04'02'01'02'04'10},    {'_', 0'00'00'00'00'00'00'37},
                             {'#', 0'12'12'37'12'37'12'12},    {'[', 0'16'10'10'10'10'10'16},
                             {']', 0'16'02'02'02'02'02'16},    {'!', 0'04'04'04'04'04'00'04},
                             {'?', 0'16'21'01'02'04'00'04},    {'"', 0'12'12'12'00'00'00'00},
                             {'\'', 0'04'04'10'00'00'00'00}};

const Glyph* find_glyph(char c) {
  const auto* const at = std::ranges::find(kGlyphs, c, &Glyph::character);
  return at == std::end(kGlyphs) ? nullptr : at;
}

}  // namespace

Canvas::Canvas(std::int64_t width, std::int64_t height, Rgb8 background)
    : bounds_{0, 0, width, height}, pixels_(DType::u8, height, width, 3) {
  fill(bounds_, background);
}

void Canvas::fill(const Rect& rect, Rgb8 colour) {
  const Rect inside = intersect(rect, bounds_);
  const std::byte rgb[3] = {std::byte{colour.r}, std::byte{colour.g}, std::byte{colour.b}};
  for (std::int64_t y = inside.y0; y < inside.y1; ++y) {
    for (std::int64_t x = inside.x0; x < inside.x1; ++x) {
      std::memcpy(pixels_.view().at(y, x), rgb, 3);
    }
  }
}

void Canvas::frame(const Rect& r, Rgb8 colour) {
  fill({r.x0, r.y0, r.x1, r.y0 + 1}, colour);
  fill({r.x0, r.y1 - 1, r.x1, r.y1}, colour);
  fill({r.x0, r.y0, r.x0 + 1, r.y1}, colour);
  fill({r.x1 - 1, r.y0, r.x1, r.y1}, colour);
}

void Canvas::text(std::int64_t x, std::int64_t y, std::string_view text, int cell_px, Rgb8 colour) {
  for (const char c : text) {
    const Glyph* const glyph = find_glyph(c);
    for (int k = 0; glyph != nullptr && k < 7 * 5; ++k) {
      const int row = k / 5, column = k % 5;
      if ((glyph->cells >> (6 * (6 - row) + 4 - column) & 1) == 0) continue;
      const std::int64_t left = x + column * cell_px, top = y + (row + glyph->drop) * cell_px;
      fill({left, top, left + cell_px, top + cell_px}, colour);
    }
    x += kAdvance * cell_px;
  }
}

std::int64_t Canvas::text_width(std::string_view text, int cell_px) {
  return static_cast<std::int64_t>(text.size()) * kAdvance * cell_px;
}

std::vector<std::string> Canvas::wrap(std::string_view text, std::int64_t width, int cell_px) {
  const auto most = static_cast<std::size_t>(std::max<std::int64_t>(1, width / kAdvance / cell_px));
  std::vector<std::string> lines;
  while (text.size() > most) {
    const std::size_t space = text.rfind(' ', most);
    const std::size_t cut = space == std::string_view::npos || space == 0 ? most : space;
    lines.emplace_back(text.substr(0, cut));
    text.remove_prefix(cut);
    if (text.starts_with(' ')) text.remove_prefix(1);
  }
  lines.emplace_back(text);
  return lines;
}

void Canvas::picture(std::int64_t x, std::int64_t y, View pixels) {
  for (std::int64_t row = 0; row < pixels.height(); ++row) {
    for (std::int64_t column = 0; column < pixels.width(); ++column) {
      const std::byte* p = pixels.at(row, column);
      fill({x + column, y + row, x + column + 1, y + row + 1},
           {std::to_integer<std::uint8_t>(p[0]), std::to_integer<std::uint8_t>(p[1]),
            std::to_integer<std::uint8_t>(p[2])});
    }
  }
}

}  // namespace pantile
