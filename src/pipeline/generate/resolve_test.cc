#include "pipeline/generate/resolve.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "pipeline/generate/config.h"

namespace pantile {
namespace {

GenerateOptions small() {
  GenerateOptions options;
  options.width = 300;
  options.height = 200;
  return options;
}

std::string setting(const ResolvedGenerate& resolved, const std::string& key) {
  for (const auto& [k, value] : resolved.job.pixels) {
    if (k == key) return value;
  }
  return "unset";
}

TEST(ResolveGenerate, DecidesEveryDefault) {
  const auto job = resolve_generate(small());
  ASSERT_TRUE(job.ok());
  EXPECT_EQ(job->options.scale, 0.1);  // 20 / 200
  EXPECT_EQ(job->options.range_lo, -3);
  EXPECT_EQ(job->options.range_hi, 3);
  EXPECT_EQ(job->options.range_origin, "the formula's own");
  EXPECT_EQ(job->options.tile_px, 512);
  EXPECT_EQ(job->options.shard_px, 4096);
  EXPECT_EQ(setting(*job, "scale"), "0.1");
}

TEST(ResolveGenerate, TakesPercentilesWhereNoRangeIsKnownAlwaysTheSame) {
  GenerateOptions options = small();
  options.formula = "x";
  options.scale = 0.01;
  const auto job = resolve_generate(options), again = resolve_generate(options);
  ASSERT_TRUE(job.ok());
  EXPECT_NEAR(*job->options.range_lo, -1.5 * 0.98, 0.01);
  EXPECT_NEAR(*job->options.range_hi, 1.5 * 0.98, 0.01);
  EXPECT_EQ(job->job.pixels, again->job.pixels);
}

TEST(ResolveGenerate, ResolvedOptionsResolveToThemselves) {
  GenerateOptions options = small();
  options.formula = "x*y + 1";
  const auto once = resolve_generate(options);
  ASSERT_TRUE(once.ok());
  const auto twice = resolve_generate(once->options);
  ASSERT_TRUE(twice.ok());
  EXPECT_EQ(once->job.pixels, twice->job.pixels);
  EXPECT_EQ(config_json(once->options), config_json(twice->options));
}

TEST(ResolveGenerate, ColoursOfAValueStoreAreSettingsToo) {
  GenerateOptions options = small();
  options.store = StoreKind::value_f32;
  options.colormap = "magma";
  options.range_lo = -1, options.range_hi = 2;
  const auto job = resolve_generate(options);
  ASSERT_TRUE(job.ok());
  EXPECT_EQ(setting(*job, "range"), "-1,2");
  EXPECT_EQ(setting(*job, "colormap"), "magma");
  const auto facts = nlohmann::json::parse(job->job.facts_json);
  EXPECT_EQ(facts["colormap"], "magma");
  EXPECT_EQ(facts["range"], nlohmann::json({-1.0, 2.0}));
}

TEST(ResolveGenerate, EverySettingIsThereOnce) {
  for (const StoreKind store : {StoreKind::rgb8, StoreKind::value_u16, StoreKind::value_f32}) {
    GenerateOptions options = small();
    options.store = store;
    const auto job = resolve_generate(options);
    ASSERT_TRUE(job.ok());
    std::set<std::string> keys;
    for (const auto& [key, value] : job->job.pixels) EXPECT_TRUE(keys.insert(key).second) << key;
  }
}

TEST(ResolveGenerate, WarnsWhereFloatsEnd) {
  GenerateOptions options = small();
  options.formula = "x*1e38";
  options.store = StoreKind::value_f32;
  const auto warnings = [&](double hi) {
    options.range_lo = 0, options.range_hi = hi;
    const auto job = resolve_generate(options);
    EXPECT_TRUE(job.ok());
    return job.ok() ? job->warnings.size() : 99;
  };
  EXPECT_EQ(warnings(3.4e38), 0u);
  EXPECT_EQ(warnings(3.5e38), 1u);
  options.store = StoreKind::rgb8;
  EXPECT_EQ(warnings(3.5e38), 0u);
}

TEST(ResolveGenerate, WarnsWherePixelsCollapse) {
  GenerateOptions options = small();
  options.center_x = 1e9;
  options.scale = 1e-9;
  const auto job = resolve_generate(options);
  ASSERT_TRUE(job.ok());
  ASSERT_EQ(job->warnings.size(), 1u);
  EXPECT_NE(job->warnings[0].find("show the same point"), std::string::npos);
  EXPECT_TRUE(resolve_generate(small())->warnings.empty());
}

struct Bad {
  const char* name;
  void (*spoil)(GenerateOptions&);
  const char* named;
};
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr Bad kBad[] = {
    {"NoWidth", [](GenerateOptions& o) { o.width = 0; }, "width"},
    {"NegativeHeight", [](GenerateOptions& o) { o.height = -4; }, "height"},
    {"HugeWidth", [](GenerateOptions& o) { o.width = std::int64_t{1} << 31; }, "width"},
    {"ScaleZero", [](GenerateOptions& o) { o.scale = 0; }, "scale"},
    {"ScaleNan", [](GenerateOptions& o) { o.scale = kNan; }, "scale"},
    {"CenterInfinite", [](GenerateOptions& o) { o.center_y = kInf; }, "center"},
    {"HalfARange", [](GenerateOptions& o) { o.range_lo = 1; }, "range"},
    {"RangeTurned", [](GenerateOptions& o) { o.range_lo = 2, o.range_hi = 1; }, "range"},
    {"NoSuchMap", [](GenerateOptions& o) { o.colormap = "rainbow"; }, "rainbow"},
    {"NoSamples", [](GenerateOptions& o) { o.samples = 0; }, "sampl"},
    {"OddTile", [](GenerateOptions& o) { o.tile_px = 100; }, "tile"},
    {"ShardNoMultiple", [](GenerateOptions& o) { o.tile_px = 128, o.shard_px = 200; }, "shard"},
    {"EmptyPreview", [](GenerateOptions& o) { o.previews = {{"", 0, 0}}; }, "preview"},
    {"PreviewElsewhere", [](GenerateOptions& o) { o.previews = {{"../x", 9, 0}}; }, "../x"},
    {"TwoOfAName", [](GenerateOptions& o) { o.previews = {{"a", 9, 0}, {"a", 8, 0}}; }, "'a'"},
    {"BadFormula", [](GenerateOptions& o) { o.formula = "sin(x"; }, "bracket"},
};

class BadOptions : public testing::TestWithParam<Bad> {};

TEST_P(BadOptions, AreRefusedByName) {
  GenerateOptions options = small();
  GetParam().spoil(options);
  const auto job = resolve_generate(options);
  ASSERT_FALSE(job.ok());
  EXPECT_EQ(job.error().code(), Code::invalid);
  EXPECT_NE(job.error().message().find(GetParam().named), std::string::npos)
      << job.error().message();
}

INSTANTIATE_TEST_SUITE_P(ResolveGenerate, BadOptions, testing::ValuesIn(kBad),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace pantile
