#pragma once
/// \file
/// What every TileSink does. Instantiate SinkContract with one case per sink and form.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <ostream>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "contract/source_contract.h"
#include "contract/temporary_folder.h"
#include "grid/pyramid.h"
#include "grid/tile_grid.h"
#include "pantile/tile_sink.h"

namespace pantile::contract {

struct SinkCase {
  std::string name;
  DType dtype = DType::u8;
  int channels = 3;
  /// A new sink on `folder`, as a new process would make it.
  std::function<std::unique_ptr<TileSink>(const std::string& folder)> make;
  /// What a finished sink left, for reading.
  std::function<Result<std::unique_ptr<TileSource>>(const std::string& folder)> open;
  bool lossless = true;
  bool planes = false;  ///< As the plan's.
};
inline void PrintTo(const SinkCase& c, std::ostream* out) { *out << c.name; }

inline std::string sink_case_name(const testing::TestParamInfo<SinkCase>& info) {
  return info.param.name;
}

class SinkContract : public testing::TestWithParam<SinkCase> {
 protected:
  using Files = std::map<std::string, std::string>;

  void SetUp() override {
    const SinkCase& c = GetParam();
    plan_.chunk_px = 32;
    plan_.shard_px = 128;
    plan_.planes = c.planes;
    plan_.spec.name = "contract";
    plan_.spec.dtype = c.dtype;
    plan_.spec.channels = c.channels;
    plan_.spec.kind = c.channels == 3 ? Kind::rgb : Kind::intensity;
    plan_.spec.levels = halving_levels({301, 203, {1, 1}, {0, 0}}, plan_.chunk_px);
    std::mt19937 random(3);
    for (const LevelInfo& level : plan_.spec.levels) {
      PixelBuffer image(c.dtype, level.height, level.width, c.channels);
      for (std::size_t i = 0; i < image.size_bytes(); ++i) {
        image.data()[i] = static_cast<std::byte>(i / 7 + random() % 3);
      }
      images_.push_back(std::move(image));
      const TileGrid shards{level.width, level.height, plan_.shard_px};
      for (std::int64_t y = 0; y < shards.rows(); ++y) {
        for (std::int64_t x = 0; x < shards.columns(); ++x) {
          units_.push_back({static_cast<int>(images_.size()) - 1, x, y});
        }
      }
    }
  }

  std::vector<ChunkId> chunks_of(UnitId unit) const {
    const LevelInfo& level = plan_.spec.levels[static_cast<std::size_t>(unit.level)];
    const TileGrid shards{level.width, level.height, plan_.shard_px};
    const TileGrid chunks{level.width, level.height, plan_.chunk_px};
    const Rect cells = chunks.cells(shards.rect(unit.x, unit.y));
    std::vector<ChunkId> out;
    for (std::int64_t y = cells.y0; y < cells.y1; ++y) {
      for (std::int64_t x = cells.x0; x < cells.x1; ++x) out.push_back({unit.level, x, y});
    }
    return out;
  }

  Status put_chunk(TileSink& sink, UnitId unit, ChunkId id) const {
    const View image = images_[static_cast<std::size_t>(id.level)].view();
    const TileGrid chunks{image.width(), image.height(), plan_.chunk_px};
    const Rect rect = chunks.rect(id.x, id.y);
    PixelBuffer chunk(image.dtype(), plan_.chunk_px, plan_.chunk_px, image.channels());
    copy_pixels(image.window(rect), chunk.view().window({0, 0, rect.width(), rect.height()}));
    const auto codec = sink.codec();
    std::vector<std::byte> encoded;
    PANTILE_TRY(codec->encode(chunk.view(), *codec->make_scratch(), encoded));
    return sink.put(unit, id, std::move(encoded));
  }

  void write_unit(TileSink& sink, UnitId unit) const {
    for (const ChunkId id : chunks_of(unit)) {
      const Status put = put_chunk(sink, unit, id);
      ASSERT_TRUE(put.ok()) << put.error().message();
    }
    const Status committed = sink.commit(unit);
    ASSERT_TRUE(committed.ok()) << committed.error().message();
    EXPECT_TRUE(sink.committed(unit));
  }

  void begin(TileSink& sink) const {
    const Status status = sink.begin(plan_);
    ASSERT_TRUE(status.ok()) << status.error().message();
  }
  void finish(TileSink& sink) const {
    const Status status = sink.finish();
    ASSERT_TRUE(status.ok()) << status.error().message();
    EXPECT_TRUE(sink.finished());
  }
  void write_everything(const std::string& folder) const {
    const auto sink = GetParam().make(folder);
    begin(*sink);
    for (const UnitId unit : units_) write_unit(*sink, unit);
    finish(*sink);
  }

  static Files files(const std::string& folder) {
    Files out;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      if (!entry.is_regular_file()) continue;
      std::ifstream in(entry.path(), std::ios::binary);
      out[entry.path().string().substr(folder.size())] = {std::istreambuf_iterator<char>(in), {}};
    }
    return out;
  }
  /// Same names, same bytes.
  static void expect_same_files(const Files& got, const Files& want) {
    std::vector<std::string> names, wanted;
    for (const auto& [name, bytes] : got) names.push_back(name);
    for (const auto& [name, bytes] : want) wanted.push_back(name);
    EXPECT_EQ(names, wanted);
    for (const auto& [name, bytes] : want) {
      EXPECT_TRUE(got.contains(name) && got.at(name) == bytes) << name;
    }
  }

  SinkPlan plan_;
  std::vector<PixelBuffer> images_;  // one per level
  std::vector<UnitId> units_;
};

TEST_P(SinkContract, HoldsWhatItWasGiven) {
  const TemporaryFolder folder;
  write_everything(folder.path());
  const auto source = GetParam().open(folder.path());
  ASSERT_TRUE(source.ok()) << source.error().message();
  const ImageSpec& spec = (*source)->spec();
  EXPECT_EQ(spec.dtype, plan_.spec.dtype);
  EXPECT_EQ(spec.channels, plan_.spec.channels);
  EXPECT_EQ(spec.kind, plan_.spec.kind);
  ASSERT_EQ(spec.levels.size(), images_.size());
  for (std::size_t i = 0; i < images_.size(); ++i) {
    EXPECT_EQ(spec.levels[i].bounds(), plan_.spec.levels[i].bounds());
    const PixelBuffer got = read_level(**source, static_cast<int>(i));
    if (GetParam().lossless) {
      EXPECT_TRUE(same_pixels(got.view(), images_[i].view())) << "level " << i;
    }
  }
  check_source(**source);
}

TEST_P(SinkContract, BytesDoNotDependOnOrderOrThreads) {
  const TemporaryFolder plain, mixed;
  write_everything(plain.path());
  const auto sink = GetParam().make(mixed.path());
  begin(*sink);
  auto units = units_;
  std::shuffle(units.begin(), units.end(), std::mt19937(8));
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 3; ++t) {
    threads.emplace_back([&, t] {
      for (std::size_t i = t; i < units.size(); i += 3) {
        auto chunks = chunks_of(units[i]);
        std::shuffle(chunks.begin(), chunks.end(), std::mt19937(static_cast<unsigned>(i)));
        for (const ChunkId id : chunks) EXPECT_TRUE(put_chunk(*sink, units[i], id).ok());
        EXPECT_TRUE(sink->commit(units[i]).ok());
      }
    });
  }
  for (auto& thread : threads) thread.join();
  finish(*sink);
  expect_same_files(files(mixed.path()), files(plain.path()));
}

TEST_P(SinkContract, SharesAUnitAmongThreads) {
  const TemporaryFolder plain, shared;
  write_everything(plain.path());
  const auto sink = GetParam().make(shared.path());
  begin(*sink);
  for (const UnitId unit : units_) {
    const auto chunks = chunks_of(unit);
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < 3; ++t) {
      threads.emplace_back([&, t] {
        for (std::size_t i = t; i < chunks.size(); i += 3) {
          EXPECT_TRUE(put_chunk(*sink, unit, chunks[i]).ok());
        }
      });
    }
    for (auto& thread : threads) thread.join();
    ASSERT_TRUE(sink->commit(unit).ok());
  }
  finish(*sink);
  expect_same_files(files(shared.path()), files(plain.path()));
}

TEST_P(SinkContract, ResumesWithTheUnitsThatWereCommitted) {
  const TemporaryFolder plain, resumed;
  write_everything(plain.path());
  auto units = units_;
  std::shuffle(units.begin(), units.end(), std::mt19937(9));
  std::size_t done = 0;
  // Three processes, each of which commits a few units and dies with one half put.
  for (int process = 0; process < 3; ++process) {
    const auto sink = GetParam().make(resumed.path());
    begin(*sink);
    EXPECT_FALSE(sink->finished());
    for (std::size_t i = 0; i < units.size(); ++i) {
      EXPECT_EQ(sink->committed(units[i]), i < done) << "process " << process << " unit " << i;
    }
    for (int n = 0; n < 3 && done + 2 < units.size(); ++n) write_unit(*sink, units[done++]);
    ASSERT_TRUE(put_chunk(*sink, units[done], chunks_of(units[done])[0]).ok());
    if (process == 1) {
      sink->abort();
      EXPECT_TRUE(sink->committed(units[0]));
    }
  }
  const auto sink = GetParam().make(resumed.path());
  begin(*sink);
  for (const UnitId unit : units) {
    if (!sink->committed(unit)) write_unit(*sink, unit);
  }
  finish(*sink);
  expect_same_files(files(resumed.path()), files(plain.path()));
}

TEST_P(SinkContract, ReadsBackWhatIsCommittedWhereItCan) {
  const TemporaryFolder folder;
  {
    const auto sink = GetParam().make(folder.path());
    begin(*sink);
    for (std::size_t i = 0; i < units_.size(); i += 2) write_unit(*sink, units_[i]);
  }
  const auto sink = GetParam().make(folder.path());
  begin(*sink);
  const auto opened = sink->open_committed();
  ASSERT_TRUE(opened.ok()) << opened.error().message();
  const std::unique_ptr<TileSource>& source = *opened;
  if (source == nullptr) {
    EXPECT_FALSE(GetParam().lossless);
    return;
  }
  write_unit(*sink, units_[1]);  // while it is open
  ReadContext context;
  for (std::size_t i = 0; i < units_.size(); ++i) {
    const View image = images_[static_cast<std::size_t>(units_[i].level)].view();
    const TileGrid shards{image.width(), image.height(), plan_.shard_px};
    const Rect all = shards.rect(units_[i].x, units_[i].y);
    const std::int64_t odd = std::min<std::int64_t>(5, all.width() - 1);
    for (const Rect& rect : {all, Rect{all.x0 + odd, all.y0, all.x1, all.y1}}) {
      PixelBuffer out(image.dtype(), rect.height(), rect.width(), image.channels());
      const Region region{units_[i].level, 0, 0, 0, image.channels(), rect};
      const Status read = source->read(region, out.view(), context);
      if (i % 2 == 0 || i == 1) {
        ASSERT_TRUE(read.ok()) << read.error().message();
        EXPECT_TRUE(same_pixels(out.view(), image.window(rect))) << i;
      } else {
        ASSERT_FALSE(read.ok()) << i;
        EXPECT_EQ(read.error().code(), Code::not_found) << read.error().message();
      }
    }
  }
}

TEST_P(SinkContract, CommitAndFinishMayBeRepeated) {
  const TemporaryFolder plain, repeated;
  write_everything(plain.path());
  {
    const auto sink = GetParam().make(repeated.path());
    begin(*sink);
    for (const UnitId unit : units_) {
      write_unit(*sink, unit);
      EXPECT_TRUE(sink->commit(unit).ok());
    }
    finish(*sink);
    finish(*sink);
  }
  const auto sink = GetParam().make(repeated.path());
  begin(*sink);
  EXPECT_TRUE(sink->finished());
  finish(*sink);
  expect_same_files(files(repeated.path()), files(plain.path()));
}

TEST_P(SinkContract, IsNotCompleteBeforeFinish) {
  const TemporaryFolder folder;
  const auto sink = GetParam().make(folder.path());
  begin(*sink);
  for (const UnitId unit : units_) write_unit(*sink, unit);
  EXPECT_FALSE(sink->finished());
  EXPECT_FALSE(GetParam().open(folder.path()).ok());
  finish(*sink);
  EXPECT_TRUE(GetParam().open(folder.path()).ok());
  EXPECT_GT(sink->bytes_written(), 0);
  EXPECT_FALSE(sink->name().empty());
  EXPECT_EQ(sink->form(), GetParam().make(folder.path())->form());
}

TEST_P(SinkContract, DoesNotFinishWithAUnitMissing) {
  const TemporaryFolder folder;
  const auto sink = GetParam().make(folder.path());
  begin(*sink);
  for (std::size_t i = 1; i < units_.size(); ++i) write_unit(*sink, units_[i]);
  EXPECT_FALSE(sink->finish().ok());
  EXPECT_FALSE(sink->finished());
  write_unit(*sink, units_[0]);
  finish(*sink);
}

}  // namespace pantile::contract
