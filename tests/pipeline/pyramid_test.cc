// A job's store, tile by tile, equals the formula read whole, and each level the one above halved.
#include "compute/cpu/reduce.h"
#include "contract/temporary_folder.h"
#include "io/zarr/zarr_source.h"
#include "pipeline/folder/outputs.h"
#include "pipeline/generate/resolve.h"
#include "pipeline/job_test_util.h"

namespace pantile::job_tests {
namespace {

struct Case {
  const char* name;
  void (*set)(GenerateOptions&);
};
void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

class Pyramid : public testing::TestWithParam<Case> {};

TEST_P(Pyramid, TiledEqualsWholeAtEveryLevel) {
  const contract::TemporaryFolder folder;
  GenerateOptions options = small_job(folder.path() + "/job");
  GetParam().set(options);
  RunOptions run;
  run.threads = 3;
  expect_ok(run_generate(options, run));

  const auto resolved = resolve_generate(options);
  ASSERT_TRUE(resolved.ok());
  const auto store = zarr::open_path(options.out + "/" + kStoreName);
  ASSERT_TRUE(store.ok()) << store.error().message();
  const ImageSpec& spec = (*store)->spec();
  std::size_t levels = 1;
  for (std::int64_t side = std::max(options.width, options.height); side > options.tile_px;
       side = (side + 1) / 2) {
    ++levels;
  }
  ASSERT_EQ(spec.levels.size(), levels);

  PixelBuffer above = read_level(*resolved->job.source, 0);
  expect_same(read_level(**store, 0), above, "level 0");
  for (std::size_t l = 1; l < levels; ++l) {
    const LevelInfo& level = spec.levels[l];
    PixelBuffer halved(spec.dtype, level.height, level.width, spec.channels);
    ASSERT_TRUE(reduce_2x2(std::as_const(above).view(), spec.kind, halved.view()).ok());
    expect_same(read_level(**store, static_cast<int>(l)), halved, "level " + std::to_string(l));
    above = std::move(halved);
  }
}

constexpr Case kCases[] = {
    {"Complex", [](GenerateOptions&) {}},
    {"SupersampledAtCorners",
     [](GenerateOptions& o) {
       o.samples = 3;
       o.sampling = Sampling::corner;
     }},
    {"ValuesF32WithHoles",
     [](GenerateOptions& o) {
       o.formula = "if(sin(x*y) > 0.3, log(x), 1/y)";
       o.range_lo = -2, o.range_hi = 2;
       o.store = StoreKind::value_f32;
     }},
    {"ValuesU16",
     [](GenerateOptions& o) {
       o.store = StoreKind::value_u16;
       o.samples = 2;
     }},
    {"Colours",
     [](GenerateOptions& o) { o.formula = "rgb(fract(x), sin(y)^2, if(x > y, sqrt(x), 0.5))"; }},
    {"SinglePrecision", [](GenerateOptions& o) { o.precision = Precision::f32; }},
    {"OneRow",
     [](GenerateOptions& o) {
       o.height = 1;
       o.scale = 0.01;
     }},
    {"OneColumn",
     [](GenerateOptions& o) {
       o.width = 1;
       o.scale = 0.01;
     }},
    {"OnePixel", [](GenerateOptions& o) { o.width = o.height = 1; }},
    {"LargerTiles", [](GenerateOptions& o) { o.tile_px = 192, o.shard_px = 384; }},
};

INSTANTIATE_TEST_SUITE_P(Job, Pyramid, testing::ValuesIn(kCases),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace pantile::job_tests
