#include "pipeline/validate/picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "io/png/png_writer.h"
#include "ops/proof/pixel_prover.h"
#include "pipeline/preview/canvas.h"
#include "pipeline/validate/pixels.h"

namespace pantile::validate {
namespace {

using proof::Outcome;

constexpr std::int64_t kWidth = 1120, kMargin = 24, kPicture = 480, kHeight = 600;
constexpr Rgb8 kPaper{250, 250, 247}, kInk{30, 30, 36}, kFaint{196, 196, 190}, kGood{32, 140, 70},
    kBad{200, 30, 40}, kWithin{245, 180, 0}, kUndecided{170, 60, 200};

struct Kind {
  Outcome outcome;
  Rgb8 colour;
  const char* name;
};
constexpr Kind kKinds[] = {{Outcome::same, {64, 220, 120}, "SAME"},
                           {Outcome::within, kWithin, "WITHIN BOUND"},
                           {Outcome::undecided, kUndecided, "UNDECIDED"},
                           {Outcome::beyond, {255, 30, 40}, "BEYOND BOUND"}};

// The job's picture, small, in colours whatever is stored.
Result<PixelBuffer> small_picture(const Subject& s) {
  formula::FormulaImage image = s.image;
  image.output = formula::Output::rgb8;
  formula::Frame& frame = image.frame;
  const std::int64_t longer = std::max(frame.width, frame.height);
  const auto side = [&](std::int64_t full) {
    return std::max<std::int64_t>(1, full * kPicture / longer);
  };
  const std::int64_t width = side(frame.width), height = side(frame.height);
  frame.scale *= static_cast<double>(longer) / static_cast<double>(std::max(width, height));
  frame.width = width;
  frame.height = height;
  PANTILE_ASSIGN(const auto source, formula::FormulaSource::make(*s.program, image));
  return read_pixels(*source, {0, 0, width, height}, s.cancel);
}

void draw_pixels(Canvas& canvas, const Subject& s, const std::vector<ProvenPixel>& pixels,
                 std::int64_t left, std::int64_t top, View picture) {
  canvas.picture(left, top, picture);
  for (const Kind& kind : kKinds) {  // the worst last, on top
    const bool good = kind.outcome == Outcome::same;
    const std::int64_t radius = good ? 1 : 4;
    for (const ProvenPixel& p : pixels) {
      if (static_cast<Outcome>(p.outcome) != kind.outcome) continue;
      const std::int64_t x = left + p.x * picture.width() / s.image.frame.width;
      const std::int64_t y = top + p.y * picture.height() / s.image.frame.height;
      if (!good) canvas.fill({x - radius, y - radius, x + radius + 1, y + radius + 1}, kInk);
      canvas.fill({x - radius + !good, y - radius + !good, x + radius + good, y + radius + good},
                  kind.colour);
    }
  }
}

// What each kind of pixel looks like, and how many there were.
void draw_legend(Canvas& canvas, const ValidateReport& report, std::int64_t left,
                 std::int64_t top) {
  const auto number = [&](std::string_view key) -> std::int64_t {
    for (const auto& [name, value] : report.checks.back().numbers) {
      if (name == key) return static_cast<std::int64_t>(value);
    }
    return 0;
  };
  const std::int64_t differing = number("differing"), undecided = number("undecided");
  const std::int64_t counts[] = {number("pixels") - differing - undecided, number("within_bound"),
                                 undecided, number("beyond_bound")};
  for (std::size_t k = 0; k < 4; ++k) {
    const std::int64_t x = left + static_cast<std::int64_t>(k % 2) * kPicture / 2;
    const std::int64_t y = top + static_cast<std::int64_t>(k / 2) * 20;
    canvas.fill({x, y, x + 10, y + 10}, kKinds[k].colour);
    canvas.text(x + 16, y, fmt::format("{} {}", counts[k], kKinds[k].name), 2, kInk);
  }
}

// Every border as a bar: up from the middle where it is rougher than most lines beside it.
void draw_ranks(Canvas& canvas, const std::vector<BorderLine>& lines, const Rect& box) {
  canvas.text(box.x0, box.y0 - 18, "TILE BORDERS: RANK AMONG THE LINES BESIDE THEM", 2, kInk);
  canvas.fill(box, {255, 255, 255});
  canvas.frame(box, kFaint);
  const std::int64_t middle = (box.y0 + box.y1) / 2, half = (box.y1 - box.y0) / 2 - 4;
  const auto count = static_cast<std::int64_t>(lines.size());
  for (std::int64_t k = 0; k < count; ++k) {
    const BorderLine& line = lines[static_cast<std::size_t>(k)];
    const std::int64_t x0 = box.x0 + 4 + k * (box.width() - 8) / count;
    const std::int64_t x1 = box.x0 + 4 + (k + 1) * (box.width() - 8) / count;
    const auto tip =
        middle - static_cast<std::int64_t>((line.rank - 0.5) * 2 * static_cast<double>(half));
    canvas.fill({x0 + 1, std::min(tip, middle), std::max(x1 - 1, x0 + 2), std::max(tip, middle)},
                line.explained ? (line.vertical ? Rgb8{90, 130, 200} : Rgb8{120, 175, 190}) : kBad);
  }
  canvas.fill({box.x0, middle, box.x1, middle + 1}, kInk);
  canvas.text(box.x1 + 6, box.y0, "1", 2, kInk);
  canvas.text(box.x1 + 6, middle - 5, "0.5", 2, kInk);
  canvas.text(box.x1 + 6, box.y1 - 10, "0", 2, kInk);
}

/// The numbers of a check that say most, in letters.
std::string facts_of(const ValidateCheck& check) {
  std::string text;
  for (const auto& [key, value] : check.numbers) {
    std::string name = key;
    std::ranges::replace(name, '_', ' ');
    const bool is_count = value == std::floor(value) && std::abs(value) < 1e15;
    text += text.empty() ? "" : ", ";
    text += name + (is_count ? fmt::format(" {:.0f}", value) : fmt::format(" {:.3g}", value));
  }
  return text;
}

void draw_check(Canvas& canvas, const ValidateCheck& check, std::int64_t x, std::int64_t y,
                std::int64_t right) {
  canvas.fill({x, y, x + 56, y + 24}, check.passed ? kGood : kBad);
  canvas.text(x + (check.passed ? 20 : 8), y + 5, check.passed ? "OK" : "FAIL", 3, {255, 255, 255});
  canvas.text(x + 68, y + 5, check.name, 3, kInk);
  // The numbers below, broken at commas.
  std::string line, facts = facts_of(check);
  std::int64_t row = y + 32;
  while (!facts.empty()) {
    const std::size_t comma = std::min(facts.find(", "), facts.size());
    const std::string item = facts.substr(0, comma);
    if (!line.empty() && x + Canvas::text_width(line + ", " + item, 2) > right) {
      canvas.text(x, row, line, 2, kInk);
      row += 14;
      line.clear();
    }
    line += (line.empty() ? "" : ", ") + item;
    facts.erase(0, std::min(facts.size(), comma + 2));
  }
  canvas.text(x, row, line, 2, kInk);
}

}  // namespace

Result<PixelBuffer> draw_report(const Subject& subject, const ValidateReport& report,
                                const Drawing& drawing) {
  PANTILE_ASSIGN(const PixelBuffer picture, small_picture(subject));
  Canvas canvas(kWidth, kHeight, kPaper);
  const std::string title = report.passed() ? "VALIDATION PASSED" : "VALIDATION FAILED";
  canvas.text(kMargin, kMargin - 4, title, 4, report.passed() ? kGood : kBad);
  const formula::Frame& frame = subject.image.frame;
  const std::string size = fmt::format("{} X {}", frame.width, frame.height);
  canvas.text(kWidth - kMargin - Canvas::text_width(size, 3), kMargin, size, 3, kInk);

  const std::int64_t top = kMargin + 36;
  draw_pixels(canvas, subject, drawing.pixels, kMargin, top, picture.view());
  draw_legend(canvas, report, kMargin, top + kPicture + 12);
  const std::int64_t x = kMargin + kPicture + 32, right = kWidth - kMargin;
  std::int64_t y = top;
  for (const ValidateCheck& check : report.checks) {
    draw_check(canvas, check, x, y, right);
    y += 76;
  }
  draw_ranks(canvas, drawing.lines, {x, y + 24, right - 36, kHeight - kMargin});
  return std::move(canvas).take();
}

Status write_picture(ByteStore& folder, View picture) {
  return png::write_png(folder, "report.png", picture);
}

}  // namespace pantile::validate
