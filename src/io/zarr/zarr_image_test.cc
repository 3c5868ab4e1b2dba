/// The sink and the source together, over stores in memory that fail or are damaged.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/buffer.h"
#include "core/copy.h"
#include "grid/pyramid.h"
#include "io/codec/codecs.h"
#include "io/store/memory_store.h"
#include "io/zarr/array_metadata.h"
#include "io/zarr/zarr_sink.h"
#include "io/zarr/zarr_source.h"
#include "support/fault_store.h"

namespace pantile::zarr {
namespace {

using Call = FaultStore::Call;

class ZarrImage : public testing::Test {
 protected:
  void SetUp() override {
    plan_.chunk_px = 16;
    plan_.shard_px = 32;
    plan_.spec.name = "picture";
    plan_.spec.channels = 3;
    plan_.spec.kind = Kind::rgb;
    plan_.spec.unit = "micrometer";
    plan_.spec.levels = halving_levels({50, 40, {2, 3}, {10, 20}}, plan_.chunk_px);
    memory_ = std::make_shared<MemoryStore>();
    store_ = std::make_shared<FaultStore>(memory_);
  }

  static std::byte value(int level, std::int64_t x, std::int64_t y, int c) {
    return static_cast<std::byte>(level * 50 + x * 3 + y * 7 + c * 20);
  }

  Status write_unit(ZarrSink& sink, UnitId unit) const {
    const LevelInfo& level = plan_.spec.levels[static_cast<std::size_t>(unit.level)];
    const std::int64_t n = plan_.shard_px / plan_.chunk_px;
    const auto scratch = sink.codec()->make_scratch();
    for (std::int64_t cy = unit.y * n; cy < (unit.y + 1) * n; ++cy) {
      for (std::int64_t cx = unit.x * n; cx < (unit.x + 1) * n; ++cx) {
        if (cx * 16 >= level.width || cy * 16 >= level.height) continue;
        PixelBuffer chunk(DType::u8, 16, 16, 3);
        for (std::int64_t y = 0; y < 16; ++y) {
          for (std::int64_t x = 0; x < 16; ++x) {
            for (int c = 0; c < 3; ++c) {
              *chunk.view().at(y, x, c) = value(unit.level, cx * 16 + x, cy * 16 + y, c);
            }
          }
        }
        std::vector<std::byte> encoded;
        PANTILE_TRY(sink.codec()->encode(chunk.view(), *scratch, encoded));
        PANTILE_TRY(sink.put(unit, {unit.level, cx, cy}, std::move(encoded)));
      }
    }
    return sink.commit(unit);
  }

  std::vector<UnitId> units() const {
    std::vector<UnitId> out;
    for (std::size_t i = 0; i < plan_.spec.levels.size(); ++i) {
      const LevelInfo& level = plan_.spec.levels[i];
      for (std::int64_t y = 0; y * 32 < level.height; ++y) {
        for (std::int64_t x = 0; x * 32 < level.width; ++x) {
          out.push_back({static_cast<int>(i), x, y});
        }
      }
    }
    return out;
  }

  void write_image() {
    ZarrSink sink(store_, {});
    ASSERT_TRUE(sink.begin(plan_).ok());
    for (const UnitId unit : units()) ASSERT_TRUE(write_unit(sink, unit).ok());
    ASSERT_TRUE(sink.finish().ok());
  }

  std::unique_ptr<ZarrSource> open(const SourceOptions& options = {}) {
    auto source = ZarrSource::open(store_, options);
    EXPECT_TRUE(source.ok()) << (source.ok() ? "" : source.error().message());
    return source.ok() ? std::move(source).value() : nullptr;
  }

  static Status read_pixel(const TileSource& source, int level, std::int64_t x, std::int64_t y,
                           std::byte* pixel) {
    ReadContext context;
    const MutableView view(pixel, Layout::interleaved(DType::u8, 1, 1, 3));
    return source.read(source.spec().region(level, {x, y, x + 1, y + 1}), view, context);
  }

  void damage(const std::string& key, std::int64_t offset) {
    Bytes bytes = *memory_->read(key);
    const auto size = static_cast<std::int64_t>(bytes.size());
    bytes[static_cast<std::size_t>(offset < 0 ? size + offset : offset)] ^= std::byte{4};
    ASSERT_TRUE(memory_->write(key, bytes).ok());
  }

  SinkPlan plan_;
  std::shared_ptr<MemoryStore> memory_;
  std::shared_ptr<FaultStore> store_;
};

TEST_F(ZarrImage, KeepsWhatTheImageIs) {
  write_image();
  const auto source = open();
  const ImageSpec& spec = source->spec();
  EXPECT_EQ(spec.name, "picture");
  EXPECT_EQ(spec.kind, Kind::rgb);
  EXPECT_EQ(spec.unit, "micrometer");
  EXPECT_EQ(spec.levels, plan_.spec.levels);
  ASSERT_EQ(spec.channel_info.size(), 3u);
  EXPECT_EQ(spec.channel_info[1].color, "00FF00");
  EXPECT_EQ(source->chunk_px(), 16);
  EXPECT_EQ(source->shard_px(), 32);
  EXPECT_EQ(source->codec_identity(), "zstd-1/interleaved");
  EXPECT_EQ(source->format(), "OME-Zarr 0.5");
  EXPECT_EQ(source->codec_text(), "zstd level 1, crc32c");
  EXPECT_EQ(source->layout_text(), "chunks of 16 px in shards of 32 px");
}

TEST_F(ZarrImage, KeepsTheCallersFacts) {
  ZarrSink sink(store_, {.pantile_json = R"({"range": [-3, 3]})"});
  ASSERT_TRUE(sink.begin(plan_).ok());
  for (const UnitId unit : units()) ASSERT_TRUE(write_unit(sink, unit).ok());
  ASSERT_TRUE(sink.finish().ok());
  const auto facts = nlohmann::json::parse(open()->pantile_json());
  EXPECT_EQ(facts, nlohmann::json::parse(R"({"range": [-3, 3], "kind": "rgb"})"));
}

TEST_F(ZarrImage, WritesTheKeysAndOrderOfTheSpecification) {
  write_image();
  std::vector<std::string> keys;
  const auto entries = memory_->list("0");
  for (const auto& entry : *entries) keys.push_back(entry.key);
  EXPECT_EQ(keys, (std::vector<std::string>{"0/c/0/0/0", "0/c/0/0/1", "0/c/0/1/0", "0/c/0/1/1",
                                            "0/zarr.json"}));
}

TEST_F(ZarrImage, EncodedChunksAreTheCodecsBytes) {
  write_image();
  const auto source = open();
  const auto codec = *make_codec({.method = codec::Method::zstd, .level = 1});
  const auto scratch = codec->make_scratch();
  for (const std::int64_t x : {0, 3}) {
    const auto encoded = source->read_encoded_chunk(0, x, 2);
    ASSERT_TRUE(encoded.ok());
    PixelBuffer chunk(DType::u8, 16, 16, 3);
    ASSERT_TRUE(codec->decode(*encoded, *scratch, chunk.view()).ok());
    EXPECT_EQ(*chunk.view().at(5, 1, 2), value(0, x * 16 + 1, 2 * 16 + 5, 2));
    std::vector<std::byte> again;
    ASSERT_TRUE(codec->encode(chunk.view(), *scratch, again).ok());
    EXPECT_EQ(again, *encoded);
  }
  EXPECT_EQ(source->read_encoded_chunk(0, 4, 0).error().code(), Code::invalid);
  EXPECT_EQ(source->read_encoded_chunk(9, 0, 0).error().code(), Code::invalid);
}

TEST_F(ZarrImage, NamesADamagedChunk) {
  write_image();
  damage("0/c/0/1/0", 3);
  const auto source = open();
  std::byte pixel[3];
  EXPECT_TRUE(read_pixel(*source, 0, 17, 33, pixel).ok());
  const Status status = read_pixel(*source, 0, 2, 33, pixel);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code(), Code::corrupt);
  EXPECT_NE(status.error().message().find("0/c/0/1/0: chunk (0, 2, 0)"), std::string::npos)
      << status.error().message();
  EXPECT_EQ(source->read_encoded_chunk(0, 0, 2).error().code(), Code::corrupt);
}

TEST_F(ZarrImage, NoticesDamageAnywhereInAShard) {
  write_image();
  const auto size = **memory_->size("0/c/0/0/0");
  for (std::int64_t at = 0; at < size; at += 7) {
    damage("0/c/0/0/0", at);
    const auto source = open();
    PixelBuffer out(DType::u8, 32, 32, 3);
    ReadContext context;
    const Status status =
        source->read(source->spec().region(0, {0, 0, 32, 32}), out.view(), context);
    ASSERT_FALSE(status.ok()) << at;
    EXPECT_EQ(status.error().code(), Code::corrupt);
    damage("0/c/0/0/0", at);
  }
}

TEST_F(ZarrImage, SaysWhenAShardIsTooShort) {
  write_image();
  ASSERT_TRUE(memory_->write("0/c/0/0/0", as_bytes("short")).ok());
  const auto source = open();
  std::byte pixel[3];
  EXPECT_EQ(read_pixel(*source, 0, 0, 0, pixel).error().code(), Code::corrupt);
}

TEST_F(ZarrImage, AShortShardIsNotCommitted) {
  write_image();
  ASSERT_TRUE(memory_->write("0/c/0/0/0", as_bytes("short")).ok());
  ZarrSink sink(store_, {});
  ASSERT_TRUE(sink.begin(plan_).ok());
  EXPECT_FALSE(sink.finished());
  EXPECT_FALSE(sink.committed({0, 0, 0}));
  EXPECT_TRUE(sink.committed({0, 1, 0}));
  ASSERT_TRUE(write_unit(sink, {0, 0, 0}).ok());
  ASSERT_TRUE(sink.finish().ok());
}

TEST_F(ZarrImage, AMissingShardOfOursIsDamage) {
  write_image();
  ASSERT_TRUE(memory_->remove("0/c/0/0/1").ok());
  for (const bool missing_is_error : {false, true}) {
    const auto source = open({.missing_is_error = missing_is_error});
    std::byte pixel[3];
    EXPECT_TRUE(read_pixel(*source, 0, 3, 3, pixel).ok());
    const Status status = read_pixel(*source, 0, 40, 3, pixel);
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().code(), Code::corrupt);
    EXPECT_NE(status.error().message().find("shard 1,0 of level 0 is missing"), std::string::npos)
        << status.error().message();
    EXPECT_EQ(source->read_encoded_chunk(0, 2, 0).error().code(), Code::corrupt);
  }
}

TEST_F(ZarrImage, MissingChunksOfOthersAreFillValueOrAnError) {
  write_image();
  auto group = nlohmann::json::parse(as_text(*memory_->read("zarr.json")));
  group["attributes"].erase("pantile");
  ASSERT_TRUE(memory_->write("zarr.json", as_bytes(group.dump())).ok());
  ASSERT_TRUE(memory_->remove("0/c/0/0/1").ok());
  std::byte pixel[3] = {std::byte{9}, std::byte{9}, std::byte{9}};
  ASSERT_TRUE(read_pixel(*open(), 0, 40, 3, pixel).ok());
  EXPECT_EQ(pixel[0], std::byte{0});
  const auto strict = open({.missing_is_error = true});
  EXPECT_EQ(read_pixel(*strict, 0, 40, 3, pixel).error().code(), Code::not_found);
  EXPECT_EQ(strict->read_encoded_chunk(0, 2, 0).error().code(), Code::not_found);
  EXPECT_TRUE(open()->read_encoded_chunk(0, 2, 0)->empty());
}

TEST_F(ZarrImage, AnUnfinishedImageIsReadAsFarAsItIs) {
  ZarrSink sink(store_, {});
  ASSERT_TRUE(sink.begin(plan_).ok());
  const auto source = sink.open_source({});
  ASSERT_TRUE(source.ok()) << source.error().message();
  std::byte pixel[3];
  EXPECT_EQ(read_pixel(**source, 0, 5, 6, pixel).error().code(), Code::not_found);
  ASSERT_TRUE(write_unit(sink, {0, 0, 0}).ok());
  ASSERT_TRUE(read_pixel(**source, 0, 5, 6, pixel).ok());
  EXPECT_EQ(pixel[2], value(0, 5, 6, 2));
  const auto unfinished = ZarrSource::open(store_, {});
  ASSERT_FALSE(unfinished.ok());
  EXPECT_NE(unfinished.error().message().find("still being written"), std::string::npos);
}

TEST_F(ZarrImage, TheCacheSavesReadsAndKeepsItsBound) {
  write_image();
  const auto source = open();
  std::byte pixel[3];
  ASSERT_TRUE(read_pixel(*source, 0, 5, 6, pixel).ok());
  const auto calls = store_->calls(Call::read);
  ASSERT_TRUE(read_pixel(*source, 0, 6, 6, pixel).ok());
  EXPECT_EQ(store_->calls(Call::read), calls);
  const auto uncached = open({.cache_bytes = 0});
  ASSERT_TRUE(read_pixel(*uncached, 0, 5, 6, pixel).ok());
  const auto before = store_->calls(Call::read);
  ASSERT_TRUE(read_pixel(*uncached, 0, 5, 6, pixel).ok());
  EXPECT_EQ(store_->calls(Call::read), before + 2);  // index and chunk
}

TEST_F(ZarrImage, TheCacheGrowsWithTheChunksUpToItsBound) {
  write_image();
  const Region pixel{0, 0, 0, 0, 1, {0, 0, 1, 1}};
  const std::int64_t chunk = open()->cost(pixel).scratch_bytes / 2;  // and its index
  const auto kept = [&](const SourceOptions& options) {
    return open(options)->cost(pixel).shared_bytes;
  };
  EXPECT_EQ(kept({.cache_bytes = 10}), 10);
  EXPECT_EQ(kept({.cache_bytes = 10, .most_cache_bytes = 20}), 20);
  EXPECT_EQ(kept({.cache_bytes = 2000, .most_cache_bytes = 20}), 2000);
  const std::int64_t grown = kept({.cache_bytes = 10, .most_cache_bytes = std::int64_t{1} << 40});
  EXPECT_GT(grown, 12 * chunk);
  EXPECT_LE(grown, 24 * chunk);
}

TEST_F(ZarrImage, EveryFailingCallIsReportedAndLeavesNoHalfUnit) {
  for (const Call call : {Call::open_writer, Call::append, Call::commit, Call::spool}) {
    SetUp();
    ZarrSink sink(store_, {.spool_cap_bytes = 0});
    ASSERT_TRUE(sink.begin(plan_).ok());
    store_->fail(call, 1, Code::out_of_space);
    const Status status = write_unit(sink, {0, 0, 0});
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().code(), Code::out_of_space);
    EXPECT_FALSE(sink.committed({0, 0, 0}));
    EXPECT_FALSE(*memory_->exists("0/c/0/0/0"));
    EXPECT_TRUE(write_unit(sink, {0, 0, 0}).ok());
  }
}

TEST_F(ZarrImage, RefusesAnotherImagesStore) {
  write_image();
  SinkPlan other = plan_;
  other.spec.name = "other";
  ZarrSink renamed(store_, {});
  EXPECT_EQ(renamed.begin(other).error().code(), Code::conflict);
  ZarrSink recompressed(store_, {.zstd_level = 2});
  EXPECT_EQ(recompressed.begin(plan_).error().code(), Code::conflict);
}

TEST_F(ZarrImage, RefusesPlansItCannotWrite) {
  const auto refused = [&](SinkPlan plan, const SinkOptions& options = {}) {
    ZarrSink sink(std::make_shared<MemoryStore>(), options);
    const Status status = sink.begin(plan);
    return !status.ok() && status.error().code() == Code::invalid;
  };
  const auto changed = [&](auto change) {
    SinkPlan plan = plan_;
    change(plan);
    return plan;
  };
  EXPECT_FALSE(refused(plan_));
  EXPECT_TRUE(refused(plan_, {.zstd_level = 0}));
  EXPECT_TRUE(refused(plan_, {.zstd_level = 20}));
  EXPECT_NE(ZarrSink(store_, {.zstd_level = 20}).codec(), nullptr);
  EXPECT_TRUE(refused(plan_, {.pantile_json = "[]"}));
  EXPECT_TRUE(refused(changed([](SinkPlan& p) { p.chunk_px = 24; })));
  EXPECT_TRUE(refused(changed([](SinkPlan& p) { p.chunk_px = 0; })));
  EXPECT_TRUE(refused(changed([](SinkPlan& p) { p.shard_px = 40; })));
  EXPECT_TRUE(refused(changed([](SinkPlan& p) { p.shard_px = 8; })));
  EXPECT_TRUE(refused(changed([](SinkPlan& p) { p.spec.z = 0; })));
  EXPECT_TRUE(refused(changed([](SinkPlan& p) { p.group_channels = 2; })));
  EXPECT_TRUE(refused(changed([](SinkPlan& p) { p.spec.levels.clear(); })));
  EXPECT_TRUE(refused(changed([](SinkPlan& p) { p.spec.levels[0].width = 0; })));
}

TEST_F(ZarrImage, FingerprintFollowsTheChunks) {
  write_image();
  const auto first = open()->fingerprint();
  EXPECT_EQ(open()->fingerprint(), first);
  ASSERT_TRUE(memory_->remove("1/c/0/0/0").ok());
  EXPECT_NE(open()->fingerprint(), first);
}

TEST_F(ZarrImage, MetadataCannotLeadOutOfTheStore) {
  write_image();
  auto root = nlohmann::json::parse(as_text(*memory_->read("zarr.json")));
  for (const char* path : {"../elsewhere", "/etc", "0/../../x", ""}) {
    root["attributes"]["ome"]["multiscales"][0]["datasets"][0]["path"] = path;
    ASSERT_TRUE(memory_->write("zarr.json", as_bytes(root.dump())).ok());
    EXPECT_EQ(ZarrSource::open(store_, {}).error().code(), Code::invalid) << path;
  }
}

TEST_F(ZarrImage, MetadataCannotNestWithoutEndOrBeOfAnySize) {
  write_image();
  const std::string deep = std::string(400'000, '[') + std::string(400'000, ']');
  const std::string text =
      R"({"zarr_format": 3, "node_type": "group", "attributes": {"a": )" + deep + "}}";
  ASSERT_TRUE(memory_->write("zarr.json", as_bytes(text)).ok());
  EXPECT_EQ(ZarrSource::open(store_, {}).error().code(), Code::corrupt);
  const std::string blank(static_cast<std::size_t>(kMaxMetadataBytes) + 1, ' ');
  ASSERT_TRUE(memory_->write("zarr.json", as_bytes(blank)).ok());
  EXPECT_EQ(ZarrSource::open(store_, {}).error().code(), Code::corrupt);
}

TEST_F(ZarrImage, DamagedGroupsAreErrors) {
  write_image();
  const std::string good(as_text(*memory_->read("zarr.json")));
  const auto code_of = [&](const std::string& text) {
    EXPECT_TRUE(memory_->write("zarr.json", as_bytes(text)).ok());
    const auto source = ZarrSource::open(store_, {});
    return source.ok() ? "ok" : std::string(code_name(source.error().code()));
  };
  const auto without = [&](const std::string& pointer) {
    auto json = nlohmann::json::parse(good);
    const nlohmann::json::json_pointer place(pointer);
    json[place.parent_pointer()].erase(place.back());
    return code_of(json.dump());
  };
  EXPECT_EQ(code_of("{"), "corrupt");
  EXPECT_EQ(code_of(good.substr(0, good.size() / 2)), "corrupt");
  EXPECT_EQ(code_of("{}"), "foreign");
  EXPECT_EQ(without("/zarr_format"), "foreign");
  EXPECT_EQ(without("/node_type"), "corrupt");
  EXPECT_EQ(without("/attributes"), "foreign");
  EXPECT_EQ(without("/attributes/ome/multiscales"), "foreign");
  EXPECT_EQ(without("/attributes/ome/version"), "foreign");
  EXPECT_EQ(without("/attributes/ome/multiscales/0/axes"), "corrupt");
  EXPECT_EQ(without("/attributes/ome/multiscales/0/datasets"), "corrupt");
  EXPECT_EQ(without("/attributes/ome/omero"), "ok");
  auto json = nlohmann::json::parse(good);
  json["attributes"]["ome"]["multiscales"][0]["axes"].push_back({{"name", "z"}});
  EXPECT_EQ(code_of(json.dump()), "corrupt");
  ASSERT_TRUE(memory_->remove("1/zarr.json").ok());
  EXPECT_EQ(code_of(good), "not_found");
}

}  // namespace
}  // namespace pantile::zarr
