#include "pipeline/image/write.h"

#include <algorithm>
#include <utility>

#include "pipeline/file/values_job.h"

namespace pantile {
namespace {

/// All that has to be known before, as the one step of a job.
class Preparing final : public Settling {
 public:
  explicit Preparing(const ImageState& image) : image_(image) {}

  std::int64_t memory_bytes(int threads) const override {
    std::int64_t most = 0;
    for (const auto& prepared : image_.prepared) {
      most = std::max(most, prepared->preparing_bytes(threads));
    }
    return most;
  }
  Result<std::shared_ptr<const TileSource>> settle(ByteStore* parts, int threads,
                                                   const RunOptions& run,
                                                   std::vector<StageSummary>& stages) override {
    for (const auto& prepared : image_.prepared) {
      PANTILE_TRY(prepared->prepare(parts, threads, run, stages));
    }
    return image_.source;
  }

 private:
  const ImageState& image_;
};

}  // namespace

Result<JobSummary> write_image_file(const ImageState& image, const std::string& output,
                                    const WriteOptions& options, const RunOptions& run) {
  FileJob job;
  job.command = "process";
  job.input = image.origin.path;
  PANTILE_ASSIGN(job.output, file_output(output, run));
  job.image = image.origin;
  if (image.origin.source != nullptr) job.read_from = image.origin.source->fingerprint();
  job.image.source = image.source;
  job.image.facts_json = "{}";
  job.pixels = {{"image", image.source->fingerprint().hex()}};
  const bool same_size =
      image.source->spec().levels.front().bounds() ==
      (image.origin.source ? image.origin.source->spec().levels.front().bounds() : Rect{});
  job.tile_px =
      options.tile_px == 0 && same_size ? usable_tile(image.origin.chunk_px) : options.tile_px;
  job.shard_px = options.shard_px;
  job.zstd_level = options.zstd_level;
  job.tiff = options.tiff;
  if (!image.prepared.empty()) job.settling = std::make_unique<Preparing>(image);
  return run_values_job(std::move(job), run);
}

}  // namespace pantile
