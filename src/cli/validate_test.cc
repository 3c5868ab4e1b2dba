#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/app.h"

namespace pantile::cli {
namespace {

/// A program whose checks find what they are told to.
struct Program {
  std::ostringstream out, err;
  GenerateOptions asked;
  RunOptions run;
  ValidateReport report{{},
                        {{"tiles", true, "all equal", {{"pixels", 9}}, {}}},
                        {{"devices", "there is no GPU"}},
                        {},
                        {},
                        "there"};
  Backend backend;
  Environment environment{.out = out,
                          .err = err,
                          .terminal = false,
                          .utf8 = false,
                          .columns = [] { return 80; },
                          .stamp = [] { return "20260102-030405"; },
                          .stop_at_once = {}};

  Program() {
    backend.validate = [this](const GenerateOptions& o,
                              const RunOptions& r) -> Result<ValidateReport> {
      asked = o;
      run = r;
      return report;
    };
    backend.generate = [this](const GenerateOptions& o, const RunOptions&) -> Result<JobSummary> {
      asked = o;
      return JobSummary{};
    };
  }
  int operator()(const std::vector<std::string>& words) {
    return cli::run(words, backend, environment);
  }
};

TEST(ValidateCommand, TakesAJobAndItsOwnOptions) {
  Program program;
  EXPECT_EQ(program({"validate", "--formula", "simple", "--size", "99", "--samples", "3",
                     "--validate-size", "256", "--validate-samples", "5", "--validate-seed", "6",
                     "--memory", "300MiB", "--device", "cuda:1", "--out", "there"}),
            0)
      << program.err.str();
  EXPECT_EQ(program.asked.formula, "simple");
  EXPECT_EQ(program.asked.width, 99);
  EXPECT_EQ(program.asked.samples, 3);
  EXPECT_EQ(program.asked.validate.size, 256);
  EXPECT_EQ(program.asked.validate.samples, 5);
  EXPECT_EQ(program.asked.validate.seed, 6u);
  EXPECT_EQ(program.run.memory_bytes, 300 << 20);
  EXPECT_EQ(device_words(program.run.device), "cuda:1");
  EXPECT_EQ(program.asked.validate.out, "there");
  EXPECT_NE(program.out.str().find("all equal"), std::string::npos);
  EXPECT_NE(program.out.str().find("devices      not made: there is no GPU"), std::string::npos);
  EXPECT_NE(program.out.str().find("there/report.json"), std::string::npos);
}

TEST(ValidateCommand, NamesItsFolderByTheClock) {
  Program program;
  EXPECT_EQ(program({"validate", "--name", "waves"}), 0);
  EXPECT_EQ(program.asked.validate.out, "waves-validate-20260102-030405");
}

TEST(ValidateCommand, EndsWithThreeWhenACheckFails) {
  Program program;
  program.report.checks.push_back({"proof",
                                   false,
                                   "2 beyond",
                                   {},
                                   {{true, {5, 6, 7, 9}, "stored 1, exact 2"},
                                    {false, {}, "b"},
                                    {true, {}, "c"},
                                    {true, {}, "d"}}});
  EXPECT_EQ(program({"validate"}), 3);
  EXPECT_NE(program.out.str().find("FAILED"), std::string::npos);
  EXPECT_NE(program.err.str().find("proof: 2 beyond"), std::string::npos);
  EXPECT_NE(program.out.str().find("the job's picture, pixel 5,6 2x3: stored 1, exact 2"),
            std::string::npos);
  EXPECT_EQ(program.out.str().find(": d"), std::string::npos);
  EXPECT_NE(program.out.str().find("and more"), std::string::npos);
}

TEST(ValidateCommand, PrintsOneObjectAsJson) {
  Program program;
  EXPECT_EQ(program({"validate", "--log", "json"}), 0);
  const auto event = nlohmann::json::parse(program.out.str());
  EXPECT_EQ(event["event"], "validate");
  EXPECT_EQ(event["passed"], true);
  EXPECT_EQ(event["checks"][0]["numbers"]["pixels"], 9);
  EXPECT_EQ(event["not_made"][0]["name"], "devices");
  EXPECT_EQ(event["not_made"][0]["reason"], "there is no GPU");
}

TEST(ValidateCommand, GenerateAsksForItWithAFlag) {
  Program program;
  EXPECT_EQ(program({"generate"}), 0);
  EXPECT_FALSE(program.asked.validate.enabled);
  EXPECT_EQ(program({"generate", "--validate"}), 0);
  EXPECT_TRUE(program.asked.validate.enabled);
}

}  // namespace
}  // namespace pantile::cli
