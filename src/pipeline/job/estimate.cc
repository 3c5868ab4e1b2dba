#include "pipeline/job/estimate.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstring>
#include <utility>

#include "compute/cpu/reduce.h"
#include "core/buffer.h"
#include "tile/shard_layout.h"

namespace pantile {
namespace {

constexpr std::int64_t kMostSamples = 32;
constexpr double kMostSeconds = 0.4;
/// Levels that have samples of their own: halved pixels are harder to compress, up to a point.
constexpr std::size_t kDensities = 3;
/// Besides pixels: metadata of a level, and of a chunk its place and checksum.
constexpr double kLevelBytes = 1500, kChunkBytes = 24;
/// No disk holds more; sums of a few of these still fit their type.
constexpr double kMostBytes = 0x1p60;

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/// 0 to 31, so that 0, 1, 2 … jump to and fro.
constexpr std::int64_t reversed_bits(std::int64_t k) {
  return (k & 1) << 4 | (k & 2) << 2 | (k & 4) | (k & 8) >> 2 | (k & 16) >> 4;
}
static_assert(kMostSamples == 32);

/// Encodes samples of one chunk and of the chunk halved again and again.
class Sampler {
 public:
  Sampler(const SinkPlan& plan, const Codecs& codecs) : kind_(plan.spec.kind), codecs_(codecs) {
    for (const auto& codec : codecs) scratch_.push_back(codec->make_scratch());
    std::int64_t side = plan.chunk_px;
    for (PixelBuffer& level : levels_) {
      level = PixelBuffer(plan.spec.dtype, side, side, plan.unit_channels());
      side = (side + 1) / 2;
    }
    bytes_.resize(codecs.size());
  }
  PixelBuffer& chunk() { return levels_[0]; }

  /// `image_pixels`: how many of the chunk lie in the image.
  Status add(double image_pixels) {
    for (std::size_t d = 0; d < kDensities; ++d) {
      if (d > 0) {
        PANTILE_TRY(reduce_2x2(std::as_const(levels_[d - 1]).view(), kind_, levels_[d].view()));
      }
      for (std::size_t c = 0; c < codecs_.size(); ++c) {
        PANTILE_TRY(codecs_[c]->encode(std::as_const(levels_[d]).view(), *scratch_[c], encoded_));
        bytes_[c][d] += static_cast<double>(encoded_.size());
      }
      pixels_[d] += image_pixels;
      image_pixels /= 4;
    }
    return {};
  }

  /// Encoded bytes per pixel of a level.
  double density(std::size_t codec, std::size_t level) const {
    const std::size_t d = std::min(level, kDensities - 1);
    return bytes_[codec][d] / pixels_[d];
  }

 private:
  Kind kind_;
  const Codecs& codecs_;
  std::vector<std::unique_ptr<ChunkCodec::Scratch>> scratch_;
  std::array<PixelBuffer, kDensities> levels_;
  std::vector<std::array<double, kDensities>> bytes_;
  std::array<double, kDensities> pixels_{};
  std::vector<std::byte> encoded_;
};

/// Of n the one for sample k: steps of the golden section, from 0 on.
std::int64_t spread(std::int64_t k, std::int64_t n) {
  const double turn = static_cast<double>(k) * 0.6180339887498949;
  return static_cast<std::int64_t>((turn - std::floor(turn)) * static_cast<double>(n));
}

}  // namespace

ChunkId sample_chunk(const TileGrid& grid, std::int64_t k, std::int64_t samples) {
  if (samples == grid.count()) return {0, k % grid.columns(), k / grid.columns()};
  const std::int64_t spread = samples == kMostSamples ? reversed_bits(k) : k;
  const std::int64_t row = (2 * spread + 1) * grid.rows() / (2 * samples);
  // Steps of the golden section fall into no pattern with the rows.
  const double turn = static_cast<double>(k + 1) * 0.6180339887498949;
  const double part = turn - std::floor(turn);
  return {0, static_cast<std::int64_t>(part * static_cast<double>(grid.columns())), row};
}

std::int64_t most_encoded_bytes(const SinkPlan& plan) {
  // Of noise a JPEG of the highest quality may be larger than its pixels; nothing else is, by more
  // than a hundredth.
  constexpr double kMostGrowth = 2;
  const ShardLayout layout(plan);
  const auto side = static_cast<double>(plan.chunk_px);
  const double chunk_bytes = side * side * static_cast<double>(plan.unit_pixel_bytes());
  double bytes = 0;
  for (int level = 0; level < layout.level_count(); ++level) {
    const auto chunks = static_cast<double>(layout.groups() * layout.chunks(level).count());
    bytes += kLevelBytes + chunks * (kMostGrowth * chunk_bytes + kChunkBytes);
  }
  return static_cast<std::int64_t>(std::min(bytes, kMostBytes));
}

Result<Estimate> estimate_drain(const TileSource& source, const SinkPlan& plan,
                                const Codecs& codecs) {
  const ShardLayout layout(plan);
  const TileGrid grid = layout.chunks(0);
  const std::int64_t of_group = std::min(kMostSamples, grid.count());
  const std::int64_t samples = std::min(kMostSamples, of_group * layout.groups());
  Sampler sampler(plan, codecs);
  double sampled_pixels = 0;
  const auto begin = std::chrono::steady_clock::now();
  for (std::int64_t k = 0; k < samples; ++k) {
    if (k > 0 && seconds_since(begin) > kMostSeconds) break;
    ChunkId chunk = sample_chunk(grid, k % of_group, of_group);
    chunk.group = spread(k, layout.groups());
    const Rect rect = layout.chunk_rect(chunk);
    PixelBuffer& pixels = sampler.chunk();
    std::memset(pixels.data(), 0, pixels.size_bytes());
    ReadContext context;
    PANTILE_TRY(source.read(layout.chunk_region(chunk),
                            pixels.view().window({0, 0, rect.width(), rect.height()}), context));
    PANTILE_TRY(sampler.add(static_cast<double>(rect.area())));
    sampled_pixels += static_cast<double>(rect.area());
  }
  // What is encoded of a sample, its halves included, is a third more than the sample itself, as
  // all levels are of level 0.
  const double seconds = seconds_since(begin);
  const LevelInfo& full = plan.spec.levels.front();
  const double groups = static_cast<double>(layout.groups());
  const double pixels = groups * static_cast<double>(full.width) * static_cast<double>(full.height);
  Estimate estimate;
  estimate.worker_seconds = seconds * pixels / sampled_pixels;
  for (std::size_t c = 0; c < codecs.size(); ++c) {
    double bytes = 0;
    for (int level = 0; level < layout.level_count(); ++level) {
      const TileGrid chunks = layout.chunks(level);
      // Chunks at the border are padded to their full size, at next to no cost.
      const double area = static_cast<double>(chunks.width) * static_cast<double>(chunks.height);
      bytes += groups * (area * sampler.density(c, static_cast<std::size_t>(level)) +
                         kChunkBytes * static_cast<double>(chunks.count())) +
               kLevelBytes;
    }
    estimate.bytes.push_back(static_cast<std::int64_t>(std::min(bytes, kMostBytes)));
  }
  return estimate;
}

}  // namespace pantile
