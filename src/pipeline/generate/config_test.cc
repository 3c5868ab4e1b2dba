#include "pipeline/generate/config.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace pantile {
namespace {

/// Every member is another than the default, so that one that is not read back shows.
GenerateOptions unusual() {
  GenerateOptions o;
  o.width = 123456789;
  o.height = 77;
  o.formula = "let a = x in \"\\ü\"";
  o.center_x = 0.1 + 0.2;
  o.center_y = -1e-300;
  o.scale = 1.0 / 3;
  o.precision = Precision::f32;
  o.sampling = Sampling::corner;
  o.samples = 7;
  o.colormap = "viridis";
  o.range_lo = -1e300;
  o.range_hi = 5e-324;
  o.range_origin = "1st to 99th percentile of 3 samples";
  o.nan_color = {1, 2, 3};
  o.neg_inf_color = {4, 5, 6};
  o.pos_inf_color = {255, 254, 253};
  o.name = "a name";
  o.store = StoreKind::value_u16;
  o.zstd_level = 19;
  o.tile_px = 1024;
  o.shard_px = 2048;
  o.tiff = {false, TiffCompression::lzw, 11, 13, TiffDialect::pages, true};
  o.previews = {{"", 10, 0}, {"", 20, 30}, {"a:b", 40, 0}, {"c", 50, 60}};
  return o;
}

TEST(GenerateConfig, IsReadBackAsItWasWritten) {
  for (const GenerateOptions& options : {GenerateOptions{}, unusual()}) {
    const std::string text = config_json(options);
    const auto read = options_from_config(text);
    ASSERT_TRUE(read.ok()) << read.error().message();
    EXPECT_EQ(config_json(*read), text);
    EXPECT_EQ(read->scale, options.scale);
    EXPECT_EQ(read->range_hi, options.range_hi);
    EXPECT_EQ(read->range_origin, options.range_origin);
    EXPECT_EQ(read->previews, options.previews);
  }
  GenerateOptions none;
  none.previews.clear();
  EXPECT_TRUE(options_from_config(config_json(none))->previews.empty());
}

TEST(GenerateConfig, WhatIsMissingUnknownOrOfAnotherTypeIsRefused) {
  const auto whole = nlohmann::json::parse(config_json(unusual()));
  for (const auto& [section, members] : whole.items()) {
    for (const auto& [key, value] : members.items()) {
      auto without = whole, other = whole;
      without[section].erase(key);
      other[section][key] = nlohmann::json::object();
      EXPECT_FALSE(options_from_config(without.dump()).ok() && key != "scale" &&
                   key != "range_origin")
          << key;
      EXPECT_FALSE(options_from_config(other.dump()).ok()) << key;
    }
    auto more = whole;
    more[section]["flavour"] = 1;
    EXPECT_FALSE(options_from_config(more.dump()).ok()) << section;
  }
  auto word = whole;
  word["formula"]["precision"] = "f16";
  EXPECT_EQ(options_from_config(word.dump()).error().code(), Code::corrupt);
  word = whole;
  word["output"]["previews"] = "10,,20";
  EXPECT_FALSE(options_from_config(word.dump()).ok());
  EXPECT_FALSE(options_from_config("[1]").ok());
  EXPECT_FALSE(options_from_config("{").ok());
}

}  // namespace
}  // namespace pantile
