#include "pipeline/validate/picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "ops/proof/pixel_prover.h"
#include "pipeline/preview/canvas.h"
#include "pipeline/validate/pixels.h"

namespace pantile::validate {
namespace {

using proof::Outcome;

constexpr std::int64_t kWidth = 1440, kMargin = 24, kPicture = 480, kLegend = 150;
constexpr std::int64_t kRight = kMargin + kPicture + 32, kText = kWidth - kMargin - kRight;
constexpr int kSmall = 2, kMiddle = 3, kLarge = 4;  // pixels a cell of the letters
constexpr std::int64_t kRow = 20, kHead = 32, kGap = 16, kRanks = 120;
constexpr std::size_t kShownPlaces = 3;
constexpr std::int64_t kManyPixels = 300;  // smaller dots, so that the picture is still seen
constexpr Rgb8 kPaper{250, 250, 247}, kInk{30, 30, 36}, kPale{110, 110, 116}, kFaint{196, 196, 190},
    kGood{32, 140, 70}, kBad{200, 30, 40}, kWhite{255, 255, 255}, kAcross{60, 100, 190},
    kDown{0, 140, 150};

struct Kind {
  Outcome outcome;
  Rgb8 colour;
  const char *key, *words;
};
constexpr Kind kKinds[] = {
    {Outcome::same, {64, 220, 120}, "", "as arbitrary precision has it"},
    {Outcome::within, {245, 180, 0}, "within_bound", "differ, rounding explains it"},
    {Outcome::undecided, {170, 60, 200}, "undecided", "undecided"},
    {Outcome::beyond, {255, 30, 40}, "beyond_bound", "WRONG: nothing explains it"}};

struct Meaning {
  const char *check, *words;
};
constexpr Meaning kMeanings[] = {{"coordinates", "is every pixel where it should be?"},
                                 {"tiles", "does a pixel depend on its tile?"},
                                 {"borders", "does one see where tiles meet?"},
                                 {"targets", "does a pixel depend on the machine code?"},
                                 {"devices", "does a GPU draw what the CPU draws?"},
                                 {"proof", "is a pixel what the formula says?"}};

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

// A pixel's place in a picture of that size, shown small at (left, top).
struct Shown {
  std::int64_t left = 0, top = 0, width = 1, height = 1;  // of what is shown

  std::int64_t x(std::int64_t at, std::int64_t full) const { return left + at * width / full; }
  std::int64_t y(std::int64_t at, std::int64_t full) const { return top + at * height / full; }
};

void draw_pixels(Canvas& canvas, const Subject& s, const std::vector<ProvenPixel>& pixels,
                 const Shown& shown) {
  for (const Kind& kind : kKinds) {  // the worst last, on top
    const bool bad = kind.outcome == Outcome::beyond;
    const auto count =
        std::ranges::count(pixels, static_cast<int>(kind.outcome), &ProvenPixel::outcome);
    const std::int64_t radius =
        std::min<std::int64_t>(bad && count < kManyPixels ? 3 : 1, shown.height / 8);
    for (const ProvenPixel& p : pixels) {
      if (static_cast<Outcome>(p.outcome) != kind.outcome) continue;
      const std::int64_t x = shown.x(p.x, s.image.frame.width);
      const std::int64_t y = shown.y(p.y, s.image.frame.height);
      const Rect dot{x - radius, y - radius, x + radius + 1, y + radius + 1};
      if (bad) canvas.fill({dot.x0 - 1, dot.y0 - 1, dot.x1 + 1, dot.y1 + 1}, kInk);
      canvas.fill(dot, kind.colour);
    }
  }
}

// A frame, wide enough to be seen, around every place where a check failed.
void draw_places(Canvas& canvas, const Subject& s, const ValidateReport& report,
                 const Shown& shown) {
  for (const ValidateCheck& check : report.checks) {
    for (const ValidatePlace& place : check.places) {
      const formula::Frame& frame = place.of_job ? s.image.frame : s.small_image.frame;
      const Rect& r = place.rect;
      Rect box{shown.x(r.x0, frame.width) - 4, shown.y(r.y0, frame.height) - 4,
               shown.x(r.x1, frame.width) + 5, shown.y(r.y1, frame.height) + 5};
      for (const Rgb8 colour : {kWhite, kBad, kBad, kWhite}) {
        canvas.frame(box, colour);
        box = {box.x0 + 1, box.y0 + 1, box.x1 - 1, box.y1 - 1};
      }
    }
  }
}

// What each kind of dot means, and how many there were.
void draw_legend(Canvas& canvas, const ValidateReport& report, std::int64_t left,
                 std::int64_t top) {
  const ValidateCheck* const proof = report.check("proof");
  if (proof == nullptr) return;
  canvas.text(left, top, "Random pixels of the job:", kSmall, kInk);
  for (const Kind& kind : kKinds) {
    top += kRow + 2;
    const double count =
        kind.outcome == Outcome::same
            ? proof->number("pixels") - proof->number("differing") - proof->number("undecided")
            : proof->number(kind.key);
    canvas.fill({left, top + 2, left + 10, top + 12}, kind.colour);
    canvas.text(left + 18, top, fmt::format("{:.0f} {}", count, kind.words), kSmall, kInk);
  }
  if (report.passed()) return;
  top += kRow + 2;
  canvas.frame({left, top + 2, left + 10, top + 12}, kBad);
  canvas.frame({left + 1, top + 3, left + 9, top + 11}, kBad);
  canvas.text(left + 18, top, "here a check failed", kSmall, kBad);
}

// Every border as a dot at its rank, with a stem from the middle.
void draw_ranks(Canvas& canvas, const std::vector<BorderLine>& lines, const Rect& box) {
  canvas.text(box.x0, box.y0 - 2 * kRow - 6, "Tile borders among the 16 lines beside each:", kSmall,
              kInk);
  std::int64_t x = box.x0;
  for (const auto& [words, colour] : {std::pair{"between left and right", kAcross},
                                      {"between above and below", kDown},
                                      {"a seam", kBad}}) {
    canvas.fill({x, box.y0 - kRow + 2, x + 10, box.y0 - kRow + 12}, colour);
    canvas.text(x + 16, box.y0 - kRow, words, kSmall, kPale);
    x += 40 + Canvas::text_width(words, kSmall);
  }
  canvas.fill(box, kWhite);
  canvas.frame(box, kFaint);
  const std::int64_t middle = (box.y0 + box.y1) / 2;
  canvas.fill({box.x0, middle, box.x1, middle + 1}, kFaint);
  canvas.text(box.x1 + 8, box.y0, "roughest", kSmall, kPale);
  canvas.text(box.x1 + 8, box.y1 - 14, "smoothest", kSmall, kPale);
  if (lines.empty()) {
    canvas.text(box.x0 + 12, middle - 7, "one tile: no borders", kSmall, kPale);
  }
  const auto count = static_cast<std::int64_t>(lines.size());
  for (std::int64_t k = 0; k < count; ++k) {
    const BorderLine& line = lines[static_cast<std::size_t>(k)];
    const std::int64_t at = box.x0 + 8 + (2 * k + 1) * (box.width() - 16) / (2 * count);
    const auto dot =
        box.y1 - 6 - static_cast<std::int64_t>(line.rank * static_cast<double>(box.height() - 12));
    const Rgb8 colour = !line.explained ? kBad : line.vertical ? kAcross : kDown;
    canvas.fill({at - 1, std::min(dot, middle), at + 1, std::max(dot, middle)}, colour);
    canvas.fill({at - 4, dot - 4, at + 4, dot + 4}, colour);
  }
}

// What is written of a check, in lines.
struct Text {
  std::string name;
  const char* badge;
  Rgb8 badge_colour, colour;
  std::vector<std::string> lines;
  std::int64_t height() const {
    return kHead + static_cast<std::int64_t>(lines.size()) * kRow + kGap;
  }
};

Text text_of(const ValidateCheck& check) {
  Text text{check.name, check.passed ? "PASS" : "FAIL", check.passed ? kGood : kBad,
            check.passed ? kInk : kBad, Canvas::wrap(check.sentence, kText, kSmall)};
  const auto add = [&](const std::string& words) {
    for (std::string& line : Canvas::wrap(words, kText - 24, kSmall)) {
      text.lines.push_back("  " + std::move(line));
    }
  };
  const std::size_t shown = std::min(check.places.size(), kShownPlaces);
  for (std::size_t k = 0; k < shown; ++k) {
    const ValidatePlace& p = check.places[k];
    const std::string size =
        p.rect.area() > 1 ? fmt::format(", {}x{}", p.rect.width(), p.rect.height()) : "";
    add(fmt::format("{} {},{}{}: {}", p.of_job ? "job, pixel" : "smaller picture, pixel", p.rect.x0,
                    p.rect.y0, size, p.text));
  }
  if (check.places.size() > shown) add("more of them are in report.json");
  return text;
}

Text text_of(const ValidateReport::NotMade& check) {
  return {check.name, "NONE", kPale, kPale,
          Canvas::wrap("not made: " + check.reason, kText, kSmall)};
}

void draw_check(Canvas& canvas, const Text& text, std::int64_t y) {
  canvas.fill({kRight, y, kRight + 84, y + 27}, text.badge_colour);
  canvas.text(kRight + 7, y + 3, text.badge, kMiddle, kWhite);
  canvas.text(kRight + 96, y + 3, text.name, kMiddle, text.colour);
  const std::int64_t after = kRight + 110 + Canvas::text_width(text.name, kMiddle);
  for (const Meaning& meaning : kMeanings) {
    if (text.name == meaning.check) canvas.text(after, y + 9, meaning.words, kSmall, kPale);
  }
  y += kHead;
  for (const std::string& line : text.lines) {
    canvas.text(kRight, y, line, kSmall, text.colour);
    y += kRow;
  }
}

// Which job it is.
std::vector<std::string> lines_of(const ValidateSubject& s) {
  const GenerateOptions& o = s.job;
  const auto number = [](double v) { return fmt::format("{:.9g}", v); };
  std::string samples = o.samples > 1 ? fmt::format(", {0}x{0} samples a pixel", o.samples) : "";
  std::string range = o.range_lo && o.range_hi && o.range_origin.find("none") != 0
                          ? fmt::format(", {} over {} to {} ({})", o.colormap, number(*o.range_lo),
                                        number(*o.range_hi), o.range_origin)
                          : "";
  std::vector<std::string> lines{
      fmt::format("{}: {} x {} pixels, {}, {}{}; center {},{}, scale {}{}", o.name, o.width,
                  o.height, word_for(o.store), word_for(o.precision), samples, number(o.center_x),
                  number(o.center_y), number(o.scale.value_or(0)), range),
      "formula: " + o.formula,
      fmt::format(
          "checked on a smaller picture of {} x {} in tiles of {}, and on {} random pixels, "
          "seed {}; Pantile {}, {}",
          s.width, s.height, s.tile_px, o.validate.samples, o.validate.seed, s.version,
          s.simd_target)};
  std::vector<std::string> wrapped;
  for (std::string& line : lines) {
    std::ranges::replace(line, '\n', ' ');
    constexpr std::size_t kMostRows = 4;
    std::vector<std::string> rows = Canvas::wrap(line, kWidth - 2 * kMargin, kSmall);
    if (rows.size() > kMostRows) {
      rows.resize(kMostRows);
      rows.back() += "...";
    }
    wrapped.insert(wrapped.end(), rows.begin(), rows.end());
  }
  return wrapped;
}

}  // namespace

Result<PixelBuffer> draw_report(const Subject& subject, const ValidateReport& report,
                                const Drawing& drawing) {
  PANTILE_ASSIGN(const PixelBuffer picture, small_picture(subject));
  std::vector<Text> texts;
  std::int64_t below = 0;
  for (const ValidateCheck& check : report.checks) texts.push_back(text_of(check));
  for (const auto& check : report.not_made) texts.push_back(text_of(check));
  for (const Text& text : texts) below += text.height();
  const std::vector<std::string> head = lines_of(report.subject);
  const std::int64_t top = kMargin + 44 + static_cast<std::int64_t>(head.size()) * kRow + kGap;
  const std::int64_t ranks_top = top + below + 2 * kRow + kGap;
  const std::int64_t picture_bottom = top + picture.view().height();
  Canvas canvas(kWidth, std::max(ranks_top + kRanks, picture_bottom + kLegend) + kMargin, kPaper);

  std::string title = report.passed() ? "Validation passed" : "Validation FAILED";
  if (!report.warnings.empty()) title += ", with a warning: see report.json";
  canvas.text(kMargin, kMargin, title, kLarge, report.passed() ? kGood : kBad);
  std::int64_t y = kMargin + 44;
  for (const std::string& line : head) {
    canvas.text(kMargin, y, line, kSmall, kInk);
    y += kRow;
  }

  const Shown shown{kMargin, top, picture.view().width(), picture.view().height()};
  canvas.frame({kMargin - 1, top - 1, kMargin + shown.width + 1, picture_bottom + 1}, kFaint);
  canvas.picture(kMargin, top, picture.view());
  draw_pixels(canvas, subject, drawing.pixels, shown);
  draw_places(canvas, subject, report, shown);
  draw_legend(canvas, report, kMargin, picture_bottom + kGap);

  y = top;
  for (const Text& text : texts) {
    draw_check(canvas, text, y);
    y += text.height();
  }
  draw_ranks(canvas, drawing.lines,
             {kRight, ranks_top, kWidth - kMargin - 124, ranks_top + kRanks});
  return std::move(canvas).take();
}

}  // namespace pantile::validate
