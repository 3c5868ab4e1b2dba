#include "generate/device/encoding_rate.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <utility>
#include <vector>

#include "compute/cpu/reduce.h"
#include "core/copy.h"
#include "ops/formula/compile.h"
#include "ops/formula/formula_source.h"
#include "pipeline/drain/memory_plan.h"
#include "pipeline/folder/outputs.h"
#include "runtime/workers.h"

namespace pantile::bench {
namespace {

constexpr std::int64_t kBlockPx = 4096;

/// Blocks of a square picture, spread evenly over it.
std::vector<Rect> blocks_of(std::int64_t size, std::int64_t count) {
  const std::int64_t side = std::min(size, kBlockPx), columns = size / side;
  count = std::min(count, columns * columns);
  std::vector<Rect> blocks;
  for (std::int64_t k = 0; k < count; ++k) {
    const std::int64_t at = (2 * k + 1) * columns * columns / (2 * count);
    // Rows in turn; steps of the golden section fall into no pattern with them.
    const double turn = static_cast<double>(k + 1) * 0.6180339887498949;
    const auto column =
        static_cast<std::int64_t>((turn - std::floor(turn)) * static_cast<double>(columns));
    const std::int64_t x = (count == columns * columns ? at % columns : column) * side;
    const std::int64_t y = at / columns * side;
    blocks.push_back({x, y, x + side, y + side});
  }
  return blocks;
}

/// The tiles of a block and of the block halved, again and again.
Status add_tiles(const PixelBuffer& block, std::int64_t tile_px, std::vector<PixelBuffer>& tiles) {
  const std::int64_t side = block.view().width();
  if (side < tile_px) return {};
  for (std::int64_t y = 0; y + tile_px <= side; y += tile_px) {
    for (std::int64_t x = 0; x + tile_px <= side; x += tile_px) {
      tiles.emplace_back(DType::u8, tile_px, tile_px, 3);
      copy_pixels(block.view().window({x, y, x + tile_px, y + tile_px}), tiles.back().view());
    }
  }
  PixelBuffer half(DType::u8, side / 2, side / 2, 3);
  PANTILE_TRY(reduce_2x2(block.view(), Kind::rgb, half.view()));
  return add_tiles(half, tile_px, tiles);
}

/// Draws the blocks on all cores.
Result<std::vector<PixelBuffer>> tiles_of(const TileSource& source, std::vector<Rect> blocks,
                                          std::int64_t tile_px, int threads) {
  std::vector<std::vector<PixelBuffer>> drawn(blocks.size());
  std::atomic<std::size_t> next{0};
  const Status done = run_workers(threads, [&](int) -> Status {
    for (std::size_t i = next++; i < blocks.size(); i = next++) {
      PixelBuffer block(DType::u8, blocks[i].height(), blocks[i].width(), 3);
      ReadContext context;
      PANTILE_TRY(source.read(source.spec().region(0, blocks[i]), block.view(), context));
      PANTILE_TRY(add_tiles(std::as_const(block), tile_px, drawn[i]));
    }
    return {};
  });
  PANTILE_TRY(done);
  std::vector<PixelBuffer> tiles;
  for (auto& some : drawn) std::ranges::move(some, std::back_inserter(tiles));
  return tiles;
}

}  // namespace

Result<EncodingRate> measure_encoding(const GenerateOptions& job, const EncodingBench& bench) {
  PANTILE_ASSIGN(const auto program, formula::compile(job.formula));
  formula::FormulaImage image;
  image.frame = {
      .width = job.width, .height = job.height, .scale = *job.scale, .samples = job.samples};
  image.lo = -3;
  image.hi = 3;
  PANTILE_ASSIGN(const auto source, formula::FormulaSource::make(program, image));
  const int threads = wanted_threads({});  // as jobs without --threads
  const std::int64_t side = std::min(job.width, kBlockPx);
  const std::int64_t blocks = std::max<std::int64_t>(1, bench.set_bytes / (side * side * 4));
  PANTILE_ASSIGN(const auto tiles,
                 tiles_of(*source, blocks_of(job.width, blocks), job.tile_px, threads));
  PANTILE_ASSIGN(const auto codec, make_store_codec(job.zstd_level, false));

  // Seconds of so many passes over all tiles.
  std::atomic<std::int64_t> encoded_bytes{0};
  const auto encode = [&](std::int64_t passes) -> Result<double> {
    encoded_bytes = 0;
    std::atomic<std::int64_t> next{0};
    const auto count = std::ssize(tiles);
    const auto begin = std::chrono::steady_clock::now();
    const Status done = run_workers(threads, [&](int) -> Status {
      const auto scratch = codec->make_scratch();
      std::vector<std::byte> encoded;
      std::int64_t bytes = 0;
      for (std::int64_t i = next++; i < passes * count; i = next++) {
        const PixelBuffer& tile = tiles[static_cast<std::size_t>(i % count)];
        PANTILE_TRY(codec->encode(tile.view(), *scratch, encoded));
        bytes += std::ssize(encoded);
      }
      encoded_bytes += bytes;
      return {};
    });
    PANTILE_TRY(done);
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  };
  PANTILE_ASSIGN(const double once_s, encode(1));  // and the cores' clocks rise
  const auto passes = std::max<std::int64_t>(1, std::llround(bench.seconds / once_s));
  PANTILE_ASSIGN(const double seconds, encode(passes));
  EncodingRate rate;
  rate.tiles = std::ssize(tiles);
  rate.set_bytes = rate.tiles * job.tile_px * job.tile_px * 3;
  const auto raw = static_cast<double>(passes * rate.set_bytes);
  rate.raw_bytes_s = raw / seconds;
  rate.left = static_cast<double>(encoded_bytes) / raw;
  return rate;
}

}  // namespace pantile::bench
