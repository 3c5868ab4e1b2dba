// A source of one's own gets what the built-in ones get: levels, TIFF, previews, resume.
#include "pantile/write_image.h"

#include <atomic>
#include <filesystem>
#include <fstream>

#include "contract/temporary_folder.h"
#include "io/store/folder_lock.h"
#include "io/tiff/tiff_source.h"
#include "io/zarr/zarr_source.h"
#include "pipeline/folder/outputs.h"
#include "pipeline/job_test_util.h"

namespace pantile::job_tests {
namespace {

/// Grey ramps that name their place; `stop` is raised after `reads_left` reads.
class Ramp final : public TileSource {
 public:
  explicit Ramp(int slope, DType dtype = DType::u16) : slope_(slope) {
    spec_.name = "ramp";
    spec_.dtype = dtype;
    spec_.levels = {{.width = 333, .height = 201, .scale = {}, .offset = {}}};
  }
  const ImageSpec& spec() const override { return spec_; }
  Cost cost(const Region&) const override { return {}; }
  Fingerprint fingerprint() const override {
    return fingerprint_of("ramp " + std::to_string(slope_));
  }
  Status read(const Region& region, MutableView out, ReadContext&) const override {
    PANTILE_TRY(check_read(spec_, region, out));
    if (--reads_left == 0) stop.cancel();
    for (std::int64_t y = 0; y < out.height(); ++y) {
      for (std::int64_t x = 0; x < out.width(); ++x) {
        const auto value =
            static_cast<std::uint16_t>(slope_ * (region.rect.x0 + x) + 7 * (region.rect.y0 + y));
        std::memcpy(out.at(y, x), &value, sizeof value);
      }
    }
    return {};
  }
  mutable std::atomic<int> reads_left{-1};
  mutable CancelToken stop;

 private:
  int slope_;
  ImageSpec spec_;
};

OutputOptions outputs(const std::string& out) {
  OutputOptions options;
  options.out = out;
  options.tile_px = 64;
  options.shard_px = 128;
  options.previews = {{"small", 100, 0}};
  return options;
}

TEST(WriteImage, AStoppedOneGoesOnToTheSamePixels) {
  const contract::TemporaryFolder folder;
  const auto ramp = std::make_shared<Ramp>(3);
  const OutputOptions options = outputs(folder.path() + "/job");
  ramp->reads_left = 32;  // beyond the 24 of estimating, amid the drain
  RunOptions run;
  run.threads = 1;
  run.cancel = &ramp->stop;
  const auto stopped = write_image(ramp, options, run);
  ASSERT_FALSE(stopped.ok());
  EXPECT_EQ(stopped.error().code(), Code::cancelled);

  ramp->reads_left = -1;
  const auto rest = write_image(ramp, options, {});
  expect_ok(rest);
  EXPECT_LT(rest->pixels_done, rest->pixels);
  const PixelBuffer whole = read_level(*ramp, 0);
  const auto store = zarr::open_path(options.out + "/" + kStoreName);
  ASSERT_TRUE(store.ok()) << store.error().message();
  expect_same(read_level(**store, 0), whole, "store");
  EXPECT_EQ((*store)->spec().levels.size(), 4u);
  const auto tiff = tiff::TiffSource::open(options.out + "/" + kTiffName);
  ASSERT_TRUE(tiff.ok()) << tiff.error().message();
  expect_same(read_level(**tiff, 0), whole, "TIFF");
  EXPECT_TRUE(std::filesystem::exists(options.out + "/previews/small.png"));
}

void overwrite(const std::string& path, std::streamoff at) {
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(at);
  file << "damage";
  ASSERT_TRUE(file.good()) << path;
}

std::string content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(RepairImage, MakesWhatIsWrongAnewFromTheImage) {
  const contract::TemporaryFolder folder;
  const OutputOptions options = outputs(folder.path() + "/job");
  const auto ramp = std::make_shared<Ramp>(3);
  expect_ok(write_image(ramp, options, {}));
  const std::vector<std::string> files = {"/image.ome.zarr/0/c/0/1/1", "/image.ome.zarr/zarr.json",
                                          "/image.tiff", "/previews/small.png"};
  std::vector<std::string> whole;
  for (const std::string& file : files) whole.push_back(content(options.out + file));
  for (const std::string& file : files) overwrite(options.out + file, 100);
  std::filesystem::remove(options.out + "/image.ome.zarr/1/c/0/0/0");

  // Without the image, what to call is said, and nothing is touched.
  const auto found = run_check({options.out}, {});
  expect_ok(found);
  EXPECT_GE(found->finding_count, 2);
  EXPECT_NE(found->advice.find("repair_image"), std::string::npos) << found->advice;
  const auto refused = run_repair(options.out, {});
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message().find("repair_image"), std::string::npos);

  const auto repaired = repair_image(ramp, options, {});
  expect_ok(repaired);
  EXPECT_TRUE(repaired->whole());
  for (std::size_t i = 0; i < files.size(); ++i) {
    EXPECT_TRUE(content(options.out + files[i]) == whole[i]) << files[i];
  }
  expect_ok(run_check({options.out}, {}));
}

TEST(RepairImage, RefusesAnotherImageAndAFolderThatIsBeingWritten) {
  const contract::TemporaryFolder folder;
  const OutputOptions options = outputs(folder.path() + "/job");
  expect_ok(write_image(std::make_shared<Ramp>(3), options, {}));
  overwrite(options.out + "/image.tiff", 100);
  const std::string before = content(options.out + "/image.tiff");
  const auto other = repair_image(std::make_shared<Ramp>(4), options, {});
  ASSERT_FALSE(other.ok());
  EXPECT_EQ(other.error().code(), Code::conflict);
  const auto lock = FolderLock::take(options.out, FolderLock::Mode::exclusive);
  const auto busy = repair_image(std::make_shared<Ramp>(3), options, {});
  ASSERT_FALSE(busy.ok());
  EXPECT_EQ(busy.error().code(), Code::conflict);
  EXPECT_TRUE(content(options.out + "/image.tiff") == before);
}

/// Asks, amid a repair, whether another writer could come in between.
class Intruder final : public JobListener {
 public:
  explicit Intruder(std::string folder) : folder_(std::move(folder)) {}
  void on_stage_begin(const Progress&) override { ask(); }
  void on_stage_end(const Progress&) override { ask(); }
  void on_finding(const Finding&) override { ask(); }
  int asked = 0, let_in = 0;

 private:
  void ask() {
    ++asked;
    const auto lock = FolderLock::take(folder_, FolderLock::Mode::shared);
    let_in += lock.ok() ? 1 : 0;
  }
  const std::string folder_;
};

TEST(RepairImage, HoldsItsLockFromTheFirstLookToTheLast) {
  const contract::TemporaryFolder folder;
  const OutputOptions options = outputs(folder.path() + "/job");
  const auto ramp = std::make_shared<Ramp>(3);
  expect_ok(write_image(ramp, options, {}));
  overwrite(options.out + "/image.ome.zarr/0/c/0/0/0", 100);
  Intruder intruder(options.out);
  RunOptions run;
  run.listener = &intruder;
  expect_ok(repair_image(ramp, options, run));
  EXPECT_GT(intruder.asked, 6);
  EXPECT_EQ(intruder.let_in, 0);
}

TEST(WriteImage, RefusesTheFolderOfAnotherImage) {
  const contract::TemporaryFolder folder;
  const OutputOptions options = outputs(folder.path() + "/job");
  expect_ok(write_image(std::make_shared<Ramp>(3), options, {}));
  const auto other = write_image(std::make_shared<Ramp>(4), options, {});
  ASSERT_FALSE(other.ok());
  EXPECT_EQ(other.error().code(), Code::conflict);
  EXPECT_NE(other.error().message().find("image is"), std::string::npos) << other.error().message();
}

TEST(WriteImage, SaysBeforeWritingThatValuesOfNoRangeHaveNoPreviews) {
  const contract::TemporaryFolder folder;
  const OutputOptions options = outputs(folder.path() + "/job");
  const auto result = write_image(std::make_shared<Ramp>(3, DType::f32), options, {});
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code(), Code::invalid);
  EXPECT_FALSE(std::filesystem::exists(options.out));
}

}  // namespace
}  // namespace pantile::job_tests
