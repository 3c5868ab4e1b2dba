#include "io/tiff/tiff_sink.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <thread>

#include "io/codec/codecs.h"
#include "io/codec/crc32c.h"
#include "io/store/memory_store.h"
#include "io/tiff/fragment.h"
#include "io/tiff/le_bytes.h"
#include "io/tiff/sums.h"
#include "io/tiff/test_pyramid.h"
#include "support/fault_store.h"

namespace pantile::tiff {
namespace {

constexpr const char* kKey = "image.tiff";

std::shared_ptr<const ChunkCodec> codec_for(Compression c) {
  codec::Spec spec;
  switch (c) {
    case Compression::none: spec.method = codec::Method::raw; break;
    case Compression::lzw: spec.method = codec::Method::lzw; break;
    case Compression::jpeg: spec.method = codec::Method::jpeg; break;
    case Compression::deflate: spec.method = codec::Method::deflate; break;
    case Compression::zstd: spec.method = codec::Method::zstd; break;
  }
  return *make_codec(spec);
}

SinkOptions options_for(Compression c, Dialect d = Dialect::ome) {
  SinkOptions o;
  o.codec = codec_for(c);
  o.compression = c;
  o.dialect = d;
  return o;
}

struct Folder {
  std::shared_ptr<MemoryStore> target = std::make_shared<MemoryStore>();
  std::shared_ptr<MemoryStore> parts = std::make_shared<MemoryStore>();

  std::unique_ptr<TiffSink> sink(SinkOptions o = options_for(Compression::deflate)) const {
    return std::make_unique<TiffSink>(target, kKey, parts, std::move(o));
  }
  Bytes file(const std::string& key = kKey) const {
    auto bytes = target->read(key);
    EXPECT_TRUE(bytes.ok());
    return bytes.ok() ? *bytes : Bytes();
  }
};

TestPyramid picture() { return {300, 201, 3, DType::u8, 32, 64}; }

Bytes uninterrupted(const TestPyramid& p, SinkOptions o = options_for(Compression::deflate)) {
  Folder f;
  EXPECT_TRUE(p.write(*f.sink(std::move(o))).ok());
  return f.file();
}

TEST(TiffSink, FinishLeavesTheFileAndItsSumsOnly) {
  const TestPyramid p = picture();
  Folder f;
  const auto sink = f.sink();
  ASSERT_TRUE(p.write(*sink).ok());
  EXPECT_TRUE(sink->finished());
  EXPECT_TRUE(sink->finish().ok()) << "idempotent";
  EXPECT_TRUE(f.parts->list("")->empty());
  EXPECT_EQ(f.target->list("")->size(), 2u);
  EXPECT_EQ(sink->pending_bytes(), 0);
}

/// Where the directory at `offset` of a BigTIFF says tiles and other directories are.
struct FileDirectory {
  std::vector<std::uint64_t> tile_offsets, tile_bytes, sub_directories;
};

FileDirectory read_directory(std::span<const std::byte> file, std::uint64_t offset) {
  FileDirectory out;
  LeReader reader(file.subspan(offset));
  for (auto left = reader.take<std::uint64_t>(); left > 0; --left) {
    const auto tag = reader.take<std::uint16_t>();
    const auto type = reader.take<std::uint16_t>();
    const auto count = reader.take<std::uint64_t>();
    const auto field = reader.rest().first(8);
    const auto far = reader.take<std::uint64_t>();
    std::vector<std::uint64_t>* values = tag == 324   ? &out.tile_offsets
                                         : tag == 325 ? &out.tile_bytes
                                         : tag == 330 ? &out.sub_directories
                                                      : nullptr;
    if (values == nullptr) continue;
    const bool is_long = type == 4;  // else LONG8 or IFD8
    const bool inside = count * (is_long ? 4 : 8) <= 8;
    LeReader elements(inside ? field : file.subspan(far));
    for (std::uint64_t i = 0; i < count; ++i) {
      values->push_back(is_long ? elements.take<std::uint32_t>() : elements.take<std::uint64_t>());
    }
  }
  return out;
}

TEST(TiffSink, SumsCoverEveryByte) {
  const TestPyramid p = picture();
  Folder f;
  ASSERT_TRUE(p.write(*f.sink()).ok());
  const Bytes file = f.file();
  const auto sums = decode_sums(f.file("image.tiff.sums"));
  ASSERT_TRUE(sums.ok());
  EXPECT_EQ(sums->file_bytes, file.size());
  ASSERT_EQ(sums->levels.size(), p.levels.size());
  EXPECT_EQ(sums->levels[0].columns, 10u);
  EXPECT_EQ(sums->levels[0].rows, 7u);

  const std::span<const std::byte> bytes(file);
  EXPECT_EQ(sums->head_crc, crc32c(bytes.first(sums->head_bytes)));
  const auto first = LeReader(bytes.subspan(8)).take<std::uint64_t>();
  std::vector<FileDirectory> directories{read_directory(bytes, first)};
  for (const std::uint64_t offset : directories[0].sub_directories) {
    directories.push_back(read_directory(bytes, offset));
  }
  ASSERT_EQ(directories.size(), sums->levels.size());
  std::map<std::uint64_t, std::uint64_t> runs{{0, sums->head_bytes}};  // offset to size
  for (std::size_t i = 0; i < directories.size(); ++i) {
    const FileDirectory& d = directories[i];
    const std::vector<std::uint32_t>& crcs = sums->levels[i].tile_crcs;
    ASSERT_EQ(d.tile_offsets.size(), crcs.size());
    ASSERT_EQ(d.tile_bytes.size(), crcs.size());
    for (std::size_t t = 0; t < crcs.size(); ++t) {
      EXPECT_EQ(crcs[t], crc32c(bytes.subspan(d.tile_offsets[t], d.tile_bytes[t])))
          << "level " << i << ", tile " << t;
      EXPECT_TRUE(runs.emplace(d.tile_offsets[t], d.tile_bytes[t]).second);
    }
  }
  std::uint64_t end = 0;
  for (const auto& [offset, size] : runs) {
    EXPECT_EQ(offset, end) << "a gap or an overlap";
    end = offset + size;
  }
  EXPECT_EQ(end, file.size());
}

TEST(TiffSink, ResumesToTheSameBytes) {
  const TestPyramid p = picture();
  const Bytes whole = uninterrupted(p);
  const auto units = p.units();
  Folder f;
  {
    const auto first = f.sink();
    ASSERT_TRUE(first->begin(p.plan).ok());
    for (std::size_t i = 0; i < units.size(); i += 2) {
      ASSERT_TRUE(p.write_unit(*first, units[i]).ok());
    }
    // Half a unit in flight when the process dies.
    ASSERT_TRUE(p.put(*first, units[1], p.chunks(units[1])[0]).ok());
  }
  const auto second = f.sink();
  ASSERT_TRUE(second->begin(p.plan).ok());
  EXPECT_FALSE(second->finished());
  EXPECT_EQ(second->finish().error().code(), Code::not_found);
  for (std::size_t i = 0; i < units.size(); ++i) {
    EXPECT_EQ(second->committed(units[i]), i % 2 == 0);
    if (!second->committed(units[i])) {
      ASSERT_TRUE(p.write_unit(*second, units[i]).ok());
    }
  }
  ASSERT_TRUE(second->finish().ok());
  EXPECT_EQ(f.file(), whole);

  const auto third = f.sink();
  ASSERT_TRUE(third->begin(p.plan).ok());
  EXPECT_TRUE(third->finished());
  EXPECT_TRUE(third->committed(units[0]));
}

TEST(TiffSink, OrderThreadsAndSpoolingChangeNoByte) {
  const TestPyramid p = picture();
  const Bytes whole = uninterrupted(p);
  auto units = p.units();
  std::mt19937 random(7);
  std::shuffle(units.begin(), units.end(), random);

  Folder f;
  SinkOptions o = options_for(Compression::deflate);
  o.spool_cap_bytes = 2000;
  const auto sink = f.sink(o);
  ASSERT_TRUE(sink->begin(p.plan).ok());
  std::vector<std::pair<UnitId, ChunkId>> work;
  for (const UnitId unit : units) {
    for (const ChunkId chunk : p.chunks(unit)) work.emplace_back(unit, chunk);
  }
  std::shuffle(work.begin(), work.end(), random);
  std::atomic<std::size_t> next{0};
  const auto put_some = [&] {
    for (std::size_t i; (i = next++) < work.size();) {
      EXPECT_TRUE(p.put(*sink, work[i].first, work[i].second).ok());
    }
  };
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back(put_some);
  }
  EXPECT_LE(sink->pending_bytes(), o.spool_cap_bytes);
  {
    next = 0;
    const auto commit_some = [&] {
      for (std::size_t i; (i = next++) < units.size();) EXPECT_TRUE(sink->commit(units[i]).ok());
    };
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back(commit_some);
  }
  ASSERT_TRUE(sink->finish().ok());
  EXPECT_EQ(f.file(), whole);
}

TEST(TiffSink, CommittingAgainIsHarmless) {
  const TestPyramid p = picture();
  Folder f;
  const auto sink = f.sink();
  ASSERT_TRUE(sink->begin(p.plan).ok());
  for (const UnitId unit : p.units()) {
    ASSERT_TRUE(p.write_unit(*sink, unit).ok());
    ASSERT_TRUE(p.write_unit(*sink, unit).ok());
    ASSERT_TRUE(sink->commit(unit).ok());
  }
  ASSERT_TRUE(sink->finish().ok());
  EXPECT_EQ(f.file(), uninterrupted(p));
}

TEST(TiffSink, AMissingTileIsNotCommitted) {
  const TestPyramid p = picture();
  Folder f;
  const auto sink = f.sink();
  ASSERT_TRUE(sink->begin(p.plan).ok());
  const UnitId unit{0, 0, 0};
  ASSERT_TRUE(p.put(*sink, unit, {0, 1, 0}).ok());
  EXPECT_EQ(sink->commit(unit).error().code(), Code::internal);
  EXPECT_FALSE(sink->committed(unit));
}

/// Changes the bytes of one fragment and returns what finish() says about it.
Status finish_with_damage(const std::function<void(Bytes&)>& damage) {
  const TestPyramid p = picture();
  Folder f;
  SinkOptions o = options_for(Compression::deflate);
  o.assemble_early = false;  // so that finish() is the first to read the fragment
  const auto sink = f.sink(o);
  EXPECT_TRUE(sink->begin(p.plan).ok());
  for (const UnitId unit : p.units()) EXPECT_TRUE(p.write_unit(*sink, unit).ok());
  const std::string key = fragment_key(sink->plan_hash(), {0, 1, 1});
  Bytes bytes = *f.parts->read(key);
  damage(bytes);
  EXPECT_TRUE(f.parts->write(key, bytes).ok());
  const Status status = sink->finish();
  EXPECT_FALSE(status.ok());
  EXPECT_FALSE(*f.target->exists(kKey)) << "no half TIFF";
  if (!status.ok()) {
    EXPECT_NE(status.error().message().find(key), std::string::npos) << status.error().message();
  }
  return status;
}

TEST(TiffSink, DamagedFragmentsAreCorrupt) {
  const auto code = [](const std::function<void(Bytes&)>& damage) {
    return finish_with_damage(damage).error().code();
  };
  EXPECT_EQ(code([](Bytes& b) { b.resize(b.size() - 1); }), Code::corrupt);
  EXPECT_EQ(code([](Bytes& b) { b.resize(20); }), Code::corrupt);
  EXPECT_EQ(code([](Bytes& b) { b.push_back(std::byte{0}); }), Code::corrupt);
  EXPECT_EQ(code([](Bytes& b) { b[60] ^= std::byte{1}; }), Code::corrupt);
  EXPECT_EQ(code([](Bytes& b) { b.back() ^= std::byte{1}; }), Code::corrupt);
}

TEST(TiffSink, ADamagedFragmentIsThrownAwayAndMadeAnew) {
  const TestPyramid p = picture();
  const std::vector<UnitId> units = p.units();
  const UnitId hurt{0, 1, 1};
  // A damaged table is seen at once, a damaged tile when it is put into the file.
  for (const bool in_table : {true, false}) {
    Folder f;
    std::string key;
    {
      SinkOptions o = options_for(Compression::deflate);
      o.assemble_early = false;
      const auto first = f.sink(o);
      ASSERT_TRUE(first->begin(p.plan).ok());
      for (const UnitId unit : units) ASSERT_TRUE(p.write_unit(*first, unit).ok());
      key = fragment_key(first->plan_hash(), hurt);
    }
    Bytes bytes = *f.parts->read(key);
    (in_table ? bytes[60] : bytes.back()) ^= std::byte{1};
    ASSERT_TRUE(f.parts->write(key, bytes).ok());
    const auto sink = f.sink();
    ASSERT_TRUE(sink->begin(p.plan).ok());
    EXPECT_EQ(sink->committed(hurt), !in_table);
    if (!in_table) {
      EXPECT_EQ(sink->finish().error().code(), Code::corrupt);
    }
    EXPECT_FALSE(sink->committed(hurt));
    ASSERT_TRUE(p.write_unit(*sink, hurt).ok());
    ASSERT_TRUE(sink->finish().ok());
    EXPECT_EQ(f.file(), uninterrupted(p));
  }
}

TEST(TiffSink, ADamagedFragmentThatIsReadBackIsThrownAway) {
  const TestPyramid p = picture();
  const UnitId hurt{0, 1, 1};
  Folder f;
  SinkOptions options = options_for(Compression::zstd);
  options.assemble_early = false;
  const auto sink = f.sink(options);
  ASSERT_TRUE(sink->begin(p.plan).ok());
  for (const UnitId unit : p.units()) ASSERT_TRUE(p.write_unit(*sink, unit).ok());
  const std::string key = fragment_key(sink->plan_hash(), hurt);
  Bytes bytes = *f.parts->read(key);
  bytes.back() ^= std::byte{1};
  ASSERT_TRUE(f.parts->write(key, bytes).ok());
  const auto source = sink->open_committed();
  ASSERT_TRUE(source.ok() && *source != nullptr);
  const Rect rect = p.grid(0, p.plan.shard_px).rect(hurt.x, hurt.y);
  PixelBuffer out(DType::u8, rect.height(), rect.width(), 3);
  ReadContext context;
  const Status read = (*source)->read({0, 0, 0, 0, 3, rect}, out.view(), context);
  EXPECT_EQ(read.error().code(), Code::corrupt);
  EXPECT_NE(read.error().message().find(key), std::string::npos) << read.error().message();
  EXPECT_FALSE(*f.parts->exists(key));
  const auto next = f.sink(options);
  ASSERT_TRUE(next->begin(p.plan).ok());
  EXPECT_FALSE(next->committed(hurt));
}

TEST(TiffSink, JpegIsNotReadBack) {
  const TestPyramid p = picture();
  Folder f;
  const auto sink = f.sink(options_for(Compression::jpeg));
  ASSERT_TRUE(sink->begin(p.plan).ok());
  EXPECT_EQ(*sink->open_committed(), nullptr);
}

TEST(TiffSink, ErrorsOfTheDiskComeThroughAndCanBeRetried) {
  const TestPyramid p = picture();
  const auto target = std::make_shared<FaultStore>(std::make_shared<MemoryStore>());
  const auto parts = std::make_shared<FaultStore>(std::make_shared<MemoryStore>());
  SinkOptions o = options_for(Compression::deflate);
  o.assemble_early = false;  // so that finish() does all the writing
  TiffSink sink(target, kKey, parts, o);
  ASSERT_TRUE(sink.begin(p.plan).ok());
  const auto units = p.units();
  parts->fail(FaultStore::Call::append, 2, Code::out_of_space);
  EXPECT_EQ(p.write_unit(sink, units[0]).error().code(), Code::out_of_space);
  for (const UnitId unit : units) ASSERT_TRUE(p.write_unit(sink, unit).ok());
  target->fail(FaultStore::Call::append, 5, Code::out_of_space);
  EXPECT_EQ(sink.finish().error().code(), Code::out_of_space);
  EXPECT_FALSE(sink.finished());
  target->fail(FaultStore::Call::commit, 2, Code::io);
  EXPECT_EQ(sink.finish().error().code(), Code::io);
  ASSERT_TRUE(sink.finish().ok());
  EXPECT_EQ(*target->read(kKey), uninterrupted(p));
}

TEST(TiffSink, FinishTellsHowFarItIsAndCanBeStopped) {
  const TestPyramid p = picture();
  Folder f;
  SinkOptions o = options_for(Compression::deflate);
  std::int64_t last = 0, sum = 0;
  bool stop = true;
  o.on_copy = [&](std::int64_t done, std::int64_t total) -> Status {
    EXPECT_GT(done, last);
    last = done;
    sum = total;
    if (stop) return Error(Code::cancelled, "stopped on request");
    return {};
  };
  const auto sink = f.sink(o);
  EXPECT_EQ(p.write(*sink).error().code(), Code::cancelled);
  EXPECT_FALSE(*f.target->exists(kKey));
  last = 0;
  stop = false;
  ASSERT_TRUE(sink->finish().ok());
  EXPECT_EQ(last, sum);
  EXPECT_EQ(f.file(), uninterrupted(p));
}

TEST(TiffSink, ItMakesNoDifferenceWhenTheFileIsPutTogether) {
  const TestPyramid p = picture();
  for (const bool early : {false, true}) {
    Folder f;
    SinkOptions o = options_for(Compression::deflate);
    o.assemble_early = early;
    const auto sink = f.sink(o);
    ASSERT_TRUE(sink->begin(p.plan).ok());
    // Backwards: nothing can be copied before the unit that comes first in the file is there.
    std::vector<UnitId> units = p.units();
    for (auto u = units.rbegin(); u != units.rend(); ++u) {
      ASSERT_TRUE(p.write_unit(*sink, *u).ok());
    }
    ASSERT_TRUE(sink->finish().ok());
    EXPECT_EQ(f.file(), uninterrupted(p)) << "early " << early;
  }
}

TEST(TiffSink, AFileBegunEarlyIsBegunAnewByTheNextProcess) {
  const TestPyramid p = picture();
  Folder f;
  const std::vector<UnitId> units = p.units();
  {
    const auto sink = f.sink();
    ASSERT_TRUE(sink->begin(p.plan).ok());
    for (std::size_t i = 0; i < units.size() / 2; ++i) {
      ASSERT_TRUE(p.write_unit(*sink, units[i]).ok());
    }
  }
  EXPECT_FALSE(*f.target->exists(kKey));
  ASSERT_TRUE(p.write(*f.sink()).ok());
  EXPECT_EQ(f.file(), uninterrupted(p));
}

TEST(TiffSink, RefusesAForeignFileUnlessToldToReplaceIt) {
  const TestPyramid p = picture();
  Folder f;
  ASSERT_TRUE(f.target->write(kKey, as_bytes("somebody's work")).ok());
  EXPECT_EQ(f.sink()->begin(p.plan).error().code(), Code::conflict);
  SinkOptions o = options_for(Compression::deflate);
  o.replace = true;
  ASSERT_TRUE(p.write(*f.sink(o)).ok());
  EXPECT_EQ(f.file(), uninterrupted(p));
}

TEST(TiffSink, AnotherFormDoesNotTakeOldFragments) {
  const TestPyramid p = picture();
  Folder f;
  const auto first = f.sink();
  ASSERT_TRUE(first->begin(p.plan).ok());
  ASSERT_TRUE(p.write_unit(*first, {0, 0, 0}).ok());
  const auto second = f.sink(options_for(Compression::zstd));
  ASSERT_TRUE(second->begin(p.plan).ok());
  EXPECT_FALSE(second->committed({0, 0, 0}));
  EXPECT_NE(first->form(), second->form());
}

TEST(TiffSink, RefusesWhatTiffCannotHold) {
  const auto code = [](auto change, SinkOptions o = options_for(Compression::deflate)) {
    SinkPlan plan = TestPyramid(40, 30, 1, DType::u8, 32, 64).plan;
    change(plan);
    const Status s = Folder().sink(std::move(o))->begin(plan);
    return s.ok() ? Code::internal : s.error().code();
  };
  EXPECT_EQ(code([](SinkPlan& p) { p.chunk_px = 40; }), Code::invalid);
  EXPECT_EQ(code([](SinkPlan& p) { p.shard_px = 40; }), Code::invalid);
  EXPECT_EQ(code([](SinkPlan& p) { p.spec.z = 2; }), Code::invalid);
  EXPECT_EQ(code([](SinkPlan& p) { p.spec.levels.clear(); }), Code::invalid);
  EXPECT_EQ(code([](SinkPlan& p) { p.spec.levels[0].width = std::int64_t{1} << 31; }),
            Code::invalid);
  EXPECT_EQ(code([](SinkPlan& p) { p.spec.kind = Kind::rgb; }), Code::invalid);
  EXPECT_EQ(code([](SinkPlan& p) { p.spec.dtype = DType::u64; }), Code::invalid) << "OME";
  EXPECT_EQ(code([](SinkPlan& p) { p.spec.dtype = DType::u16; }, options_for(Compression::jpeg)),
            Code::invalid);
  SinkOptions differenced = options_for(Compression::deflate);
  differenced.predictor = true;
  EXPECT_EQ(code([](SinkPlan& p) { p.spec.dtype = DType::f32; }, differenced), Code::invalid);
}

TEST(TiffSink, ATerapixelPlansInLittleMemory) {
  SinkPlan plan;
  plan.chunk_px = 1024;
  plan.shard_px = 4096;
  plan.spec.channels = 3;
  plan.spec.kind = Kind::rgb;
  plan.spec.levels = halving_levels({1'000'000, 1'000'000, {}, {}}, plan.chunk_px);
  Folder f;
  const auto sink = f.sink();
  ASSERT_TRUE(sink->begin(plan).ok());
  // The last shard: 1e6 = 244 × 4096 + 576, so one cut column and row of one chunk.
  const UnitId last{0, 244, 244};
  ASSERT_TRUE(sink->put(last, {0, 976, 976}, Bytes(10)).ok());
  ASSERT_TRUE(sink->commit(last).ok());
  EXPECT_TRUE(sink->committed(last));
}

}  // namespace
}  // namespace pantile::tiff
