/// Draining group by group: stacks of planes, and channels that come apart.
#include <gtest/gtest.h>

#include <atomic>
#include <cstring>
#include <mutex>
#include <utility>
#include <vector>

#include "compute/cpu/reduce.h"
#include "core/copy.h"
#include "grid/pyramid.h"
#include "pipeline/drain/drain.h"
#include "pipeline/test_images.h"
#include "tile/shard_layout.h"

namespace pantile {
namespace {

using testing_images::MemorySink;

/// Samples say where they are; counts what is read of it.
class Stack final : public TileSource {
 public:
  Stack(std::int64_t t, int channels, std::int64_t z) {
    spec_.name = "stack";
    spec_.t = t;
    spec_.z = z;
    spec_.channels = channels;
    spec_.dtype = DType::u16;
    spec_.levels = {{300, 200, {}, {}}};
  }
  const ImageSpec& spec() const override { return spec_; }
  Cost cost(const Region&) const override { return {}; }
  Status read(const Region& r, MutableView out, ReadContext&) const override {
    PANTILE_TRY(check_read(spec_, r, out));
    for (std::int64_t y = r.rect.y0; y < r.rect.y1; ++y) {
      for (std::int64_t x = r.rect.x0; x < r.rect.x1; ++x) {
        for (int c = r.c0; c < r.c1; ++c) {
          const auto v = static_cast<std::uint16_t>((x * 7 + y * 13) % 251 + 300 * c + 5000 * r.t +
                                                    20000 * r.z);
          std::memcpy(out.at(y - r.rect.y0, x - r.rect.x0, c - r.c0), &v, sizeof v);
        }
      }
    }
    samples += r.rect.area() * r.channels();
    return {};
  }
  Fingerprint fingerprint() const override { return fingerprint_of("stack"); }

  mutable std::atomic<std::int64_t> samples{0};

 private:
  ImageSpec spec_;
};

struct Fixture {
  Stack source;
  SinkPlan plan;
  MemorySink sink;
  DrainJob job;
  DrainOptions options;

  Fixture(std::int64_t t, int channels, std::int64_t z, int group_channels)
      : source(t, channels, z) {
    plan.spec = source.spec();
    plan.chunk_px = 64;
    plan.shard_px = 128;
    plan.group_channels = group_channels;
    plan.spec.levels = halving_levels(plan.spec.levels.front(), plan.chunk_px);
    EXPECT_TRUE(sink.begin(plan).ok());
    job.source = &source;
    job.sinks = {&sink};
    job.plan = plan;
    job.store = 0;
    job.stored = &sink;
    options.threads = 3;
  }
  Status run() {
    return drain(job,
                 plan_drain(ShardLayout(plan), job.sinks, job.store, matching_levels(source, plan),
                            job.share),
                 options);
  }

  /// All chunks of a group equal whole levels of its plane and channels.
  void expect_group(std::int64_t group) const {
    const ShardLayout layout(plan);
    PixelBuffer whole;
    for (int level = 0; level < layout.level_count(); ++level) {
      const Rect all = plan.spec.levels[static_cast<std::size_t>(level)].bounds();
      PixelBuffer made(DType::u16, all.height(), all.width(), plan.unit_channels());
      ReadContext context;
      if (level == 0) {
        ASSERT_TRUE(source.read(layout.region(group, 0, all), made.view(), context).ok());
      } else {
        ASSERT_TRUE(reduce_2x2(std::as_const(whole).view(), Kind::intensity, made.view()).ok());
      }
      whole = std::move(made);
      const TileGrid grid = layout.chunks(level);
      for (std::int64_t i = 0; i < grid.count(); ++i) {
        const ChunkId id{level, i % grid.columns(), i / grid.columns(), group};
        const Rect r = layout.chunk_rect(id);
        PixelBuffer chunk(DType::u16, 64, 64, plan.unit_channels());
        std::memset(chunk.data(), 0, chunk.size_bytes());
        copy_pixels(std::as_const(whole).view().window(r),
                    chunk.view().window({0, 0, r.width(), r.height()}));
        const auto found = sink.chunks().find(id);
        ASSERT_NE(found, sink.chunks().end());
        ASSERT_EQ(0, std::memcmp(found->second.data(), chunk.data(), chunk.size_bytes()))
            << "group " << group << " level " << level << " chunk " << i;
      }
    }
  }
};

TEST(DrainGroups, EveryPlaneAndChannelIsWhereItBelongs) {
  const struct {
    std::int64_t t;
    int channels;
    std::int64_t z;
    int group_channels;
    std::int64_t groups;
  } forms[] = {
      {1, 4, 1, 1, 4}, {1, 4, 1, 2, 2}, {3, 1, 1, 0, 3}, {2, 4, 3, 2, 12}, {2, 3, 2, 0, 4}};
  for (const auto& form : forms) {
    Fixture f(form.t, form.channels, form.z, form.group_channels);
    ASSERT_EQ(f.plan.groups(), form.groups);
    ASSERT_TRUE(f.run().ok());
    EXPECT_EQ(f.source.samples, 300 * 200 * f.source.spec().planes()) << "each is read once";
    for (std::int64_t group = 0; group < form.groups; ++group) f.expect_group(group);
    EXPECT_EQ(static_cast<std::int64_t>(f.sink.unit_count()), ShardLayout(f.plan).unit_count());
  }
}

TEST(DrainGroups, OneGroupIsDoneBeforeTheNextBegins) {
  Fixture f(2, 2, 1, 1);
  f.options.threads = 1;
  std::vector<std::int64_t> groups;
  f.sink.on_commit = [&](UnitId unit) {
    if (unit.level == 0) groups.push_back(unit.group);
  };
  ASSERT_TRUE(f.run().ok());
  EXPECT_TRUE(std::ranges::is_sorted(groups));
  EXPECT_EQ(groups.size(), 4u * 6u);
}

TEST(DrainGroups, ALostUnitIsMadeAgainOfItsOwnPlane) {
  Fixture f(2, 2, 2, 1);
  ASSERT_TRUE(f.run().ok());
  f.source.samples = 0;
  f.sink.lose({0, 1, 0, 5});
  f.sink.lose({1, 0, 0, 2});
  ASSERT_TRUE(f.run().ok());
  EXPECT_EQ(f.source.samples, 128 * 128) << "the coarser one is made of what is stored";
  for (std::int64_t group = 0; group < 8; ++group) f.expect_group(group);
}

TEST(DrainGroups, SharesMakeEverythingTogether) {
  Fixture f(1, 3, 2, 1);
  for (int i = 0; i < 4; ++i) {
    f.job.share = {i, 4};
    ASSERT_TRUE(f.run().ok());
  }
  f.job.share = {};
  ASSERT_TRUE(f.run().ok());  // what depends on two shares
  EXPECT_EQ(f.source.samples, 300 * 200 * 6);
  for (std::int64_t group = 0; group < 6; ++group) f.expect_group(group);
}

}  // namespace
}  // namespace pantile
