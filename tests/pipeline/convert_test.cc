// Conversions keep every pixel, copy encoded chunks where they can, and never mix two pictures.
#include <tiffio.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "compute/cpu/reduce.h"
#include "contract/temporary_folder.h"
#include "io/tiff/tiff_handle.h"
#include "io/zarr/zarr_source.h"
#include "ops/colormap/colour_mapper.h"
#include "pantile/convert.h"
#include "pantile/preview.h"
#include "pipeline/folder/open_image.h"
#include "pipeline/folder/outputs.h"
#include "pipeline/job_test_util.h"

namespace pantile::job_tests {
namespace {

namespace fs = std::filesystem;

class Convert : public testing::Test {
 protected:
  std::string at(const std::string& name) const { return folder_.path() + "/" + name; }

  std::string make_job(const std::string& name, const std::string& formula,
                       StoreKind store = StoreKind::rgb8) {
    GenerateOptions options = small_job(at(name));
    options.formula = formula;
    options.range_lo = -1, options.range_hi = 1;
    options.store = store;
    options.colormap = "viridis";
    expect_ok(run_generate(options, {}));
    return options.out;
  }

  static ConvertOptions from_to(const std::string& input, const std::string& output) {
    ConvertOptions options;
    options.input = input;
    options.output = output;
    return options;
  }

  static std::shared_ptr<const TileSource> open(const std::string& path) {
    auto image = open_image(path);
    EXPECT_TRUE(image.ok()) << image.error().message();
    return image.ok() ? image->source : nullptr;
  }

  static void expect_same_image(const std::string& a, const std::string& b) {
    const auto x = open(a), y = open(b);
    ASSERT_EQ(x->spec().levels.size(), y->spec().levels.size());
    for (int l = 0; l < static_cast<int>(x->spec().levels.size()); ++l) {
      expect_same(read_level(*x, l), read_level(*y, l), b + " level " + std::to_string(l));
    }
  }

  contract::TemporaryFolder folder_;
};

TEST_F(Convert, RegionEqualsThatPartOfTheInput) {
  const std::string job = make_job("job", "sin(x*y)");
  const Rect region{77, 31, 77 + 333, 31 + 299};
  const PixelBuffer expected = read_rect(*open(job), 0, region);
  for (const std::string name : {"cut.ome.zarr", "cut.tiff", "cut.png"}) {
    ConvertOptions options = from_to(job, at(name));
    options.region = region;
    options.tile_px = 64;
    expect_ok(run_convert(options, {}));
    const auto cut = open(options.output);
    expect_same(read_level(*cut, 0), expected, name);
    if (name == "cut.png") continue;
    const LevelInfo& half = cut->spec().levels.at(1);
    PixelBuffer halved(DType::u8, half.height, half.width, 3);
    ASSERT_TRUE(reduce_2x2(expected.view(), Kind::rgb, halved.view()).ok());
    expect_same(read_level(*cut, 1), halved, name + ", halved");
  }
}

TEST_F(Convert, RegionOutsideIsRefused) {
  ConvertOptions options = from_to(make_job("job", "x"), at("cut.tiff"));
  options.region = Rect{500, 400, 700, 500};
  const auto refused = run_convert(options, {});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), Code::invalid);
  EXPECT_FALSE(fs::exists(options.output));
}

TEST_F(Convert, ToZstdTiffCopiesTheEncodedTiles) {
  const std::string job = make_job("job", "sin(x*y)");
  ConvertOptions options = from_to(job, at("out.tiff"));
  options.tiff.compression = TiffCompression::zstd;
  expect_ok(run_convert(options, {}));
  expect_same_image(job, options.output);

  const auto store = zarr::open_path(job + "/" + kStoreName);
  ASSERT_TRUE(store.ok());
  const auto file = tiff::Handle::open(options.output);
  ASSERT_TRUE(file.ok());
  const std::int64_t columns = 10;  // 601 pixels in tiles of 64
  for (std::int64_t y = 0; y < 7; ++y) {
    for (std::int64_t x = 0; x < columns; ++x) {
      const auto chunk = (*store)->read_encoded_chunk(0, x, y);
      ASSERT_TRUE(chunk.ok());
      std::vector<std::byte> tile(chunk->size() + 1);
      const auto size =
          TIFFReadRawTile((*file)->tiff(), static_cast<std::uint32_t>(y * columns + x), tile.data(),
                          static_cast<tmsize_t>(tile.size()));
      ASSERT_EQ(size, static_cast<tmsize_t>(chunk->size()));
      tile.resize(chunk->size());
      EXPECT_EQ(tile, *chunk) << x << ", " << y;
    }
  }
}

TEST_F(Convert, RoundTripsKeepEveryLevel) {
  for (const StoreKind kind : {StoreKind::rgb8, StoreKind::value_u16, StoreKind::value_f32}) {
    const std::string n = std::to_string(static_cast<int>(kind));
    const std::string job = make_job("job" + n, "if(x > 1, sqrt(y), sin(x*y))", kind);
    expect_ok(run_convert(from_to(job, at("a" + n + ".tiff")), {}));
    expect_ok(run_convert(from_to(at("a" + n + ".tiff"), at("b" + n + ".ome.zarr")), {}));
    expect_ok(run_convert(from_to(at("b" + n + ".ome.zarr"), at("c" + n + ".tif")), {}));
    for (const std::string& name : {"a" + n + ".tiff", "b" + n + ".ome.zarr", "c" + n + ".tif"}) {
      expect_same_image(job, at(name));
    }
  }
}

TEST_F(Convert, PngOutAndIn) {
  const std::string job = make_job("job", "sin(x*y)");
  expect_ok(run_convert(from_to(job, at("a.png")), {}));
  ConvertOptions back = from_to(at("a.png"), at("b.ome.zarr"));
  back.tile_px = 64;
  expect_ok(run_convert(back, {}));
  expect_same_image(job, back.output);
}

TEST_F(Convert, ValuesTakeTheColoursTheJobRecorded) {
  const std::string values = make_job("values", "sin(x*y)", StoreKind::value_f32);
  const std::string colours = make_job("colours", "sin(x*y)");
  expect_ok(run_convert(from_to(values, at("a.png")), {}));
  const PixelBuffer found = read_level(*open(at("a.png")), 0);

  // Just what the map makes of the stored values …
  const PixelBuffer stored = read_level(*open(values), 0);
  const std::size_t pixels = stored.size_bytes() / sizeof(float);
  std::vector<double> wide(pixels);
  for (std::size_t i = 0; i < pixels; ++i) {
    float value;
    std::memcpy(&value, stored.data() + i * sizeof value, sizeof value);
    wide[i] = value;
  }
  const GenerateOptions defaults;
  const ColourMapper<double> mapper(*find_colormap("viridis"), -1, 1, defaults.nan_color,
                                    defaults.neg_inf_color, defaults.pos_inf_color,
                                    scalar_colour_kernels<double>());
  std::vector<std::uint8_t> expected(3 * pixels);
  mapper.map(wide.data(), expected.data(), pixels);
  ASSERT_EQ(found.size_bytes(), expected.size());
  EXPECT_EQ(0, std::memcmp(found.data(), expected.data(), expected.size()));

  // … which is the coloured job's picture, but where rounding to float crosses a colour's border.
  const PixelBuffer direct = read_level(*open(colours), 0);
  std::size_t flipped = 0;
  for (std::size_t i = 0; i < found.size_bytes(); ++i) {
    const int d = std::to_integer<int>(found.data()[i]) - std::to_integer<int>(direct.data()[i]);
    ASSERT_LE(std::abs(d), 1) << "byte " << i;
    flipped += d != 0;
  }
  EXPECT_LE(flipped, found.size_bytes() / 10000);
}

TEST_F(Convert, OtherColoursOnDemandButNotOfColours) {
  const std::string values = make_job("values", "x", StoreKind::value_f32);
  ConvertOptions gray = from_to(values, at("gray.png"));
  gray.colour.colormap = "gray";
  gray.colour.range_lo = -10, gray.colour.range_hi = 10;
  expect_ok(run_convert(gray, {}));
  const PixelBuffer picture = read_level(*open(gray.output), 0);
  // x runs from -14 to 14 over 601 columns at 20/427 a pixel: black, a ramp, white.
  const auto red = [&](std::size_t x) { return std::to_integer<int>(picture.data()[3 * x]); };
  EXPECT_EQ(red(0), 0);
  EXPECT_EQ(red(300), 128);  // the middle column: x = 0
  EXPECT_EQ(red(600), 255);
  ConvertOptions again = from_to(gray.output, at("again.png"));
  again.colour.colormap = "magma";
  const auto refused = run_convert(again, {});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), Code::invalid);
}

TEST_F(Convert, WhatIsThereIsKeptUnlessToldOtherwise) {
  const std::string a = make_job("a", "x"), b = make_job("b", "y");
  for (const std::string name : {"out.tiff", "out.ome.zarr", "out.png"}) {
    expect_ok(run_convert(from_to(a, at(name)), {}));
    const auto refused = run_convert(from_to(b, at(name)), {});
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code(), Code::conflict);
    expect_same(read_level(*open(at(name)), 0), read_level(*open(a), 0), name);
    RunOptions restart;
    restart.restart = true;
    expect_ok(run_convert(from_to(b, at(name)), restart));
    expect_same(read_level(*open(at(name)), 0), read_level(*open(b), 0), name + " replaced");
  }
}

TEST_F(Convert, TheInputItselfIsNeverTheOutput) {
  const std::string job = make_job("job", "x");
  const PixelBuffer before = read_level(*open(job), 0);
  RunOptions restart;
  restart.restart = true;
  for (const std::string name : {"/image.ome.zarr", "/image.ome.zarr/", "/./image.ome.zarr"}) {
    for (const RunOptions& run : {RunOptions(), restart}) {
      EXPECT_FALSE(run_convert(from_to(job, job + name), run).ok());
    }
  }
  expect_same(read_level(*open(job), 0), before, "untouched");
}

TEST_F(Convert, InputAndOutputNeverLieInOneAnother) {
  const std::string job = make_job("job", "x");
  // A store with a store inside: as p.zarr with its image "0.ome.zarr".
  expect_ok(run_convert(from_to(job, at("p.zarr")), {}));
  expect_ok(run_convert(from_to(job, at("0.ome.zarr")), {}));
  fs::rename(at("0.ome.zarr"), at("p.zarr/0.ome.zarr"));
  fs::create_directory_symlink(at("p.zarr"), at("link"));
  RunOptions restart;
  restart.restart = true;
  const std::pair<std::string, std::string> cases[] = {
      {"p.zarr/0.ome.zarr", "p.zarr"},       {"link/0.ome.zarr", "p.zarr"},
      {"p.zarr", "p.zarr/new.ome.zarr"},     {"p.zarr", "link/new/deep.tiff"},
      {"p.zarr", "p.zarr/new.png"},          {"job", "job/image.ome.zarr/new.tiff"},
      {"p.zarr", "x/../p.zarr/new.ome.zarr"}};
  for (const auto& [input, output] : cases) {
    for (const RunOptions& run : {RunOptions(), restart}) {
      const auto refused = run_convert(from_to(at(input), at(output)), run);
      ASSERT_FALSE(refused.ok()) << input << " to " << output;
      EXPECT_EQ(refused.error().code(), Code::invalid) << input << " to " << output;
    }
  }
  expect_same_image(job, at("p.zarr"));
  expect_same_image(job, at("p.zarr/0.ome.zarr"));
  EXPECT_FALSE(fs::exists(at("p.zarr/new.ome.zarr")) || fs::exists(at("p.zarr/new.png")));
  expect_ok(run_convert(from_to(job, job + "/out.tiff"), {}));  // beside the job's store
  expect_same_image(job, job + "/out.tiff");
}

TEST_F(Convert, APreviewReplacesOnlyPictures) {
  const std::string job = make_job("job", "x");
  PreviewOptions options;
  options.input = job;
  options.width = 100;
  const auto text_of = [](const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  const std::string record = text_of(job + "/job.json");
  for (const std::string& path : {job + "/job.json", at("new.txt"), at("png")}) {
    options.output = path;
    const auto refused = run_preview(options, {});
    ASSERT_FALSE(refused.ok()) << path;
    EXPECT_EQ(refused.error().code(), Code::invalid) << path;
  }
  EXPECT_EQ(text_of(job + "/job.json"), record);
  for (const std::string text : {"", "years of work"}) {
    options.output = at("thesis.png");
    std::ofstream(options.output) << text;
    const auto refused = run_preview(options, {});
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code(), Code::conflict);
    EXPECT_EQ(text_of(options.output), text);
  }
  options.output = at("a.png");
  expect_ok(run_preview(options, {}));
  const std::string first = text_of(options.output);
  options.width = 50;
  expect_ok(run_preview(options, {}));
  EXPECT_NE(text_of(options.output), first);
}

TEST_F(Convert, AFolderThatIsNoStoreIsNotReplaced) {
  const std::string job = make_job("job", "x");
  fs::create_directories(at("mine.zarr"));
  fs::copy_file(job + "/job.json", at("mine.zarr/notes.txt"));
  RunOptions restart;
  restart.restart = true;
  const auto refused = run_convert(from_to(job, at("mine.zarr")), restart);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), Code::foreign);
  EXPECT_TRUE(fs::exists(at("mine.zarr/notes.txt")));
}

/// Stops a job when its first stage begins, or that of a name.
class Stopper final : public JobListener {
 public:
  explicit Stopper(std::string stage = "") : stage_(std::move(stage)) {}
  void on_stage_begin(const Progress& progress) override {
    if (stage_.empty() || progress.stage == stage_) token.cancel();
  }
  CancelToken token;

 private:
  std::string stage_;
};

TEST_F(Convert, DiedAfterItsLastStepItIsFoundComplete) {
  const std::string a = make_job("a", "x"), b = make_job("b", "y");
  for (const std::string name : {"out.tiff", "out.ome.zarr"}) {
    const std::string parts = at(name + ".parts");
    const auto die_late = [&](bool with_record) {
      fs::remove_all(at(name));
      Stopper stopper;
      RunOptions stopping;
      stopping.cancel = &stopper.token;
      stopping.listener = &stopper;
      ASSERT_FALSE(run_convert(from_to(a, at(name)), stopping).ok());
      fs::rename(parts, at("kept"));
      expect_ok(run_convert(from_to(a, at(name)), {}));
      fs::rename(at("kept"), parts);
      fs::remove_all(parts + "/made");
      fs::remove_all(parts + "/tiff");
      std::ofstream(parts + "/ready");
      if (!with_record) fs::remove(parts + "/job.json");
    };
    die_late(true);
    const auto done = run_convert(from_to(a, at(name)), {});
    expect_ok(done);
    EXPECT_EQ(done->pixels_done, 0);
    EXPECT_FALSE(fs::exists(parts));
    expect_same_image(a, at(name));
    // The record says whose it is; without it, it is a file that is there already.
    for (const bool with_record : {true, false}) {
      die_late(with_record);
      const auto refused = run_convert(from_to(b, at(name)), {});
      ASSERT_FALSE(refused.ok());
      EXPECT_EQ(refused.error().code(), Code::conflict);
      expect_same_image(a, at(name));
      fs::remove_all(parts);
    }
  }
}

TEST_F(Convert, StoppedItGoesOnButOnlyWithTheSameInput) {
  const std::string a = make_job("a", "x"), b = make_job("b", "y");
  for (const std::string name : {"out.tiff", "out.ome.zarr"}) {
    Stopper stopper;
    RunOptions stopping;
    stopping.cancel = &stopper.token;
    stopping.listener = &stopper;
    const auto stopped = run_convert(from_to(a, at(name)), stopping);
    ASSERT_FALSE(stopped.ok());
    EXPECT_EQ(stopped.error().code(), Code::cancelled);
    EXPECT_TRUE(fs::exists(at(name + ".parts")));
    const auto other = run_convert(from_to(b, at(name)), {});
    ASSERT_FALSE(other.ok());
    EXPECT_EQ(other.error().code(), Code::conflict);
    EXPECT_NE(other.error().message().find("input"), std::string::npos) << other.error().message();
    expect_ok(run_convert(from_to(a, at(name)), {}));
    EXPECT_FALSE(fs::exists(at(name + ".parts")));
    expect_same_image(a, at(name));
  }
}

TEST_F(Convert, BegunWithOneInputAndRestartedWithAnotherItHoldsTheOther) {
  const std::string a = make_job("a", "x"), b = make_job("b", "y");
  // As a process leaves it that died between its last shard and the clearing up.
  for (const std::string name : {"out.ome.zarr", "out.tiff"}) {
    const bool store = name.ends_with("zarr");
    expect_ok(run_convert(from_to(a, at(name)), {}));
    fs::remove_all(at("kept"));
    fs::rename(at(name), at("kept"));
    // A TIFF's fragments are all there when it is put together; a store's shards are put there.
    Stopper stopper(store ? "convert" : "finish");
    RunOptions stopping;
    stopping.cancel = &stopper.token;
    stopping.listener = &stopper;
    ASSERT_FALSE(run_convert(from_to(a, at(name)), stopping).ok());
    const fs::path made = at(name + ".parts/made/" + name);
    if (store) {
      fs::remove_all(made);
      fs::copy(at("kept"), made, fs::copy_options::recursive);
    } else {
      EXPECT_FALSE(fs::is_empty(at(name + ".parts/tiff")));
    }
    fs::rename(at("kept"), at(name));
    RunOptions restart;
    restart.restart = true;
    expect_ok(run_convert(from_to(b, at(name)), restart));
    expect_same_image(b, at(name));
    EXPECT_FALSE(fs::exists(at(name + ".parts")));
  }
}

}  // namespace
}  // namespace pantile::job_tests
