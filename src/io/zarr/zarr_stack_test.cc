/// Stacks: several planes along t and z, and channels in groups.
#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "core/buffer.h"
#include "grid/pyramid.h"
#include "io/store/memory_store.h"
#include "io/zarr/shard_files.h"
#include "io/zarr/sink_files.h"
#include "io/zarr/zarr_sink.h"
#include "io/zarr/zarr_source.h"
#include "tile/shard_layout.h"

namespace pantile::zarr {
namespace {

/// Every sample says where it is.
std::uint16_t value(const Region& at, std::int64_t x, std::int64_t y, int c) {
  return static_cast<std::uint16_t>(at.level + 2 * (x + 40 * y) + 3000 * c + 9001 * at.z +
                                    17011 * at.t);
}

struct Form {
  std::int64_t t;
  int channels;
  std::int64_t z;
  int group_channels;
  bool planes;
};

class ZarrStack : public testing::TestWithParam<Form> {
 protected:
  void SetUp() override {
    const Form& form = GetParam();
    plan_.chunk_px = 16;
    plan_.shard_px = 32;
    plan_.planes = form.planes;
    plan_.group_channels = form.group_channels;
    plan_.spec.name = "stack";
    plan_.spec.dtype = DType::u16;
    plan_.spec.t = form.t;
    plan_.spec.z = form.z;
    plan_.spec.t_step = {0.5, 7, "second"};
    plan_.spec.z_step = {2, -3, "micrometer"};
    plan_.spec.channels = form.channels;
    plan_.spec.levels = halving_levels({50, 40, {2, 3}, {10, 20}}, plan_.chunk_px);
    layout_ = ShardLayout(plan_);
  }

  ZarrSink sink() const { return {store_, {.planes = plan_.planes}}; }

  Status write_unit(ZarrSink& sink, UnitId unit) const {
    const auto scratch = sink.codec()->make_scratch();
    const Rect cells = layout_.chunk_cells(unit);
    for (std::int64_t cy = cells.y0; cy < cells.y1; ++cy) {
      for (std::int64_t cx = cells.x0; cx < cells.x1; ++cx) {
        const ChunkId id{unit.level, cx, cy, unit.group};
        const Region region = layout_.chunk_region(id);
        PixelBuffer chunk(DType::u16, 16, 16, region.channels());
        std::memset(chunk.data(), 0, chunk.size_bytes());
        for (std::int64_t y = region.rect.y0; y < region.rect.y1; ++y) {
          for (std::int64_t x = region.rect.x0; x < region.rect.x1; ++x) {
            for (int c = region.c0; c < region.c1; ++c) {
              const std::uint16_t v = value(region, x, y, c);
              std::memcpy(chunk.view().at(y - cy * 16, x - cx * 16, c - region.c0), &v, 2);
            }
          }
        }
        std::vector<std::byte> encoded;
        PANTILE_TRY(sink.codec()->encode(std::as_const(chunk).view(), *scratch, encoded));
        PANTILE_TRY(sink.put(unit, id, std::move(encoded)));
      }
    }
    return sink.commit(unit);
  }

  std::vector<UnitId> units() const {
    std::vector<UnitId> all;
    for (int level = 0; level < layout_.level_count(); ++level) {
      for (const UnitId unit : layout_.units(level)) all.push_back(unit);
    }
    return all;
  }

  /// Level, plane and channels as a whole.
  void expect_right(const TileSource& source, const Region& region) const {
    PixelBuffer pixels(DType::u16, region.rect.height(), region.rect.width(), region.channels());
    ReadContext context;
    const Status read = source.read(region, pixels.view(), context);
    ASSERT_TRUE(read.ok()) << read.error().message();
    for (std::int64_t y = 0; y < region.rect.height(); ++y) {
      for (std::int64_t x = 0; x < region.rect.width(); ++x) {
        for (int c = 0; c < region.channels(); ++c) {
          std::uint16_t found = 0;
          std::memcpy(&found, pixels.view().at(y, x, c), 2);
          ASSERT_EQ(found, value(region, region.rect.x0 + x, region.rect.y0 + y, region.c0 + c))
              << region.level << " t " << region.t << " z " << region.z << " c " << c << " at " << x
              << "," << y;
        }
      }
    }
  }

  SinkPlan plan_;
  ShardLayout layout_;
  std::shared_ptr<MemoryStore> store_ = std::make_shared<MemoryStore>();
};

TEST_P(ZarrStack, EveryPlaneIsReadBack) {
  {
    ZarrSink sink = this->sink();
    ASSERT_TRUE(sink.begin(plan_).ok());
    const std::vector<UnitId> all = units();
    for (std::size_t i = 0; i < all.size(); i += 2) ASSERT_TRUE(write_unit(sink, all[i]).ok());
    EXPECT_FALSE(sink.finish().ok()) << "half of it is missing";
  }
  // Another process goes on.
  ZarrSink sink = this->sink();
  ASSERT_TRUE(sink.begin(plan_).ok());
  int there = 0;
  for (const UnitId unit : units()) {
    if (sink.committed(unit)) {
      ++there;
    } else {
      ASSERT_TRUE(write_unit(sink, unit).ok());
    }
  }
  EXPECT_EQ(there, static_cast<int>((units().size() + 1) / 2));
  ASSERT_TRUE(sink.finish().ok());

  const auto source = ZarrSource::open(store_, {});
  ASSERT_TRUE(source.ok()) << source.error().message();
  const ImageSpec& spec = (*source)->spec();
  EXPECT_EQ(spec.t, plan_.spec.t);
  EXPECT_EQ(spec.z, plan_.spec.z);
  EXPECT_EQ(spec.channels, plan_.spec.channels);
  EXPECT_EQ(spec.levels, plan_.spec.levels);
  if (plan_.spec.is_stack()) {
    EXPECT_EQ(spec.t_step.scale, 0.5);
    EXPECT_EQ(spec.t_step.offset, 7);
    EXPECT_EQ(spec.t_step.unit, "second");
    EXPECT_EQ(spec.z_step.scale, 2);
    EXPECT_EQ(spec.z_step.offset, -3);
    EXPECT_EQ(spec.z_step.unit, "micrometer");
  }
  EXPECT_EQ((*source)->channels_together(), plan_.planes ? 1 : plan_.unit_channels());
  for (int level = 0; level < layout_.level_count(); ++level) {
    const Rect all = spec.levels[static_cast<std::size_t>(level)].bounds();
    for (std::int64_t t = 0; t < spec.t; ++t) {
      for (std::int64_t z = 0; z < spec.z; ++z) {
        expect_right(**source, {level, t, z, 0, spec.channels, all});
        expect_right(**source, {level, t, z, spec.channels - 1, spec.channels, all});
      }
    }
  }
}

TEST_P(ZarrStack, ThePlanIsKnownFromItsFiles) {
  ZarrSink sink = this->sink();
  ASSERT_TRUE(sink.begin(plan_).ok());
  const auto same = [&](const SinkPlan& found) {
    EXPECT_EQ(found.groups(), plan_.groups());
    EXPECT_EQ(found.unit_channels(), plan_.unit_channels());
    EXPECT_EQ(found.planes, plan_.planes);
    EXPECT_EQ(found.spec.is_stack(), plan_.spec.is_stack());
    EXPECT_EQ(found.spec.t, plan_.spec.t);
    EXPECT_EQ(found.spec.z, plan_.spec.z);
    EXPECT_EQ(found.chunk_px, plan_.chunk_px);
    EXPECT_EQ(found.shard_px, plan_.shard_px);
  };
  const auto begun = find_plan(*store_);
  ASSERT_TRUE(begun.ok() && begun->has_value());
  same(**begun);
  for (const UnitId unit : units()) ASSERT_TRUE(write_unit(sink, unit).ok());
  ASSERT_TRUE(sink.finish().ok());
  const auto facts = read_store_facts(store_);
  ASSERT_TRUE(facts.ok()) << facts.error().message();
  same(facts->plan);
  const auto found = find_shards(*store_, layout_);
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found->there.size(), units().size());
  EXPECT_TRUE(found->broken.empty());
}

TEST(ZarrStacks, MorePlanesThanCanBeAreRefused) {
  const auto store = std::make_shared<MemoryStore>();
  const std::string array = R"({"zarr_format": 3, "node_type": "array",
    "shape": [1099511627776, 1, 1099511627776, 16, 16], "data_type": "uint8", "fill_value": 0,
    "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [1, 1, 1, 16, 16]}},
    "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}},
    "codecs": [{"name": "bytes"}], "attributes": {}})";
  ASSERT_TRUE(store->write("zarr.json", as_bytes(array)).ok());
  const auto source = ZarrSource::open(store, {});
  ASSERT_FALSE(source.ok());
  EXPECT_EQ(source.error().code(), Code::foreign);
}

INSTANTIATE_TEST_SUITE_P(Forms, ZarrStack,
                         testing::Values(Form{1, 4, 1, 1, false}, Form{1, 4, 1, 2, true},
                                         Form{1, 4, 1, 2, false}, Form{3, 1, 1, 0, false},
                                         Form{1, 1, 3, 0, false}, Form{2, 4, 3, 2, true},
                                         Form{2, 3, 2, 0, false}, Form{2, 4, 2, 1, false}));

}  // namespace
}  // namespace pantile::zarr
