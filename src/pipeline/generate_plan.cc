#include <fmt/format.h>

#include <algorithm>

#include "pipeline/estimate.h"
#include "pipeline/generate_setup.h"
#include "pipeline/previews.h"

namespace pantile {
namespace {

/// PNG files of formula pictures take about this share of their raw size.
constexpr double kPngRatio = 0.6;

std::int64_t estimate_previews(const GenerateOptions& o) {
  double bytes = 0;
  for (const PreviewSize& p : o.previews) {
    const FittedSize size = fit_preview(o.width, o.height, p);
    bytes += 3 * kPngRatio * static_cast<double>(size.width) * static_cast<double>(size.height);
  }
  return static_cast<std::int64_t>(bytes);
}

std::vector<GeneratePlan::Level> levels_of(const SinkPlan& plan) {
  std::vector<GeneratePlan::Level> levels;
  for (const LevelInfo& l : plan.spec.levels) {
    levels.push_back({l.width, l.height, TileGrid{l.width, l.height, plan.chunk_px}.count(),
                      TileGrid{l.width, l.height, plan.shard_px}.count()});
  }
  return levels;
}

}  // namespace

Result<GenerateSetup> set_up_generate(const GenerateOptions& options, const RunOptions& run) {
  GenerateSetup setup;
  PANTILE_ASSIGN(setup.job, resolve_generate(options));
  const ResolvedGenerate& job = setup.job;
  PANTILE_ASSIGN(setup.store_codec, make_codec({.method = codec::Method::zstd,
                                                .level = job.options.zstd_level}));
  Codecs codecs{setup.store_codec};
  std::int64_t finish_bytes = 0, table_bytes = 0;
  if (job.options.tiff.enabled) {
    PANTILE_ASSIGN(auto tiff_codec, make_tiff_codec(job.options.tiff));
    codecs.push_back(tiff_codec);
    table_bytes = tiff_table_bytes(job.plan);
  }
  const Rect chunk{0, 0, std::min(job.plan.chunk_px, job.options.width),
                   std::min(job.plan.chunk_px, job.options.height)};
  const std::int64_t scratch = job.source->cost(job.plan.spec.region(0, chunk)).scratch_bytes;
  const auto working = [&](int threads) {
    return drain_memory_bytes(job.plan, codecs, threads) + threads * scratch + table_bytes;
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

Status check_disk(const std::string& path, std::int64_t needed_bytes, std::int64_t free_bytes) {
  if (needed_bytes <= free_bytes) return {};
  const auto text = [](std::int64_t bytes) {
    const auto n = static_cast<double>(bytes);
    return bytes < 100'000'000 ? fmt::format("{:.2f} MB", n / 1e6) : fmt::format("{:.2f} GB", n / 1e9);
  };
  return Error(Code::out_of_space,
               fmt::format("{}: the job needs about {} and {} are free there; free some space, "
                           "choose another --out, or write less (--tiff off, --previews none)",
                           path, text(needed_bytes), text(free_bytes)));
}

Result<GeneratePlan> plan_generate(const GenerateOptions& options, const RunOptions& run) {
  PANTILE_ASSIGN(const GenerateSetup setup, set_up_generate(options, run));
  const ResolvedGenerate& job = setup.job;
  GeneratePlan plan;
  plan.options = job.options;
  plan.range_origin = job.range_origin;
  plan.levels = levels_of(job.plan);
  plan.memory_bytes = setup.memory.budget_bytes;
  plan.least_memory_bytes = setup.memory.least_bytes;
  plan.store_bytes = setup.estimate.bytes[0];
  plan.tiff_bytes = job.options.tiff.enabled ? setup.estimate.bytes[1] : 0;
  plan.preview_bytes = setup.preview_bytes;
  plan.peak_disk_bytes = setup.peak_disk_bytes();
  PANTILE_ASSIGN(plan.free_disk_bytes,
                 free_disk_bytes(options.out.empty() ? "." : options.out));
  plan.seconds = setup.estimate.worker_seconds / setup.memory.threads;
  plan.threads = setup.memory.threads;
  plan.simd_target = simd_target_name();
  plan.notes = job.notes;
  plan.warnings = job.warnings;
  if (plan.peak_disk_bytes > plan.free_disk_bytes) {
    plan.warnings.push_back(
        check_disk(options.out.empty() ? "." : options.out, plan.peak_disk_bytes,
                   plan.free_disk_bytes)
            .error()
            .message());
  }
  return plan;
}

std::string simd_target_name() { return std::string(math::kernels<double>().target); }

}  // namespace pantile
