// Is every pixel where it should be?
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "ops/formula/compile.h"
#include "pipeline/validate/check_log.h"
#include "pipeline/validate/checks.h"
#include "pipeline/validate/pixels.h"

namespace pantile::validate {
namespace {

using formula::Frame;

constexpr std::uint64_t kCorners = 64, kCoordinates = 4096;
constexpr std::int64_t kBesideX = 17, kBesideY = 9;  // pixels on each side of a corner

// ⌊255 (k + ½)/size + ½⌋ by plain arithmetic. Rounding may fall either way where that is a whole
// number but for less than the arithmetic resolves.
bool is_ramp(int level, std::int64_t k, std::int64_t size) {
  constexpr double kTie = 1e-6;
  const double exact = 255 * (static_cast<double>(k) + 0.5) / static_cast<double>(size) + 0.5;
  return level == static_cast<int>(exact - kTie) || level == static_cast<int>(exact + kTie);
}

// The coordinates that formulas get, as functions of a sample's number, against plain arithmetic of
// 64 bits.
Found find_wrong_coordinates(const Frame& frame, std::uint64_t seed, CheckLog& log) {
  Found found;
  const auto check = [&](bool vertical, std::int64_t sample) {
    const std::int64_t size = vertical ? frame.height : frame.width;
    const double center = vertical ? frame.center_y : frame.center_x;
    const double got = vertical ? formula::y_of(sample, frame) : formula::x_of(sample, frame);
    const auto n = static_cast<long double>(frame.samples);
    const auto in_pixel = static_cast<long double>(sample % frame.samples) +
                          (frame.sampling == Sampling::center ? 0.5L : 0.0L);
    const std::int64_t pixel = sample / frame.samples;
    const long double position =
        static_cast<long double>(pixel) - static_cast<long double>(size) / 2 + in_pixel / n;
    const long double want = static_cast<long double>(center) + position * frame.scale;
    // One rounding of the offset, one of the result, and the same here.
    const long double slack = (std::abs(position * frame.scale) + std::abs(want)) * 0x1p-52L;
    ++found.pixels;
    if (std::abs(want - got) <= slack) return;
    found.add_wrong(vertical ? 0 : pixel, vertical ? pixel : 0);
    const Rect line =
        vertical ? Rect{0, pixel, frame.width, pixel + 1} : Rect{pixel, 0, pixel + 1, frame.height};
    log.place(true, line,
              fmt::format("{} of sample {} is {}, expected {}", vertical ? 'y' : 'x', sample, got,
                          static_cast<double>(want)));
  };
  for (std::uint64_t k = 0; k < kCoordinates; ++k) {
    check(false, chance_below(seed, 2 * k, frame.width * frame.samples));
    check(true, chance_below(seed, 2 * k + 1, frame.height * frame.samples));
  }
  return found;
}

// A place where tiles meet, within the picture; shards at every other one.
std::int64_t border(std::uint64_t word, std::int64_t size, std::int64_t tile, std::int64_t shard) {
  const std::int64_t cell = word % 2 == 0 ? tile : shard;
  const std::int64_t borders = (size - 1) / cell;
  if (borders < 1) return 0;
  return cell * (1 + static_cast<std::int64_t>((word >> 8) % static_cast<std::uint64_t>(borders)));
}

// The pixels around corner `k` of the job's own tiles, a rectangle for each tile that meets there.
std::array<Rect, 4> around_corner(const Subject& s, std::uint64_t k) {
  const LevelInfo& full = s.full_level();
  std::int64_t x = border(chance(s.options.seed, 2 * k), full.width, s.tile_px, s.shard_px);
  std::int64_t y = border(chance(s.options.seed, 2 * k + 1), full.height, s.tile_px, s.shard_px);
  if (k < 4) {  // the picture's own corners
    x = k % 2 == 0 ? 0 : full.width;
    y = k < 2 ? 0 : full.height;
  }
  std::array<Rect, 4> rects{{{x - kBesideX, y - kBesideY, x, y},
                             {x, y - kBesideY, x + kBesideX, y},
                             {x - kBesideX, y, x, y + kBesideY},
                             {x, y, x + kBesideX, y + kBesideY}}};
  for (Rect& rect : rects) rect = intersect(rect, full.bounds());
  return rects;
}

// The images x and y, of one sample a pixel, in the job's frame and number type: what a formula is
// given, as floats.
struct Axes {
  static Result<Axes> make(const formula::FormulaImage& job) {
    Axes axes;
    formula::FormulaImage image;
    image.frame = job.frame;
    image.frame.samples = 1;
    image.precision = job.precision;
    image.output = formula::Output::value_f32;
    for (const auto& [text, source] : {std::pair{"x", &axes.x}, std::pair{"y", &axes.y}}) {
      PANTILE_ASSIGN(const formula::Program program, formula::compile(text, job.precision));
      PANTILE_ASSIGN(*source, formula::FormulaSource::make(program, image));
    }
    axes.frame = image.frame;
    axes.single = job.precision == Precision::f32;
    return axes;
  }

  Status compare(const Rect& rect, const CancelToken* cancel, Found& found) const {
    PANTILE_ASSIGN(const PixelBuffer across, read_pixels(*x, rect, cancel));
    PANTILE_ASSIGN(const PixelBuffer down, read_pixels(*y, rect, cancel));
    found.pixels += rect.area();
    for (std::int64_t j = rect.y0; j < rect.y1; ++j) {
      for (std::int64_t i = rect.x0; i < rect.x1; ++i) {
        const bool right =
            is(across.view().at(j - rect.y0, i - rect.x0), formula::x_of(i, frame)) &&
            is(down.view().at(j - rect.y0, i - rect.x0), formula::y_of(j, frame));
        if (!right) found.add_wrong(i, j);
      }
    }
    return {};
  }

  bool is(const std::byte* at, double want) const {
    if (single) want = static_cast<double>(static_cast<float>(want));
    return number_at(at, DType::f32) == static_cast<double>(static_cast<float>(want));
  }

  std::unique_ptr<const TileSource> x, y;
  Frame frame;
  bool single = false;
};

Result<std::unique_ptr<formula::FormulaSource>> gradient_of(const Frame& frame) {
  PANTILE_ASSIGN(const formula::Program program, formula::compile("gradient", Precision::f64));
  formula::FormulaImage image;
  image.frame = frame;
  image.frame.samples = 1;
  return formula::FormulaSource::make(program, image);
}

// At the corners of the job's own tiles, each tile's share read by itself: the pattern, and the
// coordinates.
Status look_at_corners(const Subject& s, CheckLog& log, Found& pattern, Found& given) {
  PANTILE_ASSIGN(const auto gradient, gradient_of(s.image.frame));
  PANTILE_ASSIGN(const Axes axes, Axes::make(s.image));
  for (std::uint64_t k = 0; k < kCorners; ++k) {
    for (const Rect& rect : around_corner(s, k)) {
      if (rect.empty()) continue;
      PANTILE_ASSIGN(const Found moved, find_misplaced(*gradient, rect, s.cancel));
      log.found(true, moved, "at a corner of tiles", "of the position pattern are misplaced");
      Found here;
      PANTILE_TRY(axes.compare(rect, s.cancel, here));
      log.found(true, here, "at a corner of tiles", "are given wrong coordinates");
      pattern.add(moved);
      given.add(here);
    }
  }
  return {};
}

}  // namespace

Result<Found> find_misplaced(const TileSource& gradient, const Rect& rect,
                             const CancelToken* cancel) {
  const LevelInfo& image = gradient.spec().levels.front();
  PANTILE_ASSIGN(const PixelBuffer pixels, read_pixels(gradient, rect, cancel));
  Found found{.pixels = rect.area()};
  for (std::int64_t y = rect.y0; y < rect.y1; ++y) {
    for (std::int64_t x = rect.x0; x < rect.x1; ++x) {
      const auto level = [&](int c) {
        return static_cast<int>(
            number_at(pixels.view().at(y - rect.y0, x - rect.x0, c), DType::u8));
      };
      const bool right = is_ramp(level(0), x, image.width) && is_ramp(level(1), y, image.height) &&
                         level(2) == static_cast<int>((x + y) % 256);
      if (!right) found.add_wrong(x, y);
    }
  }
  return found;
}

Result<ValidateCheck> check_coordinates(const Subject& s) {
  const LevelInfo& level = s.small_level();
  CheckLog log(s, "coordinates", "px", level.width * level.height);
  PANTILE_ASSIGN(const auto small, gradient_of(s.small_image.frame));
  PANTILE_ASSIGN(const auto back, through_store(*small, s.small_tile_px, s.threads, s.cancel));
  PANTILE_ASSIGN(const Found stored, find_misplaced(*back, level.bounds(), s.cancel));
  log.found(false, stored, "through a store", "of the position pattern are misplaced");
  log.progress(stored.pixels);

  Found corners, given;
  PANTILE_TRY(look_at_corners(s, log, corners, given));
  const Found computed = find_wrong_coordinates(s.image.frame, s.options.seed, log);

  log.number("pixels", stored.pixels);
  log.number("misplaced", stored.wrong);
  log.number("corner_pixels", corners.pixels);
  log.number("corner_misplaced", corners.wrong);
  log.number("coordinates", computed.pixels);
  log.number("coordinates_wrong", computed.wrong);
  log.number("given", given.pixels);
  log.number("given_wrong", given.wrong);
  return log.finish(
      stored.wrong + corners.wrong + computed.wrong + given.wrong == 0,
      fmt::format("{} of {} pixels of the position pattern are misplaced ({}x{}, in tiles of {}, "
                  "through a store), and {} of {} around corners of the job's own tiles; {} of {} "
                  "coordinates are wrong, and {} of {} as the formula is given them there",
                  stored.wrong, stored.pixels, level.width, level.height, s.small_tile_px,
                  corners.wrong, corners.pixels, computed.wrong, computed.pixels, given.wrong,
                  given.pixels));
}

}  // namespace pantile::validate
