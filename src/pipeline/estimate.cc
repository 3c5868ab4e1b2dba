#include "pipeline/estimate.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <utility>

#include "core/buffer.h"
#include "tile/shard_layout.h"

namespace pantile {
namespace {

constexpr std::int64_t kMostSamples = 8;
constexpr double kMostSeconds = 0.4;
/// No disk holds more; sums of a few of these still fit their type.
constexpr double kMostBytes = 0x1p60;

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace

Result<Estimate> estimate_drain(const TileSource& source, const SinkPlan& plan,
                                const Codecs& codecs) {
  const ShardLayout layout(plan);
  const ImageSpec& spec = plan.spec;
  const TileGrid grid = layout.chunks(0);
  const std::int64_t samples = std::min(kMostSamples, grid.count());
  std::vector<std::unique_ptr<ChunkCodec::Scratch>> scratch;
  for (const auto& codec : codecs) scratch.push_back(codec->make_scratch());
  PixelBuffer pixels(spec.dtype, layout.chunk_px(), layout.chunk_px(), spec.channels);
  std::vector<std::byte> encoded;
  std::vector<std::int64_t> bytes(codecs.size());
  std::int64_t sampled_pixels = 0;
  const auto begin = std::chrono::steady_clock::now();
  for (std::int64_t k = 0; k < samples; ++k) {
    if (k > 0 && seconds_since(begin) > kMostSeconds) break;
    // A stride that is coprime to most grids, so that samples do not fall into one column.
    const std::int64_t at = (2 * k + 1) * grid.count() / (2 * samples);
    const ChunkId chunk{0, (at * 7) % grid.columns(), at / grid.columns()};
    const Rect rect = layout.chunk_rect(chunk);
    std::memset(pixels.data(), 0, pixels.size_bytes());
    ReadContext context;
    PANTILE_TRY(source.read(spec.region(0, rect),
                            pixels.view().window({0, 0, rect.width(), rect.height()}), context));
    for (std::size_t s = 0; s < codecs.size(); ++s) {
      PANTILE_TRY(codecs[s]->encode(std::as_const(pixels).view(), *scratch[s], encoded));
      bytes[s] += static_cast<std::int64_t>(encoded.size());
    }
    sampled_pixels += rect.area();
  }
  double all_pixels = 0;
  for (const LevelInfo& level : spec.levels) {
    all_pixels += static_cast<double>(level.width) * static_cast<double>(level.height);
  }
  const double factor = all_pixels / static_cast<double>(sampled_pixels);
  Estimate estimate;
  // (The image has at most 2^56 pixels, so the products below fit.)
  estimate.worker_seconds = seconds_since(begin) * factor;
  for (const std::int64_t b : bytes) {
    estimate.bytes.push_back(
        static_cast<std::int64_t>(std::min(static_cast<double>(b) * factor, kMostBytes)));
  }
  return estimate;
}

}  // namespace pantile
