#include "pipeline/preview/canvas.h"

#include <gtest/gtest.h>

namespace pantile {
namespace {

constexpr Rgb8 kWhite{255, 255, 255}, kBlack{0, 0, 0};

/// Black cells of a text of one pixel a cell, row by row.
std::vector<std::string> drawn(std::string_view text) {
  const std::int64_t width = Canvas::text_width(text, 1);
  Canvas canvas(width, 9, kWhite);
  canvas.text(0, 0, text, 1, kBlack);
  const PixelBuffer pixels = std::move(canvas).take();
  std::vector<std::string> rows(9);
  for (std::int64_t y = 0; y < 9; ++y) {
    for (std::int64_t x = 0; x < width; ++x) {
      rows[static_cast<std::size_t>(y)] += *pixels.view().at(y, x) == std::byte{0} ? '#' : '.';
    }
  }
  return rows;
}

TEST(Canvas, DrawsLetters) {
  EXPECT_EQ(drawn("Lp"),
            (std::vector<std::string>{"#...........", "#...........", "#.....####..",
                                      "#.....#...#.", "#.....#...#.", "#.....#...#.",
                                      "#####.####..", "......#.....", "......#....."}));
  const std::vector<std::string> blank(9, "......");
  EXPECT_EQ(drawn(" "), blank);
  EXPECT_EQ(drawn("\xc3"), blank);
}

TEST(Canvas, EveryLetterLooksDifferent) {
  const std::string_view letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.,:;-+/%()=*^<>_#[]!?\"'";
  for (std::size_t a = 0; a < letters.size(); ++a) {
    EXPECT_NE(drawn(letters.substr(a, 1)), std::vector<std::string>(9, "......"));
    for (std::size_t b = 0; b < a; ++b) {
      EXPECT_NE(drawn(letters.substr(a, 1)), drawn(letters.substr(b, 1)))
          << letters[a] << letters[b];
    }
  }
}

TEST(Canvas, BreaksLinesAtSpaces) {
  const auto wrap = [](const char* text, std::int64_t letters) {
    return Canvas::wrap(
        text, Canvas::text_width(std::string(static_cast<std::size_t>(letters), 'x'), 2), 2);
  };
  EXPECT_EQ(wrap("ab cd ef", 5), (std::vector<std::string>{"ab cd", "ef"}));
  EXPECT_EQ(wrap("ab cd ef", 4), (std::vector<std::string>{"ab", "cd", "ef"}));
  EXPECT_EQ(wrap("abcdefg", 3), (std::vector<std::string>{"abc", "def", "g"}));
  EXPECT_EQ(wrap("", 3), (std::vector<std::string>{""}));
}

TEST(Canvas, LeavesOutWhatLiesOutside) {
  Canvas canvas(4, 4, kWhite);
  canvas.fill({-5, -5, 2, 2}, kBlack);
  canvas.frame({-1, -1, 9, 9}, kBlack);
  canvas.text(-3, -3, "W", 1, kBlack);
  const PixelBuffer pixels = std::move(canvas).take();
  EXPECT_EQ(*pixels.view().at(0, 0), std::byte{0});
  EXPECT_EQ(*pixels.view().at(3, 3), std::byte{255});
}

}  // namespace
}  // namespace pantile
