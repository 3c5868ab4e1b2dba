#pragma once
/// \file
/// `generate`: a formula becomes a store, a TIFF and previews.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pantile/job.h"
#include "pantile/options.h"
#include "pantile/output_options.h"
#include "pantile/result.h"

namespace pantile {

/// How a job's pixels are checked before they are rendered; see validate.h. Decides no byte.
struct ValidateOptions {
  bool enabled = false;         ///< `generate` validates first and stops where a check fails.
  std::int64_t size = 1024;     ///< Longer side of the smaller picture, 64 to 4096 pixels.
  std::int64_t samples = 2000;  ///< Random pixels of the job that are proven, 0 to 10^9.
  std::uint64_t seed = 1;       ///< Decides which.
  /// Folder for report.json and report.png. Empty: `validate` writes none, `generate` writes them
  /// beside the job's folder, into "<out>-validate" ("<out>-validate-<i>" of a share).
  std::string out;
};

/// The job as a user states it. Everything that decides a byte of the output is in here.
struct GenerateOptions : OutputOptions {
  // [image]
  std::int64_t width = 10240, height = 10240;  ///< Pixels, 1 to 2^31-1 each, 2^56 in all.
  // [formula]
  std::string formula = "complex";  ///< A built-in's name or an expression.
  double center_x = 0, center_y = 0;
  std::optional<double> scale;  ///< Units per pixel; none: 20 / min(width, height).
  Precision precision = Precision::f64;
  Sampling sampling = Sampling::center;
  int samples = 1;  ///< n: n×n samples a pixel, 1 to 16.
  // [colour]
  std::string colormap = "blue-black-red";
  std::optional<double> range_lo, range_hi;  ///< Both or none; none: the formula's own.
  /// Where a resolved range comes from, in words: "given", "the formula's own", "1st to 99th
  /// percentile …". Empty until it is resolved. Decides nothing.
  std::string range_origin;
  Rgb8 nan_color{128, 128, 128}, neg_inf_color{0, 0, 0}, pos_inf_color{255, 255, 255};
  // [output], with what OutputOptions adds
  std::string name = "pantile";  ///< Goes into the metadata.
  StoreKind store = StoreKind::rgb8;
  // [validate]
  ValidateOptions validate;
};

/// What a job will do, before anything is written.
struct GeneratePlan {
  GenerateOptions options;  ///< Resolved: scale, range, tile, levels are all decided.
  struct Level {
    std::int64_t width, height, chunks, shards;
  };
  std::vector<Level> levels;
  std::int64_t memory_bytes = 0, least_memory_bytes = 0;            ///< Reserved; least that works.
  std::int64_t store_bytes = 0, tiff_bytes = 0, preview_bytes = 0;  ///< Estimates from samples.
  std::int64_t peak_disk_bytes = 0, free_disk_bytes = 0;
  double seconds =
      0;  ///< Estimate from the same samples, of rendering and storing on the CPU alone.
  int threads = 0;
  std::string simd_target;
  std::vector<std::string> gpus;  ///< "GPU 0 (NVIDIA …)": those that would draw.
  bool cpu_draws = true;          ///< Beside them, or alone; false too where GPUs are refused.
  std::string no_gpus;            ///< Why there are none; empty: there are.
  std::vector<std::string> notes, warnings;
  Status refusal;  ///< Why generate() would refuse to begin; ok: it would not.
};

/// The library's version: "0.1.0".
std::string program_version();

/// The SIMD target that pixels are computed with on this machine: "AVX3", "scalar" …
std::string simd_target_name();

/// Checks and resolves `options`, measures a few sample tiles, and opens the GPUs that run.device
/// means; of one that is named but not there the plan's refusal tells. Writes nothing.
/// Errors: invalid (a budget too small too, with the least that works), out_of_memory, io.
/// Thread-safe.
Result<GeneratePlan> plan_generate(const GenerateOptions& options, const RunOptions& run);

/// Runs, or resumes, the job in `options.out`. With options.validate.enabled it is validated first,
/// and where a check fails, nothing is rendered (corrupt; the report says what). Errors besides
/// plan_generate's: out_of_space (foreseen before anything is written, or met), conflict (another
/// job's folder: the differing keys are named; a second writer), foreign, cancelled, corrupt, io.
/// Different folders may be written at the same time, from any threads.
Result<JobSummary> run_generate(const GenerateOptions& options, const RunOptions& run);

}  // namespace pantile
