// Is every pixel where it should be?
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "ops/formula/compile.h"
#include "pipeline/validate/checks.h"
#include "pipeline/validate/pixels.h"

namespace pantile::validate {
namespace {

constexpr std::uint64_t kCorners = 64, kCoordinates = 4096;

struct Count {
  std::int64_t pixels = 0, wrong = 0;
};

// ⌊255 (k + ½)/size + ½⌋ by plain arithmetic. Rounding may fall either way where that is a whole
// number but for less than the arithmetic resolves.
bool is_ramp(int level, std::int64_t k, std::int64_t size) {
  constexpr double kTie = 1e-6;
  const double exact = 255 * (static_cast<double>(k) + 0.5) / static_cast<double>(size) + 0.5;
  return level == static_cast<int>(exact - kTie) || level == static_cast<int>(exact + kTie);
}

// The coordinates that the formula is given against plain arithmetic of 64 bits.
Count count_coordinates(const formula::Frame& frame, std::uint64_t seed) {
  Count count;
  const auto check = [&](std::int64_t sample, std::int64_t size, double center, double got) {
    const auto n = static_cast<long double>(frame.samples);
    const auto in_pixel = static_cast<long double>(sample % frame.samples) +
                          (frame.sampling == Sampling::center ? 0.5L : 0.0L);
    const long double position = static_cast<long double>(sample / frame.samples) -
                                 static_cast<long double>(size) / 2 + in_pixel / n;
    const long double want = static_cast<long double>(center) + position * frame.scale;
    // One rounding of the offset, one of the result, and the same here.
    const long double slack = (std::abs(position * frame.scale) + std::abs(want)) * 0x1p-52L;
    ++count.pixels;
    count.wrong += std::abs(want - got) <= slack ? 0 : 1;
  };
  for (std::uint64_t k = 0; k < kCoordinates; ++k) {
    const std::int64_t x = chance_below(seed, 2 * k, frame.width * frame.samples);
    const std::int64_t y = chance_below(seed, 2 * k + 1, frame.height * frame.samples);
    check(x, frame.width, frame.center_x, formula::x_of(x, frame));
    check(y, frame.height, frame.center_y, formula::y_of(y, frame));
  }
  return count;
}

// A place where tiles meet, within the picture; shards at every other one.
std::int64_t border(std::uint64_t word, std::int64_t size, std::int64_t tile, std::int64_t shard) {
  const std::int64_t cell = word % 2 == 0 ? tile : shard;
  const std::int64_t borders = (size - 1) / cell;
  if (borders < 1) return 0;
  return cell * (1 + static_cast<std::int64_t>((word >> 8) % static_cast<std::uint64_t>(borders)));
}

}  // namespace

Result<std::int64_t> count_misplaced(const TileSource& gradient, const Rect& rect,
                                     const CancelToken* cancel) {
  const LevelInfo& image = gradient.spec().levels.front();
  PANTILE_ASSIGN(const PixelBuffer pixels, read_pixels(gradient, rect, cancel));
  std::int64_t misplaced = 0;
  for (std::int64_t y = rect.y0; y < rect.y1; ++y) {
    for (std::int64_t x = rect.x0; x < rect.x1; ++x) {
      const auto level = [&](int c) {
        return static_cast<int>(
            number_at(pixels.view().at(y - rect.y0, x - rect.x0, c), DType::u8));
      };
      const bool right = is_ramp(level(0), x, image.width) && is_ramp(level(1), y, image.height) &&
                         level(2) == static_cast<int>((x + y) % 256);
      misplaced += right ? 0 : 1;
    }
  }
  return misplaced;
}

Result<ValidateCheck> check_coordinates(const Subject& subject) {
  PANTILE_ASSIGN(const formula::Program program, formula::compile("gradient", Precision::f64));
  const auto gradient = [&](const formula::Frame& frame) {
    formula::FormulaImage image;
    image.frame = frame;
    image.frame.samples = 1;
    return formula::FormulaSource::make(program, image);
  };
  Count stored;
  PANTILE_ASSIGN(const auto small, gradient(subject.small_image.frame));
  PANTILE_ASSIGN(const auto back,
                 through_store(*small, subject.small_tile_px, subject.threads, subject.cancel));
  const LevelInfo& level = back->spec().levels.front();
  PANTILE_ASSIGN(stored.wrong, count_misplaced(*back, level.bounds(), subject.cancel));
  stored.pixels = level.width * level.height;

  Count corners;
  PANTILE_ASSIGN(const auto large, gradient(subject.image.frame));
  const LevelInfo& full = large->spec().levels.front();
  for (std::uint64_t k = 0; k < kCorners; ++k) {
    std::int64_t x =
        border(chance(subject.options.seed, 2 * k), full.width, subject.tile_px, subject.shard_px);
    std::int64_t y = border(chance(subject.options.seed, 2 * k + 1), full.height, subject.tile_px,
                            subject.shard_px);
    if (k < 4) {  // the picture's own corners
      x = k % 2 == 0 ? 0 : full.width;
      y = k < 2 ? 0 : full.height;
    }
    const Rect rect = intersect({x - 17, y - 9, x + 17, y + 9}, full.bounds());
    PANTILE_ASSIGN(const std::int64_t wrong, count_misplaced(*large, rect, subject.cancel));
    corners.wrong += wrong;
    corners.pixels += rect.width() * rect.height();
  }

  const Count given = count_coordinates(subject.image.frame, subject.options.seed);
  ValidateCheck check;
  check.name = "coordinates";
  check.passed = stored.wrong == 0 && corners.wrong == 0 && given.wrong == 0;
  check.sentence = fmt::format(
      "of the position pattern, {} of {} pixels of a {}x{} picture in tiles of {} are misplaced, "
      "and {} of {} at corners of the job's own tiles; {} of {} coordinates are wrong",
      stored.wrong, stored.pixels, level.width, level.height, subject.small_tile_px, corners.wrong,
      corners.pixels, given.wrong, given.pixels);
  const auto number = [&](const char* key, std::int64_t value) {
    check.numbers.emplace_back(key, static_cast<double>(value));
  };
  number("pixels", stored.pixels);
  number("misplaced", stored.wrong);
  number("corner_pixels", corners.pixels);
  number("corner_misplaced", corners.wrong);
  number("coordinates", given.pixels);
  number("coordinates_wrong", given.wrong);
  return check;
}

}  // namespace pantile::validate
