#include "pipeline/preview/canvas.h"

#include <array>
#include <cctype>
#include <cstring>

namespace pantile {
namespace {

// One octal digit a row of three cells, from the top.
constexpr std::array<std::uint16_t, 26> kLetters{
    025755, 065656, 034443, 065556, 074647, 074644, 034553, 055755, 072227,
    011152, 055655, 044447, 057755, 065555, 025552, 065644, 025563, 065655,
    034216, 072222, 055557, 055552, 055775, 055255, 055222, 071247};
constexpr std::array<std::uint16_t, 10> kDigits{075557, 026227, 071747, 071717, 055711,
                                                074717, 074757, 071122, 075757, 075717};
struct Sign {
  char character;
  std::uint16_t cells;
};
constexpr Sign kSigns[] = {{'.', 000002}, {',', 000024}, {'-', 000700}, {'+', 002720},
                           {'/', 011244}, {':', 002020}, {'%', 051245}, {'(', 012221},
                           {')', 042224}, {'=', 007070}};

std::uint16_t cells_of(char c) {
  const auto letter = static_cast<unsigned char>(c);
  if (std::isalpha(letter) != 0)
    return kLetters[static_cast<std::size_t>(std::toupper(letter) - 'A')];
  if (std::isdigit(letter) != 0) return kDigits[static_cast<std::size_t>(c - '0')];
  for (const Sign& sign : kSigns) {
    if (sign.character == c) return sign.cells;
  }
  return 0;
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
    const std::uint16_t cells = cells_of(c);
    for (int k = 0; k < 15; ++k) {
      if ((cells >> (14 - k) & 1) == 0) continue;
      const std::int64_t left = x + k % 3 * cell_px, top = y + k / 3 * cell_px;
      fill({left, top, left + cell_px, top + cell_px}, colour);
    }
    x += 4 * cell_px;
  }
}

std::int64_t Canvas::text_width(std::string_view text, int cell_px) {
  return static_cast<std::int64_t>(text.size()) * 4 * cell_px;
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
