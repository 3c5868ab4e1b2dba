#include <algorithm>

#include "io/zarr/zarr_source.h"
#include "ops/proof/pixel_prover.h"
#include "pipeline/drain/drain.h"
#include "pipeline/folder/outputs.h"
#include "pipeline/validate/checks.h"

namespace pantile::validate {
namespace {

// A side of the smaller picture: odd, where the job's own is not smaller.
std::int64_t small_side(std::int64_t side, std::int64_t longer, std::int64_t size) {
  if (longer <= size) return side;
  const auto scaled = static_cast<std::int64_t>(
      static_cast<double>(side) * static_cast<double>(size) / static_cast<double>(longer));
  return std::min(side, std::max<std::int64_t>(1, scaled) | 1);
}

}  // namespace

Result<Subject> make_subject(const formula::Program& program, const formula::FormulaImage& image,
                             const TileSource& source, std::int64_t tile_px, std::int64_t shard_px,
                             const ValidateOptions& options) {
  Subject subject;
  subject.program = &program;
  subject.image = image;
  subject.source = &source;
  subject.tile_px = tile_px;
  subject.shard_px = shard_px;
  subject.small_image = image;
  subject.options = options;
  formula::Frame& frame = subject.small_image.frame;
  const std::int64_t longer = std::max(frame.width, frame.height);
  const std::int64_t width = small_side(frame.width, longer, options.size);
  const std::int64_t height = small_side(frame.height, longer, options.size);
  frame.scale *= static_cast<double>(longer) / static_cast<double>(std::max(width, height));
  frame.width = width;
  frame.height = height;
  subject.small_tile_px = std::clamp<std::int64_t>(std::max(width, height) / 8 / 16 * 16, 64, 512);
  PANTILE_ASSIGN(subject.small, formula::FormulaSource::make(program, subject.small_image));
  return subject;
}

Result<std::int64_t> memory_of_checks(const Subject& s, int threads) {
  // The picture, and the position pattern in its place: in one piece, through a store, and what is
  // encoded of it, which is no larger, with its levels.
  constexpr std::int64_t kReportBytes = std::int64_t{16} << 20;
  ImageSpec spec = s.small->spec();
  if (spec.pixel_bytes() < 3) {
    spec.channels = 3;
    spec.dtype = DType::u8;
  }
  const LevelInfo& level = s.small_level();
  const std::int64_t picture = level.width * level.height * spec.pixel_bytes();
  PANTILE_ASSIGN(const SinkPlan plan, plan_layout(spec, s.small_tile_px, 2 * s.small_tile_px));
  Codecs codecs;
  PANTILE_ASSIGN(auto codec, make_store_codec(1, plan.planes));
  codecs.push_back(std::move(codec));
  const Rect tile{0, 0, std::min(level.width, s.small_tile_px),
                  std::min(level.height, s.small_tile_px)};
  const Cost cost = s.small->cost(s.small->spec().region(0, tile));
  return 2 * picture + picture / 2 * 3 + drain_memory_bytes(plan, codecs, threads) +
         zarr::SourceOptions{}.cache_bytes + cost.shared_bytes + kStoreSpoolBytes + kReportBytes +
         threads * (cost.scratch_bytes + proof::prover_memory_bytes(*s.program)) +
         memory_of_devices(s, threads);
}

}  // namespace pantile::validate
