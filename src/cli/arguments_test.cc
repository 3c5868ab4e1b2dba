#include "cli/arguments.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "cli/toml_config.h"

namespace pantile::cli {
namespace {

const SchemaNames kNames{{"blue-black-red", "viridis", "inferno", "magma"}, {"complex"}};

/// Parses the words of one command.
Result<Arguments> parse(const std::string& command, const std::vector<std::string>& words) {
  const Schema schema = make_schema(kNames);
  return parse_arguments(schema, *schema.command(command), words);
}

/// A file of its own that is gone afterwards.
class TomlFile {
 public:
  explicit TomlFile(const std::string& text)
      : path_(std::filesystem::temp_directory_path() /
              ("pantile-arguments-test-" + std::to_string(::getpid()) + ".toml")) {
    std::ofstream(path_) << text;
  }
  ~TomlFile() { std::filesystem::remove(path_); }
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

TEST(Arguments, EveryGenerateFlagArrives) {
  const auto parsed = parse("generate", {"--formula",  "-x + y",
                                         "--width",    "7",
                                         "--height=9", "--center",
                                         "-0.5,0",     "--scale",
                                         "1e-3",       "--precision",
                                         "f32",        "--sampling",
                                         "corner",     "--samples",
                                         "4",          "--colormap",
                                         "viridis",    "--range",
                                         "-3,3",       "--nan-color",
                                         "#010203",    "--neg-inf-color",
                                         "#040506",    "--pos-inf-color",
                                         "#070809",    "--store",
                                         "value-u16",  "--zstd-level",
                                         "3",          "--out",
                                         "o",          "--name",
                                         "n",          "--tile",
                                         "256",        "--shard",
                                         "1024",       "--tiff",
                                         "off",        "--tiff-dialect",
                                         "pages",      "--tiff-compression",
                                         "zstd",       "--tiff-level",
                                         "5",          "--jpeg-quality",
                                         "50",         "--tiff-predictor",
                                         "on",         "--previews",
                                         "thumb:5x6",  "--threads",
                                         "3",          "--memory",
                                         "1GiB",       "--restart",
                                         "--share",    "1/2",
                                         "--log",      "json"});
  ASSERT_TRUE(parsed.ok()) << parsed.error().message();
  const GenerateOptions& o = parsed->settings.generate;
  EXPECT_EQ(o.formula, "-x + y");
  EXPECT_EQ(o.width, 7);
  EXPECT_EQ(o.height, 9);
  EXPECT_EQ(o.center_x, -0.5);
  EXPECT_EQ(o.center_y, 0);
  EXPECT_EQ(o.scale, 1e-3);
  EXPECT_EQ(o.precision, Precision::f32);
  EXPECT_EQ(o.sampling, Sampling::corner);
  EXPECT_EQ(o.samples, 4);
  EXPECT_EQ(o.colormap, "viridis");
  EXPECT_EQ(o.range_lo, -3.0);
  EXPECT_EQ(o.range_hi, 3.0);
  EXPECT_EQ(o.nan_color, (Rgb8{1, 2, 3}));
  EXPECT_EQ(o.neg_inf_color, (Rgb8{4, 5, 6}));
  EXPECT_EQ(o.pos_inf_color, (Rgb8{7, 8, 9}));
  EXPECT_EQ(o.store, StoreKind::value_u16);
  EXPECT_EQ(o.zstd_level, 3);
  EXPECT_EQ(o.out, "o");
  EXPECT_EQ(o.name, "n");
  EXPECT_EQ(o.tile_px, 256);
  EXPECT_EQ(o.shard_px, 1024);
  EXPECT_FALSE(o.tiff.enabled);
  EXPECT_EQ(o.tiff.dialect, TiffDialect::pages);
  EXPECT_EQ(o.tiff.compression, TiffCompression::zstd);
  EXPECT_EQ(o.tiff.level, 5);
  EXPECT_EQ(o.tiff.jpeg_quality, 50);
  EXPECT_TRUE(o.tiff.predictor);
  EXPECT_EQ(o.previews, (std::vector<PreviewSize>{{"thumb", 5, 6}}));
  const RunOptions& run = parsed->settings.run;
  EXPECT_EQ(run.threads, 3);
  EXPECT_EQ(run.memory_bytes, 1 << 30);
  EXPECT_TRUE(run.restart);
  EXPECT_EQ(run.share_index, 1);
  EXPECT_EQ(run.share_count, 2);
  EXPECT_EQ(parsed->settings.log, LogMode::json);
}

TEST(Arguments, ConvertAndPreviewBecomeTheirOptions) {
  const auto convert = parse("convert", {"in.tif", "out.tiff", "--compression", "jpeg", "--region",
                                         "1,2,3,4", "--range", "-1,1", "--tile", "128"});
  ASSERT_TRUE(convert.ok()) << convert.error().message();
  const ConvertOptions c = convert_options(convert->settings);
  EXPECT_EQ(c.input, "in.tif");
  EXPECT_EQ(c.output, "out.tiff");
  EXPECT_EQ(c.region, (Rect{1, 2, 4, 6}));
  EXPECT_EQ(c.tiff.compression, TiffCompression::jpeg);
  EXPECT_EQ(c.colour.range_lo, -1.0);
  EXPECT_FALSE(c.colour.colormap);
  EXPECT_EQ(c.tile_px, 128);

  const auto preview =
      parse("preview", {"run1", "--width", "64", "--out", "p.png", "--colormap", "magma"});
  ASSERT_TRUE(preview.ok()) << preview.error().message();
  const PreviewOptions p = preview_options(preview->settings);
  EXPECT_EQ(p.input, "run1");
  EXPECT_EQ(p.output, "p.png");
  EXPECT_EQ(p.width, 64);
  EXPECT_EQ(p.height, 0);
  EXPECT_EQ(p.colour.colormap, "magma");
  EXPECT_FALSE(preview_options(parse("preview", {"x"})->settings).colour.any());
}

TEST(Arguments, ProcessBecomesItsOptions) {
  const auto parsed =
      parse("process", {"in.tif", "gaussian(2) | sobel", "--out", "o.tiff", "--region", "1,2,3,4",
                        "--tile", "128", "--shard", "256", "--zstd-level", "3", "--compression",
                        "lzw", "--restart", "--regions", "r.csv"});
  ASSERT_TRUE(parsed.ok()) << parsed.error().message();
  const ProcessOptions p = process_options(parsed->settings);
  EXPECT_EQ(p.input, "in.tif");
  EXPECT_EQ(p.operators, "gaussian(2) | sobel");
  EXPECT_EQ(p.regions, "r.csv");
  EXPECT_EQ(p.output, "o.tiff");
  EXPECT_EQ(p.region, (Rect{1, 2, 4, 6}));
  EXPECT_EQ(p.tile_px, 128);
  EXPECT_EQ(p.shard_px, 256);
  EXPECT_EQ(p.zstd_level, 3);
  EXPECT_EQ(p.tiff.compression, TiffCompression::lzw);
  EXPECT_TRUE(parsed->settings.run.restart);
  const auto no_output = parse("process", {"in.tif", "sobel"});
  ASSERT_FALSE(no_output.ok());
  EXPECT_NE(no_output.error().message().find("--out is missing"), std::string::npos);
}

TEST(Arguments, SizeComesBeforeWidthAndHeight) {
  const auto parsed = parse("generate", {"--width", "5", "--size", "7x8"});
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->settings.generate.width, 5);
  EXPECT_EQ(parsed->settings.generate.height, 8);
}

TEST(Arguments, NegativeValuesNeedNoEqualsSign) {
  for (const char* value : {"-3,3", "-.5,0", "-1e-3,-1e-4"}) {
    EXPECT_TRUE(parse("generate", {"--range", value}).ok()) << value;
    EXPECT_TRUE(parse("generate", {std::string("--range=") + value}).ok()) << value;
  }
  EXPECT_EQ(parse("generate", {"--formula", "-sin(x)"})->settings.generate.formula, "-sin(x)");
}

TEST(Arguments, BadWordsAreNamed) {
  struct Case {
    std::vector<std::string> words;
    std::string named;
  };
  const std::vector<Case> cases{
      {{"--widht", "5"}, "did you mean --width?"},
      {{"--widht=5"}, "did you mean --width?"},
      {{"--width"}, "--width: expected a value"},
      {{"--width", "--height", "5"}, "--width: expected a value"},
      {{"--formula", ""}, "--formula: expected a value"},
      {{"--formula="}, "--formula: expected a value"},
      {{"--width", "0"}, "--width: expected a whole number from 1"},
      {{"--scale", "nan"}, "--scale: expected a finite number greater than 0, found \"nan\""},
      {{"--range", "3,-3"}, "--range: expected LO less than HI"},
      {{"--colormap", "viridi"}, "did you mean viridis?"},
      {{"--store", "rgb"}, "rgb8, value-u16, value-f32"},
      {{"--share", "2/2"}, "--share"},
      {{"out"}, "unexpected argument \"out\""},
  };
  for (const Case& c : cases) {
    const auto parsed = parse("generate", c.words);
    ASSERT_FALSE(parsed.ok()) << c.named;
    EXPECT_EQ(parsed.error().code(), Code::invalid);
    EXPECT_NE(parsed.error().message().find(c.named), std::string::npos)
        << parsed.error().message();
    EXPECT_EQ(parsed.error().message().find('\n'), std::string::npos);
  }
  EXPECT_NE(parse("convert", {"a"}).error().message().find("OUTPUT is missing"), std::string::npos);
}

TEST(Arguments, HelpWinsOverMissingArguments) {
  EXPECT_TRUE(parse("convert", {"--help"})->help);
  EXPECT_TRUE(parse("generate", {"-h"})->help);
}

TEST(Toml, EveryKeyMeansWhatItsFlagMeans) {
  const Schema schema = make_schema(kNames);
  const Command& generate = *schema.command("generate");
  Settings all;
  for (const Option& option : schema.options) {
    if (option.key.empty()) continue;
    SCOPED_TRACE(option.key);
    ASSERT_TRUE(option.set(option.example, all).ok());
    std::vector<std::string> words{option.flag};
    if (option.type != Type::flag) words.push_back(option.example);
    const auto parsed = parse_arguments(schema, generate, words);
    ASSERT_TRUE(parsed.ok()) << parsed.error().message();
    EXPECT_EQ(option.show(parsed->settings), option.example);
  }
  // All keys at once, through text, give the same settings again.
  Settings back;
  const Status status = apply_toml(show_toml(schema, all), "all.toml", schema, back);
  ASSERT_TRUE(status.ok()) << status.error().message();
  for (const Option& option : schema.options) {
    if (option.key.empty()) continue;
    EXPECT_EQ(option.show(back), option.example) << option.key;
  }
}

TEST(Toml, FlagsGoBeforeTheFileAndTheFileBeforeDefaults) {
  const TomlFile file("[image]\nwidth = 11\nheight = 12\n[colour]\nrange = [-1, 2.5]\n");
  const auto parsed = parse("generate", {"--config", file.path(), "--height", "99"});
  ASSERT_TRUE(parsed.ok()) << parsed.error().message();
  EXPECT_EQ(parsed->settings.generate.width, 11);
  EXPECT_EQ(parsed->settings.generate.height, 99);
  EXPECT_EQ(parsed->settings.generate.range_lo, -1.0);
  EXPECT_EQ(parsed->settings.generate.range_hi, 2.5);
  EXPECT_EQ(parsed->settings.generate.samples, 1);
}

TEST(Toml, TypesThatFit) {
  const Schema schema = make_schema(kNames);
  Settings s;
  const Status status = apply_toml(
      "[formula]\nscale = 2\ncenter = [0, -1.5]\n[output]\npreviews = [1024, \"t:5x6\"]\n"
      "[tiff]\nenabled = false\n[run]\nmemory = 1000000\nthreads = \"auto\"\nlog = \"quiet\"\n",
      "a.toml", schema, s);
  ASSERT_TRUE(status.ok()) << status.error().message();
  EXPECT_EQ(s.generate.scale, 2.0);
  EXPECT_EQ(s.generate.center_y, -1.5);
  EXPECT_EQ(s.generate.previews, (std::vector<PreviewSize>{{"", 1024, 0}, {"t", 5, 6}}));
  EXPECT_FALSE(s.generate.tiff.enabled);
  EXPECT_EQ(s.run.memory_bytes, 1000000);
  EXPECT_EQ(s.log, LogMode::quiet);
  EXPECT_TRUE(apply_toml("[output]\npreviews = []\n", "a.toml", schema, s).ok());
  EXPECT_TRUE(s.generate.previews.empty());
}

TEST(Toml, MistakesAreNamedWithTheirLine) {
  struct Case {
    std::string text, named;
  };
  const std::vector<Case> cases{
      {"[image]\n\nwidht = 5\n",
       "a.toml:3: unknown key \"image.widht\"; did you mean \"image.width\"?"},
      {"[image]\nscale = 5\n", "did you mean \"formula.scale\"?"},
      {"width = 5\n", "a.toml:1: unknown key \"width\"; did you mean \"image.width\"?"},
      {"colormp = \"magma\"\n", "unknown key \"colormp\"; did you mean \"colour.colormap\"?"},
      {"heigth = 3\n", "unknown key \"heigth\"; did you mean \"image.height\"?"},
      {"[imgae]\nwidth = 5\n", "a.toml:1: unknown section \"[imgae]\"; did you mean \"[image]\"?"},
      {"[imag]\n", "did you mean \"[image]\"?"},
      {"[pictures]\n", "expected one of [image], "},
      {"[image.width]\nx = 5\n", "image.width: expected an integer, found a table"},
      {"[image]\nwidth = \"5\"\n", "a.toml:2: image.width: expected an integer, found a string"},
      {"[image]\nwidth = 5.5\n", "expected an integer, found a number with a fraction"},
      {"[image]\nwidth = 0\n", "a.toml:2: image.width: expected a whole number from 1"},
      {"[formula]\nscale = true\n", "formula.scale: expected a number, found a boolean"},
      {"[formula]\nscale = nan\n", "formula.scale: expected a finite number"},
      {"[formula]\ncenter = [1]\n", "formula.center: expected two finite numbers"},
      {"[formula]\ncenter = [1, \"2\"]\n", "expected an array of two numbers, found an array"},
      {"[tiff]\nenabled = \"on\"\n", "tiff.enabled: expected a boolean, found a string"},
      {"[output]\nout = 1979-05-27\n", "output.out: expected a string, found a date or time"},
      {"[image]\nwidth = 5\nwidth = 6\n", "a.toml:3: "},
      {"[image\n", "a.toml:1: "},
      {"[$]\n", "a.toml:1: "},
      {"ä = 1\n", "a.toml:1: "},
      {"\xcb\x88", "a.toml:1: "},
  };
  const Schema schema = make_schema(kNames);
  for (const Case& c : cases) {
    Settings settings;
    const Status status = apply_toml(c.text, "a.toml", schema, settings);
    ASSERT_FALSE(status.ok()) << c.text;
    EXPECT_EQ(status.error().code(), Code::invalid);
    EXPECT_NE(status.error().message().find(c.named), std::string::npos)
        << status.error().message();
    EXPECT_EQ(status.error().message().find('\n'), std::string::npos);
  }
}

TEST(Toml, KeysCannotNestWithoutEnd) {
  std::string key = "a";
  for (int i = 0; i < 200'000; ++i) key += ".a";
  const Schema schema = make_schema({});
  for (const std::string& text : {key + " = 1\n", "[" + key + "]\n", "[[" + key + "]]\n"}) {
    Settings settings;
    const Status status = apply_toml(text, "job.toml", schema, settings);
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().code(), Code::invalid);
  }
}

TEST(Toml, FilesThatCannotBeReadAreNamed) {
  const auto missing = parse("generate", {"--config", "/nonexistent/job.toml"});
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().code(), Code::not_found);
  EXPECT_NE(missing.error().message().find("/nonexistent/job.toml"), std::string::npos);
  const TomlFile huge("# " + std::string((1 << 20) + 1, 'x'));
  EXPECT_EQ(parse("generate", {"--config", huge.path()}).error().code(), Code::invalid);
  EXPECT_FALSE(parse("generate", {"--config", "/"}).ok());
}

}  // namespace
}  // namespace pantile::cli
