// Every check passes what is right and catches what is broken on purpose.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "pipeline/validate_test_util.h"

namespace pantile::validate {
namespace {

constexpr const char* kWild = "fract(sin(12.9898*x + 78.233*y)*43758.5453)*6 - 3";

TEST(Validate, PassesWhatIsRight) {
  for (const char* text : {"complex", "simple", "gradient", kWild,
                           "let over = mod(floor(x) + floor(y), 2) in if(over > 0, x, -y)"}) {
    Parts parts(text, image_of(3000, 2001, 0.0078125));
    SCOPED_TRACE(text);
    for (const auto& check :
         {done(check_coordinates(parts.subject)), done(check_tiles(parts.subject)),
          done(check_borders(parts.subject, nullptr)), done(check_targets(parts.subject)),
          done(check_proof(parts.subject, 10, nullptr))}) {
      EXPECT_TRUE(check.passed) << check.name << ": " << check.sentence;
      EXPECT_FALSE(check.sentence.empty());
    }
  }
}

TEST(Validate, PassesPicturesOfAnySizeAndKind) {
  for (const auto& [width, height] : {std::pair{1, 1}, {7, 900}, {65, 64}, {2000000011, 3}}) {
    for (const StoreKind store : {StoreKind::rgb8, StoreKind::value_u16, StoreKind::value_f32}) {
      FormulaImage image = image_of(width, height, 0.01);
      image.output = store;
      image.frame.samples = 2;
      Parts parts("sin(x*y) + log(x)", image);
      for (const auto& check :
           {done(check_coordinates(parts.subject)), done(check_tiles(parts.subject)),
            done(check_borders(parts.subject, nullptr)), done(check_targets(parts.subject)),
            done(check_proof(parts.subject, 10, nullptr))}) {
        EXPECT_TRUE(check.passed) << width << "x" << height << " " << check.sentence;
      }
    }
  }
}

TEST(Validate, FindsMisplacedPixels) {
  const FormulaImage image = image_of(601, 401, 1);
  const auto gradient = [&](const char* text) -> std::shared_ptr<const TileSource> {
    return std::move(FormulaSource::make(compiled(text), image)).value();
  };
  const auto right = gradient("gradient");
  const Rect rect{100, 50, 300, 250};
  EXPECT_EQ(find_misplaced(*right, rect, nullptr)->wrong, 0);
  EXPECT_EQ(find_misplaced(Broken(right, nothing, 1), rect, nullptr)->wrong, 200 * 200);
  const auto swapped = gradient("rgb(v, u, mod(i + j, 256)/255)");
  EXPECT_GT(find_misplaced(*swapped, rect, nullptr)->wrong, 39000);
}

TEST(Validate, FindsATileThatIsNotThePicture) {
  Parts parts("complex", image_of(3000, 2001, 0.002));
  parts.subject.small = std::make_shared<Broken>(parts.subject.small, nothing, 1);
  const ValidateCheck check = done(check_tiles(parts.subject));
  EXPECT_FALSE(check.passed);
  EXPECT_GT(number(check, "different_alone"), 0);
  EXPECT_GT(number(check, "different_stored"), 0);
  ASSERT_GT(check.places.size(), 3u);
  for (const ValidatePlace& place : check.places) {
    EXPECT_FALSE(place.of_job);
    EXPECT_TRUE(parts.subject.small_level().bounds().contains(place.rect));
    EXPECT_FALSE(place.rect.empty());
  }
}

// A tile of the job that is wrong only when it is read whole, from its own corner.
TEST(Validate, FindsATileOfTheJobThatDependsOnWhereReadingBegins) {
  Parts parts("complex", image_of(3000, 2001, 0.002));
  const auto spoil = [](const Region& region, MutableView out) {
    if (region.rect.x0 == 512) *out.at(0, 300, 0) ^= std::byte{1};
  };
  const Broken broken(std::move(parts.source), spoil);
  parts.subject.source = &broken;
  const ValidateCheck check = done(check_tiles(parts.subject));
  EXPECT_FALSE(check.passed);
  EXPECT_GT(number(check, "different_at_borders"), 0);
  ASSERT_FALSE(check.places.empty());
  EXPECT_TRUE(check.places[0].of_job);
  EXPECT_EQ(check.places[0].rect.x0, 812);
}

// The first column of a tile is the last one of the tile before: the border is too smooth.
TEST(Validate, FindsASeamThatIsSmooth) {
  Parts parts(kWild, image_of(3000, 2001, 0.002));
  const auto inner = parts.subject.small;
  const auto repeat = [inner](const Region& region, MutableView out) {
    if (region.rect.x0 == 0) return;
    Rect before = region.rect;
    before.x1 = before.x0--;
    const PixelBuffer column = std::move(*read_pixels(*inner, before, nullptr));
    for (std::int64_t y = 0; y < out.height(); ++y) {
      std::memcpy(out.at(y, 0, 0), column.view().at(y, 0, 0), 3);
    }
  };
  parts.subject.small = std::make_shared<Broken>(inner, repeat);
  EXPECT_FALSE(done(check_tiles(parts.subject)).passed);
  const ValidateCheck check = done(check_borders(parts.subject, nullptr));
  EXPECT_FALSE(check.passed) << check.sentence;
  EXPECT_LT(number(check, "mean_rank"), number(check, "mean_rank_in_one_piece"));
}

TEST(Validate, FindsASeam) {
  for (const char* text : {"simple", "complex", kWild}) {
    Parts parts(text, image_of(3000, 2001, 0.002));
    EXPECT_TRUE(done(check_borders(parts.subject, nullptr)).passed);
    parts.subject.small = std::make_shared<Broken>(parts.subject.small, brighten_first_column);
    std::vector<BorderLine> lines;
    EXPECT_FALSE(done(check_tiles(parts.subject)).passed) << text;
    const ValidateCheck check = done(check_borders(parts.subject, &lines));
    if (text == kWild) continue;  // 8 levels drown in the others: the tiles tell
    EXPECT_FALSE(check.passed) << text << ": " << check.sentence;
    ASSERT_FALSE(check.places.empty());
    EXPECT_EQ((check.places[0].rect.x0 + 1) % parts.subject.small_tile_px, 0);
    EXPECT_GT(number(check, "mean_rank"), number(check, "mean_rank_in_one_piece"));
    EXPECT_EQ(lines.size(), static_cast<std::size_t>(number(check, "borders")));
  }
}

// Cells of 64 pixels, as the tiles are: the picture itself breaks at every border.
TEST(Validate, IsNotAlarmedByAPictureThatBreaksAtItsBorders) {
  FormulaImage image = image_of(257, 257, 1);
  image.frame.center_x = image.frame.center_y = 128.5;
  Parts parts("sin(99*floor(x/64) + 77*floor(y/64))", image);
  const ValidateCheck check = done(check_borders(parts.subject, nullptr));
  EXPECT_GT(number(check, "roughest"), 4);
  EXPECT_TRUE(check.passed) << check.sentence;
}

TEST(Validate, FindsATargetWithOtherBits) {
  Parts parts("sin(3*x) + y", image_of(3000, 2001, 0.002));
  static const auto kSin = static_cast<std::size_t>(math::Unary::sin);
  math::Kernels<double> broken = math::kernels<double>();
  broken.target = "broken";
  broken.unary[kSin] = [](const double* a, double* out, std::size_t n) {
    math::kernels<double>().unary[kSin](a, out, n);
    for (std::size_t k = 3; k < n; k += 4) out[k] += 0.01;
  };
  const formula::FormulaTables tables{&broken, nullptr, &scalar_colour_kernels<double>(), nullptr};
  const ValidateCheck check = done(check_targets(parts.subject, {tables}));
  EXPECT_FALSE(check.passed);
  EXPECT_GT(number(check, "different broken"), 0);
  ASSERT_EQ(check.places.size(), 2u);  // values, and pixels
  for (const ValidatePlace& place : check.places) {
    EXPECT_NE(place.text.find("on broken"), std::string::npos);
  }
}

// Colours have too few steps to show it.
TEST(Validate, FindsATargetThatIsWrongInItsLastBits) {
  for (const char* text : {"sin(3*x) + y", "rgb(abs(sin(x)), u, v)"}) {
    FormulaImage image = image_of(3000, 2001, 0.002);
    image.frame.samples = 3;
    Parts parts(text, image);
    static const auto kSin = static_cast<std::size_t>(math::Unary::sin);
    math::Kernels<double> broken = math::kernels<double>();
    broken.target = "broken";
    broken.unary[kSin] = [](const double* a, double* out, std::size_t n) {
      math::kernels<double>().unary[kSin](a, out, n);
      out[n - 1] = std::nextafter(out[n - 1], 9.0);
    };
    const formula::FormulaTables tables{&broken, nullptr, &scalar_colour_kernels<double>(),
                                        nullptr};
    const ValidateCheck check = done(check_targets(parts.subject, {tables}));
    EXPECT_FALSE(check.passed) << check.sentence;
    EXPECT_GT(number(check, "different values broken"), 0);
    ASSERT_FALSE(check.places.empty());
    EXPECT_TRUE(parts.subject.small_level().bounds().contains(check.places[0].rect));
  }
}

TEST(Validate, FindsAWrongFormula) {
  Parts parts("sin(1000*x*y)", image_of(30000, 20010, 0.002), "sin(1000.00001*x*y)");
  std::vector<ProvenPixel> pixels;
  const ValidateCheck check = done(check_proof(parts.subject, 10, &pixels));
  EXPECT_FALSE(check.passed) << check.sentence;
  ASSERT_EQ(pixels.size(), 10u);  // the worst are shown
  EXPECT_EQ(pixels[0].outcome, 2);
  EXPECT_EQ(check.places.size(), ValidateCheck::kMostPlaces);
  EXPECT_NE(check.places[0].text.find("stored"), std::string::npos);
}

TEST(Validate, DoesNotDependOnThreads) {
  Parts parts("complex", image_of(3000, 2001, 0.002));
  std::vector<ProvenPixel> one, two;
  parts.subject.threads = 1;
  const ValidateCheck alone = done(check_proof(parts.subject, 50, &one));
  parts.subject.threads = 3;
  const ValidateCheck together = done(check_proof(parts.subject, 50, &two));
  EXPECT_EQ(alone.sentence, together.sentence);
  for (std::size_t k = 0; k < one.size(); ++k) EXPECT_EQ(one[k].x, two[k].x);
}

}  // namespace
}  // namespace pantile::validate
