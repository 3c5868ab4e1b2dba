#include "pipeline/generate_setup.h"

#include <algorithm>

#include "pipeline/previews.h"

namespace pantile {
namespace {

/// PNG files of formula pictures take about this share of their raw size.
constexpr double kPngRatio = 0.6;

std::int64_t estimate_previews(const GenerateOptions& o) {
  double bytes = 0;
  for (const PlannedPreview& p : plan_previews(o.width, o.height, o.previews)) {
    const FittedSize& size = p.size;
    bytes += 3 * kPngRatio * static_cast<double>(size.width) * static_cast<double>(size.height);
  }
  return static_cast<std::int64_t>(bytes);
}

}  // namespace

Result<GenerateSetup> set_up_generate(const GenerateOptions& options, const RunOptions& run) {
  GenerateSetup setup;
  PANTILE_ASSIGN(setup.job, resolve_generate(options));
  const ResolvedGenerate& job = setup.job;
  PANTILE_ASSIGN(setup.store_codec, make_store_codec(job.options.zstd_level));
  Codecs codecs{setup.store_codec};
  std::int64_t finish_bytes = 0, table_bytes = 0;
  if (job.options.tiff.enabled) {
    PANTILE_ASSIGN(auto tiff_codec, make_tiff_codec(job.options.tiff));
    codecs.push_back(tiff_codec);
    table_bytes = tiff_table_bytes(job.plan);
  }
  const Rect chunk{0, 0, std::min(job.plan.chunk_px, job.options.width),
                   std::min(job.plan.chunk_px, job.options.height)};
  const Cost cost = job.source->cost(job.plan.spec.region(0, chunk));
  const auto working = [&](int threads) {
    return drain_memory_bytes(job.plan, codecs, threads) + threads * cost.scratch_bytes +
           cost.shared_bytes + table_bytes;
  };
  for (const PreviewSize& p : job.options.previews) {
    const FittedSize size = fit_preview(job.options.width, job.options.height, p);
    finish_bytes = std::max(finish_bytes, preview_memory_bytes(job.plan.spec, size.width, 1));
  }
  PANTILE_ASSIGN(setup.memory,
                 plan_memory(run, working, static_cast<int>(codecs.size()), finish_bytes));
  PANTILE_ASSIGN(setup.estimate, estimate_drain(*job.source, job.plan, codecs));
  setup.preview_bytes = estimate_previews(job.options);
  return setup;
}

std::int64_t GenerateSetup::peak_disk_bytes() const {
  // A TIFF's fragments stay until the file that is made of them is in place.
  const std::int64_t tiff = job.options.tiff.enabled ? estimate.bytes[1] : 0;
  return estimate.bytes[0] + 2 * tiff + preview_bytes;
}

}  // namespace pantile
