// Every check passes what is right and catches what is broken on purpose.
#include "pantile/validate.h"

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <sstream>

#include "contract/temporary_folder.h"
#include "ops/formula/compile.h"
#include "pipeline/validate/checks.h"

namespace pantile::validate {
namespace {

namespace fs = std::filesystem;
using formula::FormulaImage;
using formula::FormulaSource;

formula::Program compiled(const std::string& text) {
  auto program = formula::compile(text, Precision::f64);
  EXPECT_TRUE(program.ok());
  return std::move(program).value();
}

FormulaImage image_of(std::int64_t width, std::int64_t height, double scale) {
  FormulaImage image;
  image.frame.width = width;
  image.frame.height = height;
  image.frame.scale = scale;
  return image;
}

/// A job's parts, kept alive for its subject.
struct Parts {
  Parts(const std::string& text, const FormulaImage& of, const std::string& rendered = "")
      : program(compiled(text)), other(compiled(rendered.empty() ? text : rendered)) {
    auto made = FormulaSource::make(other, of);
    EXPECT_TRUE(made.ok());
    source = std::move(made).value();
    ValidateOptions options;
    options.size = 300;
    options.samples = 400;
    auto found = make_subject(program, of, *source, 512, 2048, options);
    EXPECT_TRUE(found.ok());
    subject = std::move(found).value();
    subject.threads = 2;
  }
  formula::Program program, other;
  std::unique_ptr<FormulaSource> source;
  Subject subject;
};

ValidateCheck done(Result<ValidateCheck> check) {
  EXPECT_TRUE(check.ok()) << check.error().message();
  return std::move(check).value();
}

double number(const ValidateCheck& check, const std::string& key) {
  for (const auto& [name, value] : check.numbers) {
    if (name == key) return value;
  }
  ADD_FAILURE() << "no " << key;
  return -1;
}

/// A source whose reads go wrong in a way of choice.
class Broken : public TileSource {
 public:
  using Damage = std::function<void(const Region&, MutableView)>;
  /// `shift`: what is added to the rect that is asked for.
  Broken(std::shared_ptr<const TileSource> inner, Damage damage, std::int64_t shift_x = 0)
      : inner_(std::move(inner)), damage_(std::move(damage)), shift_x_(shift_x) {}
  const ImageSpec& spec() const override { return inner_->spec(); }
  Cost cost(const Region& region) const override { return inner_->cost(region); }
  Fingerprint fingerprint() const override { return inner_->fingerprint(); }
  Status read(const Region& region, MutableView out, ReadContext& ctx) const override {
    Region moved = region;
    const bool inside = region.rect.x1 + shift_x_ <= spec().levels[0].width;
    if (region.rect.x0 > 0 && inside) {
      moved.rect.x0 += shift_x_;
      moved.rect.x1 += shift_x_;
    }
    PANTILE_TRY(inner_->read(moved, out, ctx));
    damage_(region, out);
    return {};
  }

 private:
  std::shared_ptr<const TileSource> inner_;
  Damage damage_;
  std::int64_t shift_x_;
};

void nothing(const Region&, MutableView) {}

/// One level too much in the first column of whatever is read.
void brighten_first_column(const Region& region, MutableView out) {
  if (region.rect.x0 == 0) return;
  for (std::int64_t y = 0; y < out.height(); ++y) {
    std::byte* at = out.at(y, 0, 0);
    *at = std::byte(std::to_integer<int>(*at) ^ 8);
  }
}

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
  EXPECT_EQ(*count_misplaced(*right, rect, nullptr), 0);
  EXPECT_EQ(*count_misplaced(Broken(right, nothing, 1), rect, nullptr), 200 * 200);
  EXPECT_GT(*count_misplaced(*gradient("rgb(v, u, mod(i + j, 256)/255)"), rect, nullptr), 39000);
}

TEST(Validate, FindsATileThatIsNotThePicture) {
  Parts parts("complex", image_of(3000, 2001, 0.002));
  parts.subject.small = std::make_shared<Broken>(parts.subject.small, nothing, 1);
  const ValidateCheck check = done(check_tiles(parts.subject));
  EXPECT_FALSE(check.passed);
  EXPECT_GT(number(check, "different_alone"), 0);
  EXPECT_GT(number(check, "different_stored"), 0);
}

TEST(Validate, FindsASeam) {
  for (const char* text : {"simple", "complex", kWild}) {
    Parts parts(text, image_of(3000, 2001, 0.002));
    EXPECT_TRUE(done(check_borders(parts.subject, nullptr)).passed);
    parts.subject.small = std::make_shared<Broken>(parts.subject.small, brighten_first_column);
    std::vector<BorderLine> lines;
    EXPECT_FALSE(done(check_tiles(parts.subject)).passed) << text;
    const ValidateCheck check = done(check_borders(parts.subject, &lines));
    if (std::string(text) != "simple") continue;  // 8 levels drown in the others: the tiles tell
    EXPECT_FALSE(check.passed) << text << ": " << check.sentence;
    EXPECT_GT(number(check, "mean_rank"), 0.6);
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
  const formula::FormulaKernels tables{&broken, nullptr, &scalar_colour_kernels<double>(), nullptr};
  const ValidateCheck check = done(check_targets(parts.subject, {tables}));
  EXPECT_FALSE(check.passed);
  EXPECT_GT(number(check, "different broken"), 0);
}

TEST(Validate, FindsAWrongFormula) {
  Parts parts("sin(1000*x*y)", image_of(30000, 20010, 0.002), "sin(1000.00001*x*y)");
  std::vector<ProvenPixel> pixels;
  const ValidateCheck check = done(check_proof(parts.subject, 10, &pixels));
  EXPECT_FALSE(check.passed) << check.sentence;
  ASSERT_EQ(pixels.size(), 10u);  // the worst are shown
  EXPECT_EQ(pixels[0].outcome, 2);
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

std::string text_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

GenerateOptions small_job() {
  GenerateOptions options;
  options.width = 700;
  options.height = 500;
  options.validate.size = 200;
  options.validate.samples = 100;
  options.previews.clear();
  return options;
}

TEST(Validate, WritesTheSameReportEveryTime) {
  const contract::TemporaryFolder folder;
  GenerateOptions options = small_job();
  std::string first[2];
  for (const char* name : {"a", "b"}) {
    options.validate.out = (fs::path(folder.path()) / name).string();
    const auto report = run_validate(options, {});
    ASSERT_TRUE(report.ok()) << report.error().message();
    EXPECT_TRUE(report->passed());
    const auto json =
        nlohmann::json::parse(text_of(fs::path(folder.path()) / name / "report.json"));
    EXPECT_EQ(json["passed"], true);
    EXPECT_EQ(json["checks"].size(), 5u);
    EXPECT_EQ(json["checks"][4]["numbers"]["pixels"], 100);
  }
  for (const char* file : {"report.json", "report.png"}) {
    EXPECT_EQ(text_of(fs::path(folder.path()) / "a" / file),
              text_of(fs::path(folder.path()) / "b" / file));
    EXPECT_FALSE(text_of(fs::path(folder.path()) / "a" / file).empty());
  }
}

TEST(Validate, BeforeAJobLeavesNoTrace) {
  const contract::TemporaryFolder folder;
  GenerateOptions options = small_job();
  options.out = (fs::path(folder.path()) / "plain").string();
  ASSERT_TRUE(run_generate(options, {}).ok());
  options.out = (fs::path(folder.path()) / "validated").string();
  options.validate.enabled = true;
  ASSERT_TRUE(run_generate(options, {}).ok());
  EXPECT_EQ(text_of(fs::path(folder.path()) / "plain" / "job.json"),
            text_of(fs::path(folder.path()) / "validated" / "job.json"));
  EXPECT_FALSE(fs::exists(fs::path(folder.path()) / "validated" / "report.json"));

  options.validate.out = options.out;  // a report does not belong there
  const auto refused = run_validate(options, {});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), Code::conflict);
  options.validate.out.clear();
  options.validate.size = 3;
  EXPECT_EQ(run_validate(options, {}).error().code(), Code::invalid);
}

TEST(Validate, SaysWhichCheckFailed) {
  ValidateReport report;
  report.checks = {{"tiles", true, "all well", {}}, {"proof", false, "3 beyond", {{"pixels", 3}}}};
  EXPECT_FALSE(report.passed());
  ASSERT_FALSE(report.status().ok());
  EXPECT_EQ(report.status().error().code(), Code::corrupt);
  EXPECT_NE(report.status().error().message().find("proof: 3 beyond"), std::string::npos);
  EXPECT_EQ(report.status().error().message().find("tiles"), std::string::npos);
  EXPECT_NE(report.json().find("\"pixels\": 3"), std::string::npos);
}

}  // namespace
}  // namespace pantile::validate
