// What `validate` leaves: its report, its stages, its errors.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "contract/temporary_folder.h"
#include "pipeline/validate/picture.h"
#include "pipeline/validate/validate.h"
#include "pipeline/validate_test_util.h"

namespace pantile::validate {
namespace {

namespace fs = std::filesystem;

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

/// On a machine with GPUs too.
RunOptions on_the_cpu() {
  RunOptions run;
  run.device.kind = Device::cpu;
  return run;
}

TEST(ValidateReport, WritesTheSameReportEveryTime) {
  const contract::TemporaryFolder folder;
  GenerateOptions options = small_job();
  std::string first[2];
  for (const char* name : {"a", "b"}) {
    options.validate.out = (fs::path(folder.path()) / name).string();
    const auto report = run_validate(options, on_the_cpu());
    ASSERT_TRUE(report.ok()) << report.error().message();
    EXPECT_TRUE(report->passed());
    const auto json =
        nlohmann::json::parse(text_of(fs::path(folder.path()) / name / "report.json"));
    EXPECT_EQ(json["passed"], true);
    EXPECT_EQ(json["checks"].size(), 5u);
    EXPECT_EQ(json["checks"][4]["numbers"]["pixels"], 100);
    EXPECT_EQ(json["job"]["image"]["width"], 700);
    EXPECT_EQ(json["job"]["formula"]["formula"], "complex");
    EXPECT_EQ(json["job"]["colour"]["range_origin"], "the formula's own");
    EXPECT_EQ(json["not_made"].size(), 1u);
    EXPECT_EQ(json["not_made"][0]["name"], "devices");
    EXPECT_EQ(json["device"], "cpu");
    EXPECT_EQ(json["random_pixels"], 100);
    EXPECT_EQ(json["seed"], 1);
    EXPECT_EQ(json["smaller_picture"]["width"], 201);
    EXPECT_EQ(json["program"]["version"], program_version());
  }
  for (const char* file : {"report.json", "report.png"}) {
    EXPECT_EQ(text_of(fs::path(folder.path()) / "a" / file),
              text_of(fs::path(folder.path()) / "b" / file));
    EXPECT_FALSE(text_of(fs::path(folder.path()) / "a" / file).empty());
  }
}

TEST(ValidateReport, BeforeAJobLeavesItsReportBesideIt) {
  const contract::TemporaryFolder folder;
  const fs::path here = folder.path();
  GenerateOptions options = small_job();
  options.out = (here / "plain").string();
  ASSERT_TRUE(run_generate(options, {}).ok());
  options.out = (here / "validated").string();
  options.validate.enabled = true;
  ASSERT_TRUE(run_generate(options, {}).ok());
  EXPECT_EQ(text_of(here / "plain" / "job.json"), text_of(here / "validated" / "job.json"));
  EXPECT_FALSE(fs::exists(here / "validated" / "report.json"));
  const auto json = nlohmann::json::parse(text_of(here / "validated-validate" / "report.json"));
  EXPECT_EQ(json["passed"], true);
  EXPECT_TRUE(fs::exists(here / "validated-validate" / "report.png"));

  options.validate.out = options.out;  // a report does not belong there
  const auto refused = run_validate(options, {});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), Code::conflict);
  options.validate.out.clear();
  options.validate.size = 3;
  EXPECT_EQ(run_validate(options, {}).error().code(), Code::invalid);
}

TEST(ValidateReport, KeepsToItsMemoryOrSaysWhatItNeeds) {
  GenerateOptions options = small_job();
  options.width = options.height = 9000;
  options.validate.size = 4096;
  RunOptions run = on_the_cpu();
  run.memory_bytes = std::int64_t{100} << 20;
  const auto refused = run_validate(options, run);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), Code::invalid);
  EXPECT_NE(refused.error().message().find("--validate-size"), std::string::npos);
  options.validate.size = 200;
  run.memory_bytes = std::int64_t{160} << 20;
  EXPECT_TRUE(run_validate(options, run).ok());
}

/// Writes down what it is told.
struct Listener : JobListener {
  std::vector<std::string> stages, notes;
  std::int64_t left = 0;
  void on_stage_begin(const Progress& p) override { stages.emplace_back(p.stage); }
  void on_stage_end(const Progress& p) override { left += p.total - p.done; }
  void on_note(std::string_view text) override { notes.emplace_back(text); }
};

TEST(ValidateReport, EachCheckIsAStage) {
  Listener listener;
  RunOptions run = on_the_cpu();
  run.listener = &listener;
  GenerateOptions options = small_job();
  options.formula = "sqrt(x)";
  ASSERT_TRUE(run_validate(options, run).ok());
  EXPECT_EQ(listener.stages,
            (std::vector<std::string>{"validate/coordinates", "validate/tiles", "validate/borders",
                                      "validate/targets", "validate/proof"}));
  EXPECT_EQ(listener.left, 0);
  ASSERT_EQ(listener.notes.size(), 1u);
  EXPECT_NE(listener.notes[0].find("NaN"), std::string::npos);
  EXPECT_NE(listener.notes[0].find("50 %"), std::string::npos);
}

TEST(ValidateReport, SaysWhichCheckFailed) {
  ValidateReport report;
  report.checks = {
      {"tiles", true, "all well", {}, {}},
      {"proof", false, "3 beyond", {{"pixels", 3}}, {{true, {4, 5, 6, 7}, "this one"}}}};
  report.folder = "there";
  EXPECT_FALSE(report.passed());
  ASSERT_FALSE(report.status().ok());
  EXPECT_EQ(report.status().error().code(), Code::corrupt);
  EXPECT_NE(report.status().error().message().find("proof: 3 beyond"), std::string::npos);
  EXPECT_EQ(report.status().error().message().find("tiles"), std::string::npos);
  EXPECT_NE(report.status().error().message().find("there/report.json"), std::string::npos);
  const auto json = nlohmann::json::parse(report.json());
  EXPECT_EQ(json["checks"][1]["numbers"]["pixels"], 3);
  EXPECT_EQ(json["checks"][1]["places"][0]["rect"], (std::vector<int>{4, 5, 2, 2}));
  EXPECT_EQ(json["checks"][1]["places"][0]["text"], "this one");
}

/// A job whose pixels are not those of its formula: everything is one pixel too far to the left.
ResolvedGenerate broken_job(const GenerateOptions& options) {
  auto job = resolve_generate(options);
  EXPECT_TRUE(job.ok());
  job->job.source = std::make_shared<Broken>(job->job.source, nothing, 1);
  return std::move(*job);
}

TEST(ValidateReport, OfABrokenJobSaysWhereAndIsLeft) {
  const contract::TemporaryFolder folder;
  GenerateOptions options = small_job();
  options.width = options.height = 3000;
  options.validate.out = (fs::path(folder.path()) / "report").string();
  JobLanes none;
  const auto report = validate_job(broken_job(options), none, on_the_cpu());
  ASSERT_TRUE(report.ok()) << report.error().message();
  EXPECT_FALSE(report->passed());
  EXPECT_EQ(report->status().error().code(), Code::corrupt);
  const ValidateCheck* const proof = report->check("proof");
  ASSERT_TRUE(proof != nullptr && !proof->passed && !proof->places.empty());
  EXPECT_NE(proof->places[0].text.find("exact"), std::string::npos);
  EXPECT_TRUE(proof->places[0].of_job);
  EXPECT_EQ(proof->places[0].rect.area(), 1);
  EXPECT_FALSE(report->check("tiles")->passed) << "the job's own tiles";
  EXPECT_TRUE(report->check("coordinates")->passed) << "it is a matter of this source only";

  const auto json = nlohmann::json::parse(text_of(fs::path(options.validate.out) / "report.json"));
  EXPECT_EQ(json["passed"], false);
  EXPECT_EQ(json["checks"][4]["places"].size(), ValidateCheck::kMostPlaces);
  EXPECT_TRUE(fs::exists(fs::path(options.validate.out) / "report.png"));
}

TEST(ValidateReport, ItsPictureFramesWhatIsWrong) {
  Parts parts("simple", image_of(1000, 1000, 0.01));
  ValidateReport report;
  report.subject.job.scale = 0.01;
  report.checks = {{"tiles", true, "all well", {}, {}}};
  const auto reds = [&] {
    const PixelBuffer picture = std::move(*draw_report(parts.subject, report, {}));
    std::int64_t count = 0;
    for (std::int64_t y = 0; y < picture.view().height(); ++y) {
      for (std::int64_t x = 0; x < 510; ++x) {  // the job's picture and its legend
        const std::byte* p = picture.view().at(y, x);
        count += p[0] == std::byte{200} && p[1] == std::byte{30} && p[2] == std::byte{40} ? 1 : 0;
      }
    }
    return count;
  };
  const std::int64_t before = reds();
  report.checks[0].places = {{true, {500, 500, 510, 510}, "here"}};
  const std::int64_t framed = reds();
  EXPECT_GT(framed, before + 50);
  report.checks[0].places = {{false, {0, 0, 300, 300}, "all of the smaller picture"}};
  EXPECT_GT(reds(), framed + 1000);
}

}  // namespace
}  // namespace pantile::validate
