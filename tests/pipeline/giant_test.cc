// Pictures far larger than any disk here: planned as a whole, rendered in a few shards anywhere.
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <random>

#include "compute/math/kernels.h"
#include "contract/temporary_folder.h"
#include "io/store/file_store.h"
#include "io/zarr/zarr_sink.h"
#include "io/zarr/zarr_source.h"
#include "pipeline/drain/drain.h"
#include "pipeline/generate/resolve.h"
#include "pipeline/job_test_util.h"
#include "runtime/memory.h"

namespace pantile::job_tests {
namespace {

struct Giant {
  std::int64_t side, tile;
};
void PrintTo(const Giant& g, std::ostream* out) { *out << g.side << " in tiles of " << g.tile; }

class GiantPicture : public testing::TestWithParam<Giant> {};

std::int64_t parts(std::int64_t n, std::int64_t size) { return n / size + (n % size != 0); }

GenerateOptions giant_options(std::int64_t side, const std::string& formula) {
  GenerateOptions options;
  options.width = options.height = side;
  options.formula = formula;
  options.scale = 1e-3;
  return options;
}

TEST_P(GiantPicture, IsPlannedInLittleMemory) {
  const auto [side, tile] = GetParam();
  const auto plan = plan_generate(giant_options(side, "complex"), {});
  ASSERT_TRUE(plan.ok()) << plan.error().message();
  EXPECT_EQ(plan->options.tile_px, tile);
  EXPECT_EQ(plan->options.shard_px, 4096);
  std::int64_t edge = side;
  for (std::size_t l = 0; l < plan->levels.size(); ++l, edge = parts(edge, 2)) {
    const GeneratePlan::Level& level = plan->levels[l];
    EXPECT_EQ(level.width, edge);
    EXPECT_EQ(level.height, edge);
    EXPECT_EQ(level.chunks, parts(edge, tile) * parts(edge, tile));
    EXPECT_EQ(level.shards, parts(edge, 4096) * parts(edge, 4096));
    EXPECT_EQ(edge <= tile, l + 1 == plan->levels.size()) << "the last level fits one tile";
  }
  EXPECT_GT(plan->store_bytes, side * side / 20);
  EXPECT_LT(plan->store_bytes, side * side * 4);
  EXPECT_LE(plan->least_memory_bytes, std::int64_t{512} << 20);
  EXPECT_LE(peak_resident_bytes(), std::int64_t{200} << 20);
}

// ---- Pixels, each computed by itself. ----

using Rgb = std::array<int, 3>;

double coordinate(std::int64_t pixel, std::int64_t side) {
  return std::fma((static_cast<double>(pixel) - static_cast<double>(side) / 2) + 0.5, 1e-3, 0.0);
}

double complex_value(double x, double y) {
  const auto f = [](math::Unary u, double a) { return math::evaluate(u, a); };
  const double q = x * x + y * y, c = f(math::Unary::cos, q);
  const double s = f(math::Unary::sin, 100 * std::sqrt(q + 1e-10));
  const double p = math::evaluate(math::Binary::pow, std::fabs(c), s), a = std::fabs(s);
  const double term = c > 0 ? p : 1 - a < 1e-6 ? -p : a < 1e-6 ? p : 0;
  return std::clamp(f(math::Unary::sin, 1000 * x * y) + term - 0.5, -3.0, 3.0);
}

/// Blue, black, red: (20,60,170) at -3, black at 0, (170,25,50) at 3.
Rgb complex_pixel(std::int64_t i, std::int64_t j, std::int64_t side) {
  const double v = complex_value(coordinate(i, side), coordinate(j, side));
  const double stops[3][3] = {{20, 60, 170}, {0, 0, 0}, {170, 25, 50}};
  const double p = (v + 3) * (2.0 / 6.0);
  const int k = std::min(static_cast<int>(p), 1);
  Rgb rgb{};
  for (std::size_t c = 0; c < 3; ++c) {
    const double level = stops[k][c] + (stops[k + 1][c] - stops[k][c]) * (p - k);
    rgb[c] = static_cast<int>(std::floor(level + 0.5));
  }
  return rgb;
}

Rgb gradient_pixel(std::int64_t i, std::int64_t j, std::int64_t side) {
  const auto ramp = [side](std::int64_t n) {
    return static_cast<int>(
        std::floor((static_cast<double>(n) + 0.5) / static_cast<double>(side) * 255 + 0.5));
  };
  return {ramp(i), ramp(j), static_cast<int>((i + j) % 256)};
}

/// Adds `unit` and everything below it, level 0 from the source.
void add_with_children(const ShardLayout& layout, UnitId unit, bool feeds_parent, DrainPlan& plan) {
  UnitWork work{.id = unit, .missing = 1, .feeds_parent = feeds_parent};
  work.origin = unit.level == 0 ? Origin::source : Origin::children;
  plan.units[unit] = work;
  if (unit.level == 0) {
    plan.leaves.push_back(unit);
    return;
  }
  const TileGrid below = layout.shards(unit.level - 1);
  for (std::int64_t y = 2 * unit.y; y < std::min(2 * unit.y + 2, below.rows()); ++y) {
    for (std::int64_t x = 2 * unit.x; x < std::min(2 * unit.x + 2, below.columns()); ++x) {
      add_with_children(layout, {unit.level - 1, x, y}, true, plan);
    }
  }
}

Rgb pixel_of(const TileSource& image, int level, std::int64_t i, std::int64_t j) {
  const PixelBuffer one = read_rect(image, level, {i, j, i + 1, j + 1});
  return {std::to_integer<int>(one.data()[0]), std::to_integer<int>(one.data()[1]),
          std::to_integer<int>(one.data()[2])};
}

/// Some hundred pixels of `rect`: its corners, the seams of its chunks, and anywhere.
std::vector<std::pair<std::int64_t, std::int64_t>> places(const Rect& rect, std::int64_t tile,
                                                          std::mt19937_64& random) {
  std::vector<std::pair<std::int64_t, std::int64_t>> found;
  const auto in = [&random](std::int64_t a, std::int64_t b) {
    return a + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(b - a));
  };
  for (const std::int64_t x : {rect.x0, rect.x1 - 1}) {
    for (const std::int64_t y : {rect.y0, rect.y1 - 1}) found.emplace_back(x, y);
  }
  for (int n = 0; n < 60; ++n) {
    const std::int64_t seam = std::min(parts(in(rect.x0, rect.x1), tile) * tile, rect.x1 - 1);
    found.emplace_back(seam, in(rect.y0, rect.y1));
    found.emplace_back(in(rect.x0, rect.x1), in(rect.y0, rect.y1));
  }
  std::sort(found.begin(), found.end(), [tile](const auto& a, const auto& b) {
    return std::pair(a.second / tile, a.first / tile) < std::pair(b.second / tile, b.first / tile);
  });
  return found;
}

/// Chooses the shards and the pixels. Always the same, so that a run can be repeated;
/// PANTILE_SEED=<number> chooses others, to look where nobody has looked.
std::uint64_t seed_of(std::int64_t side) {
  const char* given = std::getenv("PANTILE_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : static_cast<std::uint64_t>(side);
}

void check_shards(std::int64_t side, const std::string& formula,
                  Rgb (*reference)(std::int64_t, std::int64_t, std::int64_t)) {
  const contract::TemporaryFolder folder;
  const auto job = resolve_generate(giant_options(side, formula));
  ASSERT_TRUE(job.ok()) << job.error().message();
  zarr::ZarrSink sink(std::make_shared<FileStore>(folder.path()), {.name = "giant"});
  ASSERT_TRUE(sink.begin(job->job.plan).ok());

  // One shard anywhere, one on the right border, and the last corner with the levels above it.
  const std::uint64_t seed = seed_of(side);
  std::cout << "PANTILE_SEED=" << seed << "\n";
  SCOPED_TRACE("PANTILE_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  const ShardLayout layout(job->job.plan);
  const std::int64_t last = layout.shards(0).columns() - 1;
  const auto any = [&] {
    return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(last));
  };
  DrainPlan todo;
  const UnitId corner{2, last / 4, last / 4};
  const Rect corner_below{last / 4 * 4, last / 4 * 4, last + 1, last + 1};
  if (corner_below.area() <= 4)
    add_with_children(layout, corner, false, todo);
  else
    add_with_children(layout, {0, last, last}, false, todo);
  add_with_children(layout, {0, any(), any()}, false, todo);
  add_with_children(layout, {0, last, any()}, false, todo);

  DrainJob drain_job;
  drain_job.source = job->job.source.get();
  drain_job.sinks = {&sink};
  drain_job.plan = job->job.plan;
  DrainOptions options;
  options.threads = 2;
  const Status drained = drain(drain_job, todo, options);
  ASSERT_TRUE(drained.ok()) << drained.error().message();

  const auto image = sink.open_source({});
  ASSERT_TRUE(image.ok());
  for (const auto& [unit, work] : todo.units) {
    ASSERT_TRUE(sink.committed(unit));
    const Rect rect = layout.shards(unit.level).rect(unit.x, unit.y);
    for (const auto& [i, j] : places(rect, job->job.plan.chunk_px, random)) {
      const Rgb found = pixel_of(**image, unit.level, i, j);
      if (unit.level == 0) {
        EXPECT_EQ(found, reference(i, j, side)) << formula << " at " << i << ", " << j;
        continue;
      }
      const LevelInfo& below = job->job.plan.spec.levels[static_cast<std::size_t>(unit.level - 1)];
      const Rect block{2 * i, 2 * j, std::min(2 * i + 2, below.width),
                       std::min(2 * j + 2, below.height)};
      for (std::size_t c = 0; c < 3; ++c) {
        int sum = 0;
        for (std::int64_t y = block.y0; y < block.y1; ++y) {
          for (std::int64_t x = block.x0; x < block.x1; ++x) {
            sum += pixel_of(**image, unit.level - 1, x, y)[c];
          }
        }
        const int n = static_cast<int>(block.area());
        EXPECT_EQ(found[c], (sum + n / 2) / n) << "level " << unit.level << " " << i << ", " << j;
      }
    }
  }
}

TEST_P(GiantPicture, ShardsOfComplexAreRight) {
  check_shards(GetParam().side, "complex", complex_pixel);
}

TEST_P(GiantPicture, ShardsOfGradientAreRight) {
  check_shards(GetParam().side, "gradient", gradient_pixel);
}

INSTANTIATE_TEST_SUITE_P(Sides, GiantPicture,
                         testing::Values(Giant{169420, 512}, Giant{1000000, 1024}),
                         [](const auto& test) { return std::to_string(test.param.side); });

}  // namespace
}  // namespace pantile::job_tests
